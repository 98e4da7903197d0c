//! Lowering the urgency of a case: a reviewer may do so alone, unless a child may be in danger.

use jiff::Timestamp;

use crate::{Approval, CaseId, FreeText, Refusal, StaffId, Urgency, approval};

/// A reviewer's proposal to make a case less urgent in which a child may be in danger. Until a lead
/// agrees the urgency stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowering {
    /// The case.
    pub case: CaseId,
    /// The urgency that it is to have.
    pub to: Urgency,
    /// The reviewer's reason.
    pub reason: FreeText,
    /// The reviewer who proposed it.
    pub by: StaffId,
    /// Time of the proposal.
    pub at: Timestamp,
    /// Whose agreement it takes; never [`Approval::None`].
    pub approval: Approval,
}

/// Returns whose agreement it takes to lower the urgency of a case from `from` to `to`;
/// [`Refusal::UrgencyNotLower`] if `to` is not lower. `is_single_person` as for
/// [`approval::required`].
pub fn required(
    from: Urgency,
    to: Urgency,
    is_single_person: bool,
    now: Timestamp,
) -> Result<Approval, Refusal> {
    if !to.is_below(from) {
        return Err(Refusal::UrgencyNotLower);
    }
    Ok(approval::required(from == Urgency::ChildInDanger, is_single_person, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowering_needs_an_agreement_only_where_a_child_may_be_in_danger() {
        use Urgency::{ChildInDanger, KnownMaterial, NewMaterial};
        let now = Timestamp::from_second(0).unwrap();
        let alone = Approval::Alone { not_before: Timestamp::from_second(86_400).unwrap() };
        let table = [
            (NewMaterial, KnownMaterial, Ok(Approval::None), Ok(Approval::None)),
            (ChildInDanger, NewMaterial, Ok(Approval::Colleague), Ok(alone)),
            (ChildInDanger, KnownMaterial, Ok(Approval::Colleague), Ok(alone)),
        ];

        for (from, to, team, single) in table {
            assert_eq!(required(from, to, false, now), team, "{from:?} {to:?}");
            assert_eq!(required(from, to, true, now), single, "{from:?} {to:?}");
        }
        for from in Urgency::ALL {
            for to in Urgency::ALL.iter().filter(|to| to.number() <= from.number()) {
                let refused = required(*from, *to, false, now);
                assert_eq!(refused, Err(Refusal::UrgencyNotLower), "{from:?} {to:?}");
            }
        }
    }
}
