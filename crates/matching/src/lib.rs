//! Finds the entries that are near to a hash: exact, deterministic, without clock, network or
//! database. The only file it writes is its own [`mod@snapshot`].
//!
//! [`Index`] holds the entries of every bank and answers queries while they change. [`near_all`]
//! and [`near_each`] search a list once without an index. None of them ever misses an entry. The
//! caller leaves out hashes of low quality and banks that may not be searched.

mod exact;
mod gone;
pub mod index;
mod kept;
mod kernel;
mod large;
mod merge;
mod near;
mod pile;
mod scan;
mod segment;
mod shelf;
mod shelves;
pub mod snapshot;
mod threads;
mod words;

pub use index::{Index, Indexed};
pub use near::Near;
pub use scan::{near_all, near_each};
pub use snapshot::SnapshotError;
