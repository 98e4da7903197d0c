//! Bulk decisions: one decision for many cases under one policy, previewed before it is confirmed.
//!
//! Prepared ─confirm→ Standing, or Proposed ─approve→ Standing ─undo→ Undone
//!     └─dropped, stale, or an hour later→ Lapsed  └─refuse→ Refused

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::decision::may_undo;
use crate::staff::RoleSet;
use crate::{
    Approval, BulkId, Case, DecisionState, FreeText, Measures, Outcome, Purpose, Refusal,
    ServiceId, StaffId,
};

/// State of a bulk decision.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum BulkState {
    /// The preview was shown to its author; its cases are kept out of the queue until it is
    /// confirmed or dropped.
    Prepared,
    /// Confirmed by its author; waits for a second approver. Nothing has been sent to any service.
    Proposed,
    /// In effect for all of its cases.
    Standing,
    /// The second approver refused it.
    Refused,
    /// Undone, for all of its cases at once.
    Undone,
    /// Dropped, outdated by a change to one of its cases, or not confirmed in time (1 hour by
    /// default).
    Lapsed,
}

impl BulkState {
    /// Every state, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// One decision for many cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Id of this bulk decision; text form `bulk_…`.
    pub id: BulkId,
    /// Current state.
    pub state: BulkState,
    /// The policy that all of its cases are under.
    pub purpose: Purpose,
    /// Version of the policy text that the reviewer was shown.
    pub policy_version: u32,
    /// The outcome, the same in every case.
    pub outcome: Outcome,
    /// Reason, for the services and for the affected persons.
    pub reason: FreeText,
    /// The measures to take in each case.
    pub measures: Measures,
    /// Number of cases, as shown in the preview.
    pub cases: u32,
    /// Number of items in these cases, as shown in the preview.
    pub items: u32,
    /// Number of accounts, as shown in the preview; an item without a known account counts as one.
    pub accounts: u32,
    /// The reviewer who prepared it.
    pub made_by: StaffId,
    /// Time of preparation.
    pub made_at: Timestamp,
    /// Time until which it can be confirmed.
    pub expires_at: Timestamp,
    /// The second approval that it needs.
    pub approval: Approval,
    /// The second approver, who approved or refused it.
    pub approver_id: Option<StaffId>,
    /// Time at which it came into effect or was refused.
    pub resolved_at: Option<Timestamp>,
    /// The staff member who undid it.
    pub undone_by: Option<StaffId>,
    /// Time at which it was undone.
    pub undone_at: Option<Timestamp>,
}

impl Bulk {
    /// Checks whether its author may still confirm it; [`Refusal::BulkLapsed`] if not.
    pub fn may_confirm(&self, now: Timestamp) -> Result<(), Refusal> {
        let waits = self.state == BulkState::Prepared && now < self.expires_at;
        if waits { Ok(()) } else { Err(Refusal::BulkLapsed) }
    }

    /// Checks whether staff member `by`, with the roles `who`, may undo it; the rules are those of
    /// [`crate::Decision::may_undo`].
    pub fn may_undo(
        &self,
        who: &RoleSet,
        by: StaffId,
        now: Timestamp,
        window: SignedDuration,
    ) -> Result<(), Refusal> {
        let state = match self.state {
            BulkState::Standing => DecisionState::Standing,
            BulkState::Undone => DecisionState::Undone,
            BulkState::Refused => DecisionState::Refused,
            BulkState::Prepared | BulkState::Proposed | BulkState::Lapsed => {
                DecisionState::Proposed
            }
        };
        may_undo(state, (self.made_by, self.resolved_at), who, by, now, window)
    }
}

/// Returns the number of different accounts in these cases; an item without a known account counts
/// as one.
pub fn accounts(cases: &[Case]) -> usize {
    let subject = |case: &Case| (case.service, case.subject.as_key().into_revealed());
    cases.iter().map(subject).collect::<BTreeSet<(ServiceId, String)>>().len()
}

/// Returns the policy that all of these cases are under; [`Refusal::BulkMixed`] if there are none
/// or several.
pub fn purpose(cases: &[Case]) -> Result<Purpose, Refusal> {
    let purposes: BTreeSet<Purpose> = cases.iter().map(|case| case.purpose).collect();
    match purposes.first() {
        Some(purpose) if purposes.len() == 1 => Ok(*purpose),
        Some(_) | None => Err(Refusal::BulkMixed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_as_itself() {
        for &state in BulkState::ALL {
            assert_eq!(BulkState::parse(state.as_str()), Some(state));
        }
    }
}
