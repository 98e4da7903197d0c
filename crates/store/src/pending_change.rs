//! Changes that a transaction announces to every node when it commits.

use jiff::Timestamp;
use mamori_model::{BankId, EntryId};

/// A change that every node must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Entries were added to a bank. The range may have gaps, but contains no entries of other
    /// banks.
    Added {
        /// The bank that the entries are in.
        bank: BankId,
        /// The first entry of the range.
        first: EntryId,
        /// The last entry of the range, inclusive.
        last: EntryId,
    },
    /// Every entry in the range was withdrawn or has expired.
    Removed {
        /// The bank that the entries are in.
        bank: BankId,
        /// The first entry of the range.
        first: EntryId,
        /// The last entry of the range, inclusive.
        last: EntryId,
    },
    /// A bank was created or changed.
    BankChanged(BankId),
    /// A bank was deleted with all its entries.
    BankDeleted(BankId),
    /// A service or a key was created, or a key was revoked.
    Keys,
}

/// A change that the open transaction will append to the change log.
#[derive(Clone, Copy)]
pub struct PendingChange {
    /// What changed.
    pub change: Change,
    /// Time of the change.
    pub at: Timestamp,
}
