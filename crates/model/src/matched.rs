//! Matches: the record that an item came near to entries of banks.

use jiff::Timestamp;

use crate::{Hit, Item, MatchId, Pdq, ServiceId, Sha256, Verdict};

/// The record of one item that matched. One for each service and item name, however often the
/// item is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// Whose item it is.
    pub service: ServiceId,
    /// The item and where it stood.
    pub item: Item,
    /// The strictest verdict that was given for it.
    pub verdict: Verdict,
    /// Every entry that it came near to, the nearest first.
    pub hits: Vec<Hit>,
    /// How it looked, where Mamori or the service hashed it.
    pub pdq: Option<Pdq>,
    /// Its bytes, where Mamori or the service hashed them.
    pub sha256: Option<Sha256>,
    /// When it first matched.
    pub created_at: Timestamp,
    /// When the verdict last became stricter.
    pub changed_at: Timestamp,
}
