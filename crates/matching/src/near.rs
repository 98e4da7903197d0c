//! What a query finds.

use mamori_model::{BankId, Distance, EntryId};

/// An entry within the distance limit of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// The entry's id.
    pub entry: EntryId,
    /// The bank that the entry is in.
    pub bank: BankId,
    /// Bits in which the entry's hash differs from the query's; 0 for SHA-256, SHA-1 and MD5.
    pub distance: Distance,
}
