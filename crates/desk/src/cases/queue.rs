//! The case queue in numbers: counts by policy and urgency, never by staff member; and what waits
//! for a lead.

use mamori_model::case::Lowering;
use mamori_model::{Assignment, Case, CaseState, Level};
use mamori_store::QueueCount;

use crate::cases::colleagues::has_lead_of;
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
    /// Whether cases wait for a lead while no lead's assignment covers them. Always false where the operator works
    /// alone.
    pub is_lead_missing: bool,
    /// Whether no policy that the reviewer's assignment covers keeps pictures, so that its cases are
    /// decided without one. Always false for those who do not act as a lead.
    pub is_without_pictures: bool,
}

impl Desk {
    /// Checks whether cases that `within` covers wait for a lead, and no lead covers them.
    async fn is_lead_missing(&self, within: &Assignment) -> Result<bool, Error> {
        let waiting = self.store().waiting_for_leads(within).await?;
        let colleagues = self.store().colleagues().await?;
        Ok(waiting.into_iter().any(|of| !has_lead_of(&colleagues, of)))
    }

    /// Counts the part of the case queue that the reviewer's assignment covers.
    pub async fn queue(&self, who: &Reviewer) -> Result<QueueView, Error> {
        let now = self.clock().now();
        let within = who.assignment();
        let counts = self.store().queue_counts(within).await?;
        let claimed = self.store().claimed_case(who.staff(), within, now).await?;
        let pace_reached = self.pace_of(who.staff(), now).await?;
        let for_leads =
            |count: &QueueCount| count.level == Level::Lead || count.state == CaseState::Proposed;
        let acts_as_lead = self.acts_as_lead(who);
        let lowerings = if acts_as_lead {
            self.store().lowerings(within, LOWERINGS_MAX).await?
        } else {
            Vec::new()
        };
        let is_without_pictures = acts_as_lead && !self.keeps_pictures(within).await?;
        let waits = !self.settings().is_single_person && counts.iter().any(for_leads);
        let is_lead_missing = waits && self.is_lead_missing(within).await?;
        let leaving = self.store().leaving_services(within).await?;
        let of_leaving_services = leaving.iter().map(|leaving| leaving.undecided).sum();
        Ok(QueueView {
            counts,
            claimed,
            pace_reached,
            lowerings,
            of_leaving_services,
            is_lead_missing,
            is_without_pictures,
        })
    }
}
