//! Decisions: a reviewer's answer to a case.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::staff::RoleSet;
use crate::{
    Approval, BulkId, CaseId, DecisionId, FreeText, Purpose, Refusal, ServiceId, StaffId, Viewing,
};

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// The items violate the policy.
    Violates,
    /// The match was correct, but the policy allows the items here.
    Allowed,
    /// The items are not what the bank's entries stand for: the match was wrong.
    NotAMatch,
}

impl Outcome {
    /// Every outcome, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// State of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DecisionState {
    /// Waits for a second approver; nothing has been sent to the service.
    Proposed,
    /// In effect: its actions were requested from the service.
    Standing,
    /// The second approver refused it; nothing was sent to the service.
    Refused,
    /// Undone, together with its actions.
    Undone,
}

impl DecisionState {
    /// Every state, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A reviewer's answer to one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Id of this decision; text form `dec_…`.
    pub id: DecisionId,
    /// The case that it answers.
    pub case: CaseId,
    /// The service that sent the items.
    pub service: ServiceId,
    /// The purpose whose policy was applied.
    pub purpose: Purpose,
    /// Version of the policy text that the reviewer was shown.
    pub policy_version: u32,
    /// The outcome.
    pub outcome: Outcome,
    /// Reason, for the service and for the affected person.
    pub reason: FreeText,
    /// Current state.
    pub state: DecisionState,
    /// The reviewer who made it.
    pub made_by: StaffId,
    /// Time at which it was made.
    pub made_at: Timestamp,
    /// The second approval that it needs.
    pub approval: Approval,
    /// What the author viewed before making it.
    pub author_viewing: Viewing,
    /// What the second approver viewed before approving it; `None` unless it was approved.
    pub approver_viewing: Option<Viewing>,
    /// The second approver, who approved or refused it.
    pub approver_id: Option<StaffId>,
    /// The second approver's reason for refusing it.
    pub approver_note: Option<FreeText>,
    /// Time at which it came into effect or was refused.
    pub resolved_at: Option<Timestamp>,
    /// The staff member who undid it.
    pub undone_by: Option<StaffId>,
    /// Time at which it was undone.
    pub undone_at: Option<Timestamp>,
    /// Reason for undoing it.
    pub undo_reason: Option<FreeText>,
    /// The bulk decision that it is part of, if any.
    pub bulk: Option<BulkId>,
}

impl Decision {
    /// Checks whether neither its author nor its second approver viewed any of the items.
    pub fn is_without_viewing(&self) -> bool {
        self.author_viewing.is_without() && self.approver_viewing.is_none_or(Viewing::is_without)
    }

    /// Checks whether staff member `by`, with the roles `who`, may undo it: its author within
    /// `window` of the time at which it came into effect, a lead as long as the decision is stored.
    /// [`Refusal::NotUndoable`] if not.
    pub fn may_undo(
        &self,
        who: &RoleSet,
        by: StaffId,
        now: Timestamp,
        window: SignedDuration,
    ) -> Result<(), Refusal> {
        may_undo(self.state, (self.made_by, self.resolved_at), who, by, now, window)
    }
}

/// Applies the rule of [`Decision::may_undo`] to anything with an author and a time at which it
/// came into effect.
pub fn may_undo(
    state: DecisionState,
    (made_by, in_effect_at): (StaffId, Option<Timestamp>),
    who: &RoleSet,
    by: StaffId,
    now: Timestamp,
    window: SignedDuration,
) -> Result<(), Refusal> {
    let is_standing = state == DecisionState::Standing;
    let is_in_time =
        in_effect_at.is_some_and(|in_effect_at| now.duration_since(in_effect_at) < window);
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
            approval: Approval::None,
            author_viewing: Viewing::NotNeeded,
            approver_viewing: None,
            approver_id: None,
            approver_note: None,
            resolved_at: Some(Timestamp::UNIX_EPOCH),
            undone_by: None,
            undone_at: None,
            undo_reason: None,
            bulk: None,
        }
    }

    #[test]
    fn its_author_may_undo_it_within_a_day_and_a_lead_at_any_time() {
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
        for &outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        for &state in DecisionState::ALL {
            assert_eq!(DecisionState::parse(state.as_str()), Some(state));
        }
    }
}
