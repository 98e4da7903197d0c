//! Decisions: what a person answered to a case.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::staff::RoleSet;
use crate::{BulkId, CaseId, DecisionId, Purpose, Refusal, Second, ServiceId, StaffId, Words};

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It breaks the policy.
    Violates,
    /// It matched rightly, and the policy allows it here.
    Allowed,
    /// It is not what the bank's entry is: the machine was wrong.
    NotAMatch,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Violates, Self::Allowed, Self::NotAMatch];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Violates => "violates",
            Self::Allowed => "allowed",
            Self::NotAMatch => "not_a_match",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// How far a decision has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecisionState {
    /// A second person must look; nothing was asked of the service.
    Proposed,
    /// It stands, and its actions were asked for.
    Standing,
    /// The second person did not agree.
    Refused,
    /// It was taken back, and its actions with it.
    Undone,
}

impl DecisionState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Proposed, Self::Standing, Self::Refused, Self::Undone];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Standing => "standing",
            Self::Refused => "refused",
            Self::Undone => "undone",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a person answered to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The case.
    pub case: CaseId,
    /// Where it happened.
    pub service: ServiceId,
    /// The policy.
    pub purpose: Purpose,
    /// The very words of the policy that the person had before them.
    pub policy_version: u32,
    /// The answer.
    pub outcome: Outcome,
    /// Why, for the service and for the one concerned.
    pub reason: Words,
    /// How far it has come.
    pub state: DecisionState,
    /// Who made it.
    pub made_by: StaffId,
    /// When.
    pub made_at: Timestamp,
    /// Who must look too.
    pub second: Second,
    /// Who did.
    pub second_by: Option<StaffId>,
    /// Why they refused.
    pub second_note: Option<Words>,
    /// When it stood or was refused.
    pub settled_at: Option<Timestamp>,
    /// Who took it back.
    pub undone_by: Option<StaffId>,
    /// When.
    pub undone_at: Option<Timestamp>,
    /// Why.
    pub undo_reason: Option<Words>,
    /// The bulk decision that it is part of.
    pub bulk: Option<BulkId>,
}

impl Decision {
    /// Whether `by`, who has the roles `who`, may take it back: its maker for as long as `window`
    /// since it stood, a lead while it is kept.
    pub fn may_undo(
        &self,
        who: &RoleSet,
        by: StaffId,
        now: Timestamp,
        window: SignedDuration,
    ) -> Result<(), Refusal> {
        may_undo(self.state, (self.made_by, self.settled_at), who, by, now, window)
    }
}

/// [`Decision::may_undo`] for whatever has a maker and a time at which it stood.
pub fn may_undo(
    state: DecisionState,
    (made_by, stood_at): (StaffId, Option<Timestamp>),
    who: &RoleSet,
    by: StaffId,
    now: Timestamp,
    window: SignedDuration,
) -> Result<(), Refusal> {
    let is_standing = state == DecisionState::Standing;
    let is_in_time = stood_at.is_some_and(|stood_at| now.duration_since(stood_at) < window);
    let is_theirs = by == made_by && is_in_time;
    if is_standing && (who.is_lead() || is_theirs) { Ok(()) } else { Err(Refusal::NotUndoable) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::StaffRole;

    fn roles(role: StaffRole) -> RoleSet {
        RoleSet::new([role], false).unwrap()
    }

    fn standing() -> Decision {
        Decision {
            id: Uuid::from_u128(1).into(),
            case: Uuid::from_u128(2).into(),
            service: Uuid::from_u128(3).into(),
            purpose: Purpose::Rehearsal,
            policy_version: 1,
            outcome: Outcome::Allowed,
            reason: "It is a cat.".parse().unwrap(),
            state: DecisionState::Standing,
            made_by: Uuid::from_u128(7).into(),
            made_at: Timestamp::UNIX_EPOCH,
            second: Second::None,
            second_by: None,
            second_note: None,
            settled_at: Some(Timestamp::UNIX_EPOCH),
            undone_by: None,
            undone_at: None,
            undo_reason: None,
            bulk: None,
        }
    }

    #[test]
    fn its_maker_takes_it_back_within_a_day_and_a_lead_at_any_time() {
        let window = SignedDuration::from_hours(24);
        let [maker, other] = [7, 8].map(|number| Uuid::from_u128(number).into());
        let [reviewer, lead] = [StaffRole::Reviewer, StaffRole::Lead].map(roles);
        let no = Err(Refusal::NotUndoable);
        let table = [
            (&reviewer, maker, 23, Ok(())),
            (&reviewer, maker, 24, no),
            (&reviewer, other, 1, no),
            (&lead, other, 24 * 90, Ok(())),
        ];

        for (who, by, hour, answer) in table {
            let now = Timestamp::from_second(hour * 3_600).unwrap();
            assert_eq!(standing().may_undo(who, by, now, window), answer, "{by} {hour}");
        }
        for state in [DecisionState::Proposed, DecisionState::Refused, DecisionState::Undone] {
            let decision = Decision { state, ..standing() };
            assert_eq!(decision.may_undo(&lead, other, Timestamp::UNIX_EPOCH, window), no);
        }
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        for state in DecisionState::ALL {
            assert_eq!(DecisionState::parse(state.as_str()), Some(state));
        }
    }
}
