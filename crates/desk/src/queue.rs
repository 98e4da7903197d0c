//! What waits: counts by policy and urgency, and never by person.

use mamori_model::Case;
use mamori_store::QueueCount;

use crate::member::Reviewer;
use crate::{Desk, Error};

/// What waits.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// How many cases of each policy, urgency, level and state.
    pub counts: Vec<QueueCount>,
    /// The case that whoever asks has in hand.
    pub in_hand: Option<Case>,
}

impl Desk {
    /// What waits for somebody.
    pub async fn queue(&self, who: &Reviewer) -> Result<QueueView, Error> {
        let now = self.clock().now();
        let counts = self.store().queue_counts().await?;
        let in_hand = self.store().case_in_hand(who.staff(), now).await?;
        Ok(QueueView { counts, in_hand })
    }
}
