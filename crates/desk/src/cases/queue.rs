//! The case queue in numbers: counts by policy and urgency, never by staff member; and what waits
//! for a lead.

use mamori_model::case::Lowering;
use mamori_model::{Case, CaseState, Level};
use mamori_store::QueueCount;

use crate::cases::pace_limit::PaceReached;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// The most proposals to lower an urgency that the page of the queue lists.
const LOWERINGS_MAX: u32 = 50;

/// The case queue in numbers, and the reviewer's own claimed case.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// How many undecided cases there are of each policy, urgency, level and state, in and out of
    /// bulk decisions.
    pub counts: Vec<QueueCount>,
    /// The case that the reviewer has claimed.
    pub claimed: Option<Case>,
    /// The pace limit that the reviewer has reached.
    pub pace_reached: Option<PaceReached>,
    /// The oldest proposals to lower the urgency of a case, if the reviewer acts as a lead.
    pub lowerings: Vec<Lowering>,
    /// How many of the undecided cases are of services that are leaving: these services are deleted
    /// when the last of their cases is decided.
    pub of_leaving_services: u64,
    /// Whether cases wait for a lead while there is no lead. Always false where the operator works
    /// alone.
    pub is_lead_missing: bool,
}

impl Desk {
    /// Counts the case queue for a reviewer.
    pub async fn queue(&self, who: &Reviewer) -> Result<QueueView, Error> {
        let now = self.clock().now();
        let counts = self.store().queue_counts().await?;
        let claimed = self.store().claimed_case(who.staff(), now).await?;
        let pace_reached = self.pace_of(who.staff(), now).await?;
        let for_leads =
            |count: &QueueCount| count.level == Level::Lead || count.state == CaseState::Proposed;
        let lowerings = if self.acts_as_lead(who) {
            self.store().lowerings(LOWERINGS_MAX).await?
        } else {
            Vec::new()
        };
        let waits = !self.settings().is_single_person && counts.iter().any(for_leads);
        let is_lead_missing = waits && !self.store().has_lead().await?;
        let leaving = self.store().leaving_services().await?;
        let of_leaving_services = leaving.iter().map(|leaving| leaving.undecided).sum();
        Ok(QueueView {
            counts,
            claimed,
            pace_reached,
            lowerings,
            of_leaving_services,
            is_lead_missing,
        })
    }
}
