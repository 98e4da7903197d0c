//! What waits: counts by policy and urgency, and never by person.

use mamori_model::{Case, CaseState, Level};
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
    /// Whether what waits for a lead waits for nobody: no lead is there.
    pub is_lead_missing: bool,
}

impl Desk {
    /// What waits for somebody.
    pub async fn queue(&self, who: &Reviewer) -> Result<QueueView, Error> {
        let now = self.clock().now();
        let counts = self.store().queue_counts().await?;
        let in_hand = self.store().case_in_hand(who.staff(), now).await?;
        let for_leads =
            |count: &QueueCount| count.level == Level::Lead || count.state == CaseState::Proposed;
        let waits = !self.settings().is_alone && counts.iter().any(for_leads);
        let is_lead_missing = waits && !self.store().has_lead().await?;
        Ok(QueueView { counts, in_hand, is_lead_missing })
    }
}
