//! Items that services check, and the matches that are recorded.

pub mod check;
pub(crate) mod expire;
pub mod fingerprints;
pub mod hash_item;
pub mod look_up;
pub(crate) mod record_match;
