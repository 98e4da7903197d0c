//! What tests and the demo stand on: pictures and hashes drawn by code, a throw-away PostgreSQL.
//!
//! No hash list, no abusive material, no real person's data.

pub mod base32;
pub mod hashes;
pub mod passkey;
pub mod pictures;
pub mod postgres;
pub mod records;
pub mod seeds;
