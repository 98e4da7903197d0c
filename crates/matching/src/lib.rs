//! Hashes in, near entries out: exact, deterministic, without clock, network or database.
//!
//! [`Index`] holds the entries of every bank and answers while they change. [`near_all`] and
//! [`near_each`] do without it, for a list that is searched once. None of them ever misses an
//! entry: each compares with every hash. What no comparison is worth (a hash of low quality, a
//! bank that may not look here) is the caller's to leave out.

pub mod index;
mod kept;
mod scan;
mod shelf;

pub use index::{Index, Indexed, Near};
pub use scan::{near_all, near_each};
