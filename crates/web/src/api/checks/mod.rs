//! Checks, hashes, and recorded matches.

pub mod check;
pub mod get_match;
pub mod hash;
pub mod item_json;
pub mod list_matches;
pub mod looked_json;
pub mod match_json;
pub mod not_stored_json;
