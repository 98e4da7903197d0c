//! Evidence: an item's bytes, sealed, for as long as its policy keeps them.

use jiff::Timestamp;

use crate::{EvidenceId, MatchId, Sensitive};

/// What is known of an item's sealed bytes. The bytes themselves lie in the vault under this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// The item's match.
    pub item: MatchId,
    /// How many bytes the item has.
    pub size: u64,
    /// The object's key, wrapped by one of the vault's; `None`: unreadable for ever.
    pub wrapped_key: Option<Sensitive<Vec<u8>>>,
    /// Which of the vault's keys wrapped it.
    pub key_name: String,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// Its term.
    pub expires_at: Timestamp,
}

impl Evidence {
    /// Whether it can be read now.
    pub fn is_readable(&self, now: Timestamp) -> bool {
        self.wrapped_key.is_some() && now < self.expires_at
    }
}
