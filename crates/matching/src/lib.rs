//! Hashes in, near entries out: exact, deterministic, without clock, network or database. The one
//! file it writes is its own [`mod@snapshot`].
//!
//! [`Index`] holds the entries of every bank and answers while they change. [`near_all`] and
//! [`near_each`] do without it, for a list that is searched once. None of them ever misses an
//! entry. What no comparison is worth (a hash of low quality, a bank that may not look here) is
//! the caller's to leave out.

mod exact;
mod gone;
pub mod index;
mod kept;
mod kernel;
mod large;
mod merge;
mod pile;
mod scan;
mod segment;
mod shelf;
mod shelves;
pub mod snapshot;
mod threads;
mod words;

pub use index::{Index, Indexed, Near};
pub use scan::{near_all, near_each};
pub use snapshot::SnapshotError;
