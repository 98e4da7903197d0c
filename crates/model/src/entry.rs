//! Entries: the single hashes of a bank.

use jiff::Timestamp;

use crate::text::Labels;
use crate::{BankId, EntryId, Hash, Line, Patch};

/// One hash in one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id of this entry; text form `ent_…`. Never used twice.
    pub id: EntryId,
    /// The bank that contains it.
    pub bank: BankId,
    /// The hash that items are compared with.
    pub hash: Hash,
    /// The source's own id of this hash, for enquiries to the source.
    pub source_id: Option<Line>,
    /// The source's labels, such as a category.
    pub labels: Labels,
    /// Time at which it was added.
    pub added_at: Timestamp,
    /// Time from which it no longer matches; `None`: no end.
    pub expires_at: Option<Timestamp>,
    /// Time at which it was withdrawn; a withdrawn entry does not match.
    pub withdrawn_at: Option<Timestamp>,
}

/// A change to an entry. The hash itself never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryChange {
    /// The source's own id of this hash.
    pub source_id: Patch<Line>,
    /// The source's labels.
    pub labels: Patch<Labels>,
    /// Time from which the entry no longer matches.
    pub expires_at: Patch<Timestamp>,
}

impl EntryChange {
    /// Checks whether the change contains anything.
    pub fn is_set(&self) -> bool {
        self.source_id.is_set() || self.labels.is_set() || self.expires_at.is_set()
    }

    /// Returns the entry with this change applied.
    pub fn applied_to(self, before: Entry) -> Entry {
        Entry {
            source_id: self.source_id.or(before.source_id),
            labels: self.labels.or(Some(before.labels)).unwrap_or_default(),
            expires_at: self.expires_at.or(before.expires_at),
            ..before
        }
    }

    /// Combines two changes; where both set the same field, this later one wins.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        Self {
            source_id: self.source_id.after(earlier.source_id),
            labels: self.labels.after(earlier.labels),
            expires_at: self.expires_at.after(earlier.expires_at),
        }
    }
}

/// Whether an entry matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// Matches.
    Live,
    /// Its end (`expires_at`) has passed.
    Expired,
    /// It was withdrawn.
    Withdrawn,
}

impl Entry {
    /// Returns the state at `now`. At the exact instant of `expires_at` the entry no longer
    /// matches.
    pub fn state(&self, now: Timestamp) -> EntryState {
        if self.withdrawn_at.is_some() {
            EntryState::Withdrawn
        } else if self.expires_at.is_some_and(|end| end <= now) {
            EntryState::Expired
        } else {
            EntryState::Live
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_entry_matches_until_it_ends_or_is_withdrawn() {
        let now = Timestamp::from_second(1_000).unwrap();
        let entry = Entry {
            id: EntryId::new(1).unwrap(),
            bank: Uuid::nil().into(),
            hash: Hash::Md5([0; 16].into()),
            source_id: None,
            labels: Labels::default(),
            added_at: now,
            expires_at: Some(Timestamp::from_second(1_010).unwrap()),
            withdrawn_at: None,
        };
        let withdrawn = Entry { withdrawn_at: Some(now), ..entry.clone() };

        assert_eq!(entry.state(now), EntryState::Live);
        assert_eq!(entry.state(Timestamp::from_second(1_010).unwrap()), EntryState::Expired);
        assert_eq!(withdrawn.state(now), EntryState::Withdrawn);
    }
}
