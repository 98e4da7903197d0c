//! Which changes need a second actor, and why.

use jiff::{SignedDuration, Timestamp};

use super::Reason;
use crate::{
    Action, Bank, Distance, Entry, Purpose, Quality, Reach, Surface, Transforms, change_notice,
};

/// How long after its beginning an installation needs no second actor, so that it can be set up.
const SET_UP: SignedDuration = SignedDuration::from_hours(24);

/// What decides which changes need a second actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// When the installation got its first key or bank.
    pub installed_at: Timestamp,
    /// The current time.
    pub now: Timestamp,
    /// The largest distance limit that needs no second actor.
    pub distance_max: Distance,
    /// The most entries that may be withdrawn from a bank within 24 hours without a second actor.
    pub withdrawals_per_day_max: u64,
}

/// A change that may need a second actor.
#[derive(Clone, Copy, Debug)]
pub enum GuardedChange<'a> {
    /// A service is deleted.
    ServiceDeletion,
    /// This bank is created.
    NewBank(&'a Bank),
    /// The settings of a bank change.
    Bank {
        /// The bank now.
        before: &'a Bank,
        /// The bank after the change.
        after: &'a Bank,
    },
    /// This bank is deleted.
    BankDeletion(&'a Bank),
    /// Hashes are added to a bank, or given again with other metadata.
    Entries {
        /// The bank.
        bank: &'a Bank,
        /// The number of its entries whose end the change brings forward.
        removals: Removals,
    },
    /// A list is imported into this bank.
    Import {
        /// The bank.
        bank: &'a Bank,
        /// Whether two actors approved the source that the bank names.
        is_approved: bool,
        /// The number of its entries whose end the import brings forward.
        removals: Removals,
    },
    /// An entry of this bank changes.
    Entry {
        /// The bank.
        bank: &'a Bank,
        /// The entry now.
        before: &'a Entry,
        /// The entry after the change.
        after: &'a Entry,
        /// How many entries of the bank were removed within the last 24 hours.
        within_day: u64,
    },
    /// Entries of this bank are withdrawn.
    Withdrawal {
        /// The bank.
        bank: &'a Bank,
        /// How many entries.
        removals: Removals,
    },
    /// An administrator's key is issued.
    AdminKey,
    /// A key is revoked.
    Revocation {
        /// Whether the actor uses the key, or created it, directly or through other keys.
        is_own: bool,
    },
}

/// How many entries of a bank are removed: withdrawn, or their end is brought forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removals {
    /// Within the last 24 hours.
    pub within_day: u64,
    /// By this change.
    pub more: u64,
}

impl GuardedChange<'_> {
    /// Returns the bank that the change concerns.
    fn bank(&self) -> Option<&Bank> {
        match self {
            Self::NewBank(bank)
            | Self::Bank { before: bank, .. }
            | Self::BankDeletion(bank)
            | Self::Entries { bank, .. }
            | Self::Import { bank, .. }
            | Self::Entry { bank, .. }
            | Self::Withdrawal { bank, .. } => Some(bank),
            Self::ServiceDeletion | Self::AdminKey | Self::Revocation { .. } => None,
        }
    }
}

impl Guard {
    /// Checks whether changes of `bank` are exempt: within the first 24 hours, and where the bank is
    /// for rehearsals. A bank for rehearsals that is opened to private messages needs a second actor
    /// nevertheless.
    pub fn is_exempt(&self, bank: &Bank) -> bool {
        self.is_first_day() || is_for_rehearsals(bank)
    }

    fn is_first_day(&self) -> bool {
        self.now.duration_since(self.installed_at) < SET_UP
    }

    /// Returns why `change` needs a second actor, in the order of the list; empty if it does not.
    pub fn reasons(&self, change: &GuardedChange<'_>) -> Vec<Reason> {
        if self.is_first_day() {
            return Vec::new();
        }
        let mut reasons = match *change {
            GuardedChange::ServiceDeletion => vec![Reason::DeleteService],
            GuardedChange::BankDeletion(_) => vec![Reason::DeleteBank],
            GuardedChange::NewBank(bank) => self.of_new_bank(bank),
            GuardedChange::Bank { before, after } => self.of_bank(before, after),
            GuardedChange::Entries { bank, removals } => {
                of_entries(bank).into_iter().chain(self.of_removals(removals)).collect()
            }
            GuardedChange::Import { bank, is_approved, removals } => {
                let reason = of_import(bank).filter(|_| !is_approved);
                reason.into_iter().chain(self.of_removals(removals)).collect()
            }
            GuardedChange::Entry { bank, before, after, within_day } => {
                let is_shorter = change_notice::of_entry(before, after).is_some();
                let is_longer = change_notice::of_entry(after, before).is_some();
                let counts = is_longer && of_entries(bank).is_some();
                let removals = Removals { within_day, more: is_shorter.into() };
                let postpones = counts.then_some(Reason::PostponeEnd);
                postpones.into_iter().chain(self.of_removals(removals)).collect()
            }
            GuardedChange::Withdrawal { removals, .. } => {
                self.of_removals(removals).into_iter().collect()
            }
            GuardedChange::AdminKey => vec![Reason::IssueAdminKey],
            GuardedChange::Revocation { is_own } => {
                (!is_own).then_some(Reason::RevokeOtherKey).into_iter().collect()
            }
        };
        if change.bank().is_some_and(is_for_rehearsals) {
            reasons.retain(|reason| *reason == Reason::OpenPrivateMessages);
        }
        reasons.sort_unstable();
        reasons
    }

    fn of_removals(&self, Removals { within_day, more }: Removals) -> Option<Reason> {
        let is_mass = within_day.saturating_add(more) > self.withdrawals_per_day_max;
        (more > 0 && is_mass).then_some(Reason::MassWithdrawal)
    }

    fn of_new_bank(&self, bank: &Bank) -> Vec<Reason> {
        let messages = bank.reach.surfaces().contains(&Surface::PrivateMessage);
        [
            (bank.action > Action::None, Reason::CreateActingBank),
            (bank.purpose.is_negative(), Reason::OpenBenignBank),
            (messages, Reason::OpenPrivateMessages),
            (bank.distance_max > self.distance_max, Reason::RaiseDistance),
            (bank.quality_min < Quality::TRUSTED_MIN, Reason::LowerQuality),
        ]
        .into_iter()
        .filter_map(|(applies, reason)| applies.then_some(reason))
        .collect()
    }

    fn of_bank(&self, before: &Bank, after: &Bank) -> Vec<Reason> {
        let is_switched_on = after.is_enabled && !before.is_enabled;
        let is_farther = after.distance_max > before.distance_max;
        let is_flatter = after.quality_min < before.quality_min;
        let is_far = after.distance_max > self.distance_max;
        let is_flat = after.quality_min < Quality::TRUSTED_MIN;
        // What a negative bank compares more, it clears.
        let clears = after.purpose.is_negative();
        let is_turned =
            (before.transforms, after.transforms) == (Transforms::None, Transforms::All);
        [
            (after.action > before.action, Reason::RaiseAction),
            (is_switched_on && after.action > Action::None, Reason::EnableActingBank),
            (is_switched_on && after.purpose.is_negative(), Reason::OpenBenignBank),
            (widens_reach(&before.reach, &after.reach), Reason::WidenReach),
            (opens_messages(&before.reach, &after.reach), Reason::OpenPrivateMessages),
            (is_farther && (clears || is_far), Reason::RaiseDistance),
            (is_flatter && (clears || is_flat), Reason::LowerQuality),
            (is_turned, Reason::WidenTransforms),
        ]
        .into_iter()
        .filter_map(|(applies, reason)| applies.then_some(reason))
        .collect()
    }
}

fn is_for_rehearsals(bank: &Bank) -> bool {
    bank.purpose == Purpose::Rehearsal
}

/// Returns why adding a hash to `bank` needs a second actor, if it does.
fn of_entries(bank: &Bank) -> Option<Reason> {
    if bank.purpose.is_negative() {
        return Some(Reason::AddBenignEntries);
    }
    (bank.action > Action::None).then_some(Reason::AddActingEntries)
}

/// Returns why importing a list into `bank` needs the approval of its source, if it does.
fn of_import(bank: &Bank) -> Option<Reason> {
    if bank.purpose.is_negative() {
        return Some(Reason::AddBenignEntries);
    }
    (bank.action > Action::None).then_some(Reason::ApproveSource)
}

/// Checks whether a surface or country was added. Private messages have a reason of their own.
fn widens_reach(before: &Reach, after: &Reach) -> bool {
    let mut surfaces = after.surfaces().iter().filter(|one| **one != Surface::PrivateMessage);
    surfaces.any(|surface| !before.surfaces().contains(surface))
        || !after.jurisdictions().is_within(before.jurisdictions())
}

/// Checks whether private messages were added, or may be compared for longer or under another law.
fn opens_messages(before: &Reach, after: &Reach) -> bool {
    if !after.surfaces().contains(&Surface::PrivateMessage) {
        return false;
    }
    if !before.surfaces().contains(&Surface::PrivateMessage) {
        return true;
    }
    match (before.private_basis(), after.private_basis()) {
        (Some(before), Some(after)) => after.until > before.until || after.law != before.law,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests;
