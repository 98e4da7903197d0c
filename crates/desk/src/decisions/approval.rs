//! The rules of the second approval, for a decision and for a bulk decision.

use jiff::Timestamp;
use mamori_model::{Approval, Bulk, Decision, Refusal, StaffId, approval};
use mamori_store::Tx;

use crate::Error;
use crate::staff::independence::require_independent;
use crate::staff::member::{RecentlyAuthenticated, Reviewer};

/// A decision, or a bulk decision, that waits for a second approval.
pub(crate) struct PendingApproval {
    approval: Approval,
    made_by: StaffId,
    made_at: Timestamp,
    /// The name of its kind, for [`Error::NotFound`].
    name: &'static str,
}

impl PendingApproval {
    /// Checks whether `who` may resolve it now. `has_viewed`: `who` has viewed what is asked of its
    /// second approver.
    ///
    /// [`Error::NotFound`] for a reviewer who may not be a second approver: they do not learn that
    /// an approval is pending.
    pub fn can_approve(
        &self,
        who: &Reviewer,
        has_viewed: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        let roles = who.member().roles();
        match approval::can_approve(
            self.approval,
            self.made_by,
            who.staff(),
            roles,
            has_viewed,
            now,
        ) {
            Err(Refusal::NotALead) => Err(Error::NotFound(self.name)),
            other => Ok(other?),
        }
    }

    /// Checks whether `who` may resolve it, now or later, and so may read it now.
    pub fn can_approve_eventually(&self, who: &Reviewer, now: Timestamp) -> Result<(), Error> {
        match self.can_approve(who, false, now) {
            Err(Error::Refused(Refusal::ApprovalTooSoon | Refusal::ViewNeeded)) => Ok(()),
            other => other,
        }
    }

    /// Checks that `who` is another person than the maker, as [`require_independent`] says. Not
    /// checked where the operator works alone.
    pub async fn require_independent(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.approval != Approval::Colleague {
            return Ok(());
        }
        require_independent(tx, self.made_by, who.staff(), now).await
    }

    /// Checks whether opening it now must be recorded: once for each approver, as soon as it can
    /// count.
    pub fn is_unopened(&self, last_opened: Option<Timestamp>, now: Timestamp) -> bool {
        let since = self.approval.not_before().unwrap_or(self.made_at);
        now >= since && last_opened.is_none_or(|last| last < since)
    }
}

impl From<&Decision> for PendingApproval {
    fn from(decision: &Decision) -> Self {
        let (approval, made_by, made_at) = (decision.approval, decision.made_by, decision.made_at);
        Self { approval, made_by, made_at, name: "decision" }
    }
}

impl From<&Bulk> for PendingApproval {
    fn from(bulk: &Bulk) -> Self {
        let (approval, made_by, made_at) = (bulk.approval, bulk.made_by, bulk.made_at);
        Self { approval, made_by, made_at, name: "bulk decision" }
    }
}

/// Checks that both proofs are of the same staff member.
pub(super) fn require_same_staff(
    who: &Reviewer,
    recently: &RecentlyAuthenticated,
) -> Result<(), Refusal> {
    if who.staff() == recently.staff() { Ok(()) } else { Err(Refusal::ProofStale) }
}
