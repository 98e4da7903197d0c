//! Matches: the record that an item came near to entries of banks.

use jiff::Timestamp;

use crate::{Hit, Item, MatchId, Pdq, ServiceId, Sha256, Verdict};

/// One set of hashes under which an item came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenHashes {
    /// Of its bytes, where Mamori or the service hashed them.
    pub sha256: Option<Sha256>,
    /// How it looked; of several frames the one that matched best.
    pub pdq: Option<Pdq>,
    /// When the item first came so.
    pub seen_at: Timestamp,
}

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
    /// How it looked, where Mamori or the service hashed it; the newest of [`Self::hashes`].
    pub pdq: Option<Pdq>,
    /// Its bytes, where Mamori or the service hashed them; the newest likewise.
    pub sha256: Option<Sha256>,
    /// Every set of hashes under which it came and matched, the newest first. Filled by reading;
    /// recording goes by [`Self::pdq`] and [`Self::sha256`].
    pub hashes: Vec<SeenHashes>,
    /// When it first matched.
    pub created_at: Timestamp,
    /// When the verdict last became stricter, or the item last came with other hashes or new hits.
    pub changed_at: Timestamp,
}
