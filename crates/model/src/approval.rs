//! The second approval: who must agree before a grave decision comes into effect.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::staff::RoleSet;
use crate::{Refusal, ServiceAction, StaffId};

/// The second approval that a decision needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// None.
    None,
    /// By a lead who did not make the decision.
    Colleague,
    /// By the same person, a day later and after viewing the case again, because the operator has
    /// declared that this person works alone.
    Alone {
        /// The earliest time at which the second view counts.
        not_before: Timestamp,
    },
}

/// How long a person who works alone must wait before the second view.
pub const WAIT_ALONE: SignedDuration = SignedDuration::from_hours(24);

/// How long a staff member may not be a second approver after an administrator created their
/// account, or gave them roles or a link. Within this time the real owner of the account, or an
/// auditor who reads the record, can notice an impersonation.
pub const WAIT_NEW: SignedDuration = SignedDuration::from_hours(24);

impl Approval {
    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Colleague => "colleague",
            Self::Alone { .. } => "alone",
        }
    }

    /// Builds the value from the word that [`Self::as_str`] returns and the time of
    /// [`Self::not_before`].
    pub fn parse(text: &str, not_before: Option<Timestamp>) -> Option<Self> {
        match (text, not_before) {
            ("none", None) => Some(Self::None),
            ("colleague", None) => Some(Self::Colleague),
            ("alone", Some(not_before)) => Some(Self::Alone { not_before }),
            _ => None,
        }
    }

    /// Returns the earliest time of the second view of a person who works alone; `None` otherwise.
    pub fn not_before(self) -> Option<Timestamp> {
        match self {
            Self::Alone { not_before } => Some(not_before),
            Self::None | Self::Colleague => None,
        }
    }
}

/// Checks whether a decision with these `actions` on this number of `accounts`, made on the day
/// `today` (UTC), needs a second approval. Every grave measure on an account does
/// ([`ServiceAction::is_grave`]), and so does every decision on more than one account. What was not
/// viewed may need one too: [`crate::view_rule::Demand::needs_approval`].
pub fn is_required(
    actions: &[ServiceAction],
    accounts: usize,
    (today, days_alone): (Date, u32),
) -> bool {
    accounts > 1 || actions.iter().any(|action| action.is_grave(today, days_alone))
}

/// Returns the second approval that is needed. `is_single_person`: the operator has declared in the
/// configuration that there is only one person.
pub fn required(is_required: bool, is_single_person: bool, now: Timestamp) -> Approval {
    match (is_required, is_single_person) {
        (false, _) => Approval::None,
        (true, false) => Approval::Colleague,
        (true, true) => {
            let not_before = now.checked_add(WAIT_ALONE).unwrap_or(Timestamp::MAX);
            Approval::Alone { not_before }
        }
    }
}

/// Checks whether `who` may give the second approval to a decision that `made_by` made.
///
/// `has_viewed`: `who` has viewed what the decision asks of its second approver, since it was
/// proposed; alone, since [`Approval::not_before`].
pub fn can_approve(
    approval: Approval,
    made_by: StaffId,
    who: StaffId,
    roles: &RoleSet,
    has_viewed: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    match approval {
        Approval::None => Err(Refusal::AlreadyDecided),
        Approval::Colleague if who == made_by => Err(Refusal::ApproverIsAuthor),
        Approval::Colleague | Approval::Alone { .. } if who != made_by && !roles.is_lead() => {
            Err(Refusal::NotALead)
        }
        Approval::Alone { not_before } if now < not_before => Err(Refusal::ApprovalTooSoon),
        Approval::Colleague | Approval::Alone { .. } if !has_viewed => Err(Refusal::ViewNeeded),
        Approval::Colleague | Approval::Alone { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;
    use crate::StaffRole;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).unwrap()
    }

    #[test]
    fn a_suspension_a_long_limit_and_more_than_one_account_need_a_second_approval() {
        let account: crate::Account = "a".parse().unwrap();
        let suspend = ServiceAction::SuspendAccount { account: account.clone(), until: None };
        let today = date(2026, 11, 22);
        let limit = |until| {
            [ServiceAction::LimitFeature {
                account: account.clone(),
                feature: crate::Feature::Upload,
                until,
            }]
        };
        let remove = ServiceAction::RemoveItem("x".parse().unwrap());

        let is_required = |actions: &[_], accounts| is_required(actions, accounts, (today, 30));

        assert!(!is_required(&[], 0));
        assert!(!is_required(std::slice::from_ref(&remove), 1));
        assert!(is_required(std::slice::from_ref(&remove), 2));
        assert!(is_required(&[remove, suspend], 1));
        assert!(!is_required(&limit(date(2026, 12, 21)), 1));
        assert!(is_required(&limit(date(2026, 12, 22)), 1));
        assert_eq!(required(false, true, at(0)), Approval::None);
        assert_eq!(required(true, false, at(0)), Approval::Colleague);
        assert_eq!(required(true, true, at(0)), Approval::Alone { not_before: at(24) });
    }

    #[test]
    fn an_author_approves_their_own_decision_only_alone_and_a_day_later() {
        let [maker, other] = [7, 8].map(|number| StaffId::from(Uuid::from_u128(number)));
        let [reviewer, lead] =
            [StaffRole::Reviewer, StaffRole::Lead].map(|role| RoleSet::new([role], false).unwrap());
        let colleague = Approval::Colleague;
        let alone = Approval::Alone { not_before: at(24) };
        let table = [
            (Approval::None, other, &lead, true, 0, Err(Refusal::AlreadyDecided)),
            (colleague, maker, &lead, true, 99, Err(Refusal::ApproverIsAuthor)),
            (colleague, other, &reviewer, true, 0, Err(Refusal::NotALead)),
            (colleague, other, &lead, false, 0, Err(Refusal::ViewNeeded)),
            (colleague, other, &lead, true, 0, Ok(())),
            (alone, maker, &reviewer, true, 23, Err(Refusal::ApprovalTooSoon)),
            (alone, maker, &reviewer, false, 24, Err(Refusal::ViewNeeded)),
            (alone, maker, &reviewer, true, 24, Ok(())),
            (alone, other, &reviewer, true, 24, Err(Refusal::NotALead)),
            (alone, other, &lead, true, 24, Ok(())),
        ];

        for (approval, who, roles, viewed, hour, answer) in table {
            let result = can_approve(approval, maker, who, roles, viewed, at(hour));
            assert_eq!(result, answer, "{approval:?} {who} {viewed} {hour}");
        }
    }

    #[test]
    fn an_approval_reads_back_as_itself() {
        for approval in [Approval::None, Approval::Colleague, Approval::Alone { not_before: at(1) }]
        {
            assert_eq!(Approval::parse(approval.as_str(), approval.not_before()), Some(approval));
        }
        assert_eq!(Approval::parse("alone", None), None);
        assert_eq!(Approval::parse("none", Some(at(1))), None);
    }
}
