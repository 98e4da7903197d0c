//! Staff members who can take part in a case: those to whom a reviewer can hand it over, and leads.

use std::collections::BTreeMap;

use mamori_model::{Line, Purpose, ServiceId, StaffId};
use mamori_store::Colleague;

use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// Checks whether a case of this service under this policy can wait for a lead: one of `colleagues` is
/// a lead and covers it.
pub(super) fn has_lead_of(
    colleagues: &[Colleague],
    (service, purpose): (ServiceId, Purpose),
) -> bool {
    colleagues.iter().any(|who| who.roles.is_lead() && who.assignment.covers(service, purpose))
}

impl Desk {
    /// Returns the display names of all reviewers and leads, except `who`, whose assignments cover the
    /// case that `who` has claimed, by id; nothing else about them. Empty without a claimed case.
    pub async fn colleagues(&self, who: &Reviewer) -> Result<BTreeMap<StaffId, Line>, Error> {
        let now = self.clock().now();
        let claimed = self.store().claimed_case(who.staff(), who.assignment(), now).await?;
        let Some(case) = claimed else { return Ok(BTreeMap::new()) };
        let colleagues = self.store().colleagues().await?.into_iter();
        let others = colleagues.filter(|other| {
            other.id != who.staff()
                && other.roles.is_reviewer()
                && other.assignment.covers(case.service, case.purpose)
        });
        Ok(others.map(|other| (other.id, other.display_name)).collect())
    }
}
