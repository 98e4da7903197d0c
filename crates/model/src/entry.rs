//! Entries: single hashes in a bank.

use jiff::Timestamp;

use crate::text::Labels;
use crate::{BankId, EntryId, Given, Hash, Line};

/// One hash in one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id, never used twice.
    pub id: EntryId,
    /// The bank it is in.
    pub bank: BankId,
    /// What it looks for.
    pub hash: Hash,
    /// The source's own id of it, for questions to the source.
    pub source_id: Option<Line>,
    /// The source's labels.
    pub labels: Labels,
    /// When it came in.
    pub added_at: Timestamp,
    /// When it stops matching by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody withdrew it; it matches no more.
    pub withdrawn_at: Option<Timestamp>,
}

/// What changes of an entry. Its hash never does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryChange {
    /// The source's own id of it.
    pub source_id: Given<Line>,
    /// The source's labels.
    pub labels: Given<Labels>,
    /// When it stops matching by itself.
    pub expires_at: Given<Timestamp>,
}

impl EntryChange {
    /// Whether anything is said.
    pub fn is_said(&self) -> bool {
        self.source_id.is_said() || self.labels.is_said() || self.expires_at.is_said()
    }

    /// The entry afterwards.
    pub fn applied_to(self, before: Entry) -> Entry {
        Entry {
            source_id: self.source_id.or(before.source_id),
            labels: self.labels.or(Some(before.labels)).unwrap_or_default(),
            expires_at: self.expires_at.or(before.expires_at),
            ..before
        }
    }

    /// Both changes as one, this one being the later.
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
    /// It matches.
    Live,
    /// Its term ended.
    Expired,
    /// Somebody withdrew it.
    Withdrawn,
}

impl Entry {
    /// Whether it matches at `now`. At the very instant of its end it matches no more.
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
