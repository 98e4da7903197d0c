//! Bulk decisions: one answer to many cases under one policy, shown before it is given.
//!
//! Prepared ─confirm→ Standing, or Proposed ─approve→ Standing ─undo→ Undone
//!     └─dropped, stale, or an hour later→ Lapsed  └─refuse→ Refused

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::decision::may_undo;
use crate::staff::RoleSet;
use crate::{
    BulkId, Case, DecisionState, Measures, Outcome, Purpose, Refusal, Second, ServiceId, StaffId,
    Words,
};

/// How far a bulk decision has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BulkState {
    /// Shown to whoever prepared it; its cases are given to nobody else.
    Prepared,
    /// Confirmed; a second person must look, and nothing was asked of any service.
    Proposed,
    /// It stands, for all of its cases.
    Standing,
    /// The second person did not agree.
    Refused,
    /// It was taken back as one.
    Undone,
    /// It was dropped, went stale, or nobody confirmed it in time.
    Lapsed,
}

impl BulkState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Prepared, Self::Proposed, Self::Standing, Self::Refused, Self::Undone, Self::Lapsed];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Proposed => "proposed",
            Self::Standing => "standing",
            Self::Refused => "refused",
            Self::Undone => "undone",
            Self::Lapsed => "lapsed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One answer to many cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Its id.
    pub id: BulkId,
    /// How far it has come.
    pub state: BulkState,
    /// The policy of all of its cases.
    pub purpose: Purpose,
    /// The very words of the policy.
    pub policy_version: u32,
    /// The answer.
    pub outcome: Outcome,
    /// Why.
    pub reason: Words,
    /// What shall follow in each case.
    pub measures: Measures,
    /// How many cases it touches, as was shown before it was confirmed.
    pub cases: u32,
    /// How many items.
    pub items: u32,
    /// How many accounts; an item whose account is not known counts as one.
    pub accounts: u32,
    /// Who prepared it.
    pub made_by: StaffId,
    /// When.
    pub made_at: Timestamp,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// Who must look too.
    pub second: Second,
    /// Who did.
    pub second_by: Option<StaffId>,
    /// When it stood or was refused.
    pub settled_at: Option<Timestamp>,
    /// Who took it back.
    pub undone_by: Option<StaffId>,
    /// When.
    pub undone_at: Option<Timestamp>,
}

impl Bulk {
    /// Whether its maker may still confirm it.
    pub fn may_confirm(&self, now: Timestamp) -> Result<(), Refusal> {
        let waits = self.state == BulkState::Prepared && now < self.expires_at;
        if waits { Ok(()) } else { Err(Refusal::BulkLapsed) }
    }

    /// Whether `by`, who has the roles `who`, may take it back; as of a decision.
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
        may_undo(state, (self.made_by, self.settled_at), who, by, now, window)
    }
}

/// How many accounts these cases are about; an item whose account is not known counts as one.
pub fn accounts(cases: &[Case]) -> usize {
    let subject = |case: &Case| (case.service, case.subject.as_key().into_revealed());
    cases.iter().map(subject).collect::<BTreeSet<(ServiceId, String)>>().len()
}

/// The one policy of these cases.
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
        for state in BulkState::ALL {
            assert_eq!(BulkState::parse(state.as_str()), Some(state));
        }
    }
}
