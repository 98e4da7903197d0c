//! Matches: the record that an item came near to entries of banks.

use jiff::Timestamp;

use crate::{Hit, Item, MatchId, Pdq, ServiceId, Sha256, Verdict};

/// One set of hashes that an item had when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenHashes {
    /// SHA-256 digest of the bytes, if Mamori or the service computed it.
    pub sha256: Option<Sha256>,
    /// PDQ hash of the picture, if any; of several frames, the hash of the frame that matched best.
    pub pdq: Option<Pdq>,
    /// Time at which the item was first sent with these hashes.
    pub seen_at: Timestamp,
}

/// The record of an item that matched. There is one for each service and item name, no matter how
/// often the item is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Id of this match; text form `match_…`.
    pub id: MatchId,
    /// The service that sent the item.
    pub service: ServiceId,
    /// The item and where it was published.
    pub item: Item,
    /// The strictest verdict that was ever given for it.
    pub verdict: Verdict,
    /// Every entry that it came near to, the nearest first.
    pub hits: Vec<Hit>,
    /// PDQ hash, if Mamori or the service computed it; the newest of [`Self::hashes`].
    pub pdq: Option<Pdq>,
    /// SHA-256 digest, if Mamori or the service computed it; the newest of [`Self::hashes`].
    pub sha256: Option<Sha256>,
    /// The sets of hashes with which the item was sent and matched, the newest first, as far as
    /// they are kept. Filled only when a match is read; recording uses [`Self::pdq`] and [`Self::sha256`].
    pub hashes: Vec<SeenHashes>,
    /// Time of the first match.
    pub created_at: Timestamp,
    /// Time at which the verdict last became stricter, or the item was last sent with other hashes
    /// or had new hits.
    pub changed_at: Timestamp,
}
