//! What waits: counts by policy and urgency, and never by person.

use mamori_model::case::Case;
use mamori_model::{CaseId, Purpose};
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

    /// The first open cases of the queue, to choose from for a bulk decision; at most `limit`.
    pub async fn cases_to_choose(
        &self,
        who: &Reviewer,
        purpose: Option<Purpose>,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        let is_lead = who.member().roles().is_lead();
        Ok(self.store().cases_to_choose(purpose, is_lead, limit).await?)
    }

    /// A case with the open cases that have an item near to the same entry, to choose from for a
    /// bulk decision; at most `limit`.
    pub async fn cases_alike(
        &self,
        who: &Reviewer,
        case: CaseId,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        let is_lead = who.member().roles().is_lead();
        Ok(self.store().cases_alike(case, is_lead, limit).await?)
    }
}
