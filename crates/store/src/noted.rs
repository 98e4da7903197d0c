//! What a transaction must tell every node when it commits.

use jiff::Timestamp;
use mamori_model::{BankId, EntryId};

/// Something that every node must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Entries came into a bank. Other banks' entries are never in the range; gaps may be.
    Added {
        /// The bank.
        bank: BankId,
        /// The range's first entry.
        first: EntryId,
        /// The range's last entry, included.
        last: EntryId,
    },
    /// Every entry in the range was withdrawn or expired.
    Removed {
        /// The bank.
        bank: BankId,
        /// The range's first entry.
        first: EntryId,
        /// The range's last entry, included.
        last: EntryId,
    },
    /// A bank was made or changed.
    Banks,
    /// A bank was deleted, and with it all its entries.
    BankDeleted(BankId),
    /// A service or a key was made, or a key revoked.
    Keys,
}

/// A change that the open transaction will append.
#[derive(Clone, Copy)]
pub struct Noted {
    /// What changed.
    pub change: Change,
    /// When.
    pub at: Timestamp,
}
