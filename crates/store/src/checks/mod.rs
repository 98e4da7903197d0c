//! Items that services check, and the matches that are recorded.

pub(crate) mod hit;
pub(crate) mod item_context;
pub(crate) mod match_hashes;
pub mod matched;
