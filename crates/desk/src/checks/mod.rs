//! Items that services check, and the matches that are recorded.

pub mod check;
pub(crate) mod cleared_checks;
pub(crate) mod expire;
pub mod fingerprints;
pub mod hash_item;
pub(crate) mod near_hits;
pub(crate) mod record_match;
pub mod search_banks;
