//! Entries whose addition waits for a second actor, as JSON.

use jiff::Timestamp;
use mamori_model::text::Labels;
use mamori_model::{EntryChange, Hash, HashKind, Line, Patch};
use mamori_store::NewEntry;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The list of the entries.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedEntries {
    entries: Vec<ProposedEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProposedEntry {
    kind: HashKind,
    hash: String,
    #[serde(flatten)]
    metadata: ProposedMetadata,
}

/// The metadata of an entry: a key that is absent changes nothing, `null` removes a value.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProposedMetadata {
    #[serde(default, skip_serializing_if = "is_unset")]
    source_id: Patch<Line>,
    #[serde(default, skip_serializing_if = "is_unset")]
    labels: Patch<Labels>,
    #[serde(default, skip_serializing_if = "is_unset")]
    expires_at: Patch<Timestamp>,
}

fn is_unset<T>(patch: &Patch<T>) -> bool {
    !patch.is_set()
}

impl From<&EntryChange> for ProposedMetadata {
    fn from(change: &EntryChange) -> Self {
        let EntryChange { source_id, labels, expires_at } = change.clone();
        Self { source_id, labels, expires_at }
    }
}

impl From<ProposedMetadata> for EntryChange {
    fn from(metadata: ProposedMetadata) -> Self {
        let ProposedMetadata { source_id, labels, expires_at } = metadata;
        Self { source_id, labels, expires_at }
    }
}

impl From<&[NewEntry]> for ProposedEntries {
    fn from(entries: &[NewEntry]) -> Self {
        let proposed = |entry: &NewEntry| ProposedEntry {
            kind: entry.hash.kind(),
            hash: entry.hash.to_string(),
            metadata: (&entry.metadata).into(),
        };
        Self { entries: entries.iter().map(proposed).collect() }
    }
}

impl ProposedEntries {
    /// Returns the entries.
    pub(crate) fn read(self) -> Result<Vec<NewEntry>, Error> {
        let read = |entry: ProposedEntry| {
            let hash = Hash::parse(entry.kind, &entry.hash).map_err(Error::invalid)?;
            Ok(NewEntry { hash, metadata: entry.metadata.into() })
        };
        self.entries.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use mamori_model::Pdq;

    use super::*;

    #[test]
    fn proposed_entries_read_back_as_themselves() {
        let metadata = EntryChange {
            source_id: Patch::Value("case 7".parse().unwrap()),
            labels: Patch::Unset,
            expires_at: Patch::Null,
        };
        let entries = [
            NewEntry::bare(Hash::Pdq(Pdq::from([7; 32]))),
            NewEntry { hash: Hash::Md5([1; 16].into()), metadata },
        ];

        let text = serde_json::to_string(&ProposedEntries::from(&entries[..])).unwrap();
        let read: ProposedEntries = serde_json::from_str(&text).unwrap();

        assert_eq!(read.read().unwrap(), entries);
        assert!(text.contains(r#""source_id":"case 7","expires_at":null"#), "{text}");
        assert!(!text.contains("labels"), "{text}");
    }
}
