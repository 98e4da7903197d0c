//! Change notices: changes that narrowed what a bank does. They took effect at once, and another
//! actor must acknowledge each one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{AuditActor, Bank, BankId, Entry, NoticeId, Reach, Transforms};

/// How a change narrowed what a bank does. `docs/rights.md` shows the list to the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Narrowing {
    /// A bank was switched off.
    BankDisabled,
    /// A bank's action became milder.
    ActionLowered,
    /// A bank may be used on fewer surfaces, in fewer countries, or for a shorter time.
    ReachNarrowed,
    /// A bank compares less.
    ComparisonNarrowed,
    /// Entries were withdrawn.
    EntriesWithdrawn,
    /// An entry ends earlier.
    EntryShortened,
}

impl Narrowing {
    /// Every narrowing, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns the change, in the words of `docs/rights.md`.
    pub fn what(self) -> &'static str {
        match self {
            Self::BankDisabled => "a bank is switched off",
            Self::ActionLowered => "the action of a bank is made less strict",
            Self::ReachNarrowed => {
                "a surface or a country is removed from a bank, or the law that permits its use on \
                 private messages is removed or ends earlier"
            }
            Self::ComparisonNarrowed => {
                "a bank compares less: its distance limit is lowered, its least quality is raised, \
                 or its `transforms` is changed to `none`"
            }
            Self::EntriesWithdrawn => "entries are withdrawn",
            Self::EntryShortened => "the end of an entry is brought forward",
        }
    }
}

/// Returns how a change of a bank's settings narrowed what the bank does.
pub fn of_bank(before: &Bank, after: &Bank) -> Vec<Narrowing> {
    let is_less = after.distance_max < before.distance_max
        || after.quality_min > before.quality_min
        || (before.transforms, after.transforms) == (Transforms::All, Transforms::None);
    [
        (before.is_enabled && !after.is_enabled, Narrowing::BankDisabled),
        (after.action < before.action, Narrowing::ActionLowered),
        (narrows_reach(&before.reach, &after.reach), Narrowing::ReachNarrowed),
        (is_less, Narrowing::ComparisonNarrowed),
    ]
    .into_iter()
    .filter_map(|(applies, narrowing)| applies.then_some(narrowing))
    .collect()
}

/// Returns how a change of an entry narrowed what its bank does.
pub fn of_entry(before: &Entry, after: &Entry) -> Option<Narrowing> {
    let is_shorter = match (before.expires_at, after.expires_at) {
        (None, Some(_)) => true,
        (Some(before), Some(after)) => after < before,
        (_, None) => false,
    };
    is_shorter.then_some(Narrowing::EntryShortened)
}

fn narrows_reach(before: &Reach, after: &Reach) -> bool {
    let is_shorter = match (before.private_basis(), after.private_basis()) {
        (Some(before), Some(after)) => after.until < before.until,
        (Some(_), None) => true,
        (None, _) => false,
    };
    is_shorter
        || !before.surfaces().is_subset(after.surfaces())
        || !before.jurisdictions().is_within(after.jurisdictions())
}

/// A change that narrowed what a bank does. Until it is acknowledged, further changes of the same
/// kind, by the same actor and of the same bank, are counted in the same notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeNotice {
    /// Id of this notice; text form `note_…`.
    pub id: NoticeId,
    /// How the change narrowed what the bank does.
    pub what: Narrowing,
    /// The bank.
    pub bank: BankId,
    /// Who did it: a key, or the command line.
    pub actor: AuditActor,
    /// How often, at least 1.
    pub times: u32,
    /// Time of the first change.
    pub first_at: Timestamp,
    /// Time of the last change.
    pub last_at: Timestamp,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(AuditActor, Timestamp)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::tests::a_bank;
    use crate::{Action, Distance, Surface};

    #[test]
    fn a_change_that_only_widens_or_renames_narrows_nothing() {
        let before = a_bank();
        let mut after = Bank { name: "other".parse().unwrap(), action: Action::Block, ..a_bank() };
        after.distance_max = Distance(60);

        assert_eq!(of_bank(&before, &after), []);
        assert_eq!(
            of_bank(&after, &before),
            [Narrowing::ActionLowered, Narrowing::ComparisonNarrowed]
        );
    }

    #[test]
    fn a_bank_that_is_off_or_has_fewer_surfaces_is_narrower() {
        let before = a_bank();
        let surfaces = [Surface::Public].into();
        let reach = Reach::new(surfaces, before.reach.jurisdictions().clone(), None).unwrap();
        let after = Bank { is_enabled: false, reach, ..before.clone() };

        assert_eq!(of_bank(&before, &after), [Narrowing::BankDisabled, Narrowing::ReachNarrowed]);
    }

    #[test]
    fn a_narrowing_reads_back_as_itself() {
        for &what in Narrowing::ALL {
            assert_eq!(Narrowing::parse(what.as_str()), Some(what));
        }
    }
}
