//! Material for tests and the demo: pictures and hashes made by code, a throw-away PostgreSQL, a
//! software authenticator, servers of others, a log that tests read.
//!
//! It contains no hash list, no abusive material and no real person's data.

pub mod base32;
pub mod database;
pub mod hashes;
pub mod log;
pub mod passkey;
pub mod peer;
pub mod pgbouncer;
pub mod pictures;
pub mod postgres;
pub mod seeds;
