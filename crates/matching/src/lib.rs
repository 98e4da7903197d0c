//! Finds the entries that are near to a hash: exact, deterministic, without clock, network or
//! database. The only file it writes is its own [`mod@snapshot_file`].
//!
//! [`Index`] holds the entries of every bank and answers queries while they change. [`near_all`]
//! and [`near_each`] search a list once without an index. None of them ever misses an entry. The
//! caller leaves out hashes of low quality and banks that may not be searched.

mod bank_rows;
mod compaction;
mod exact;
mod hash_words;
pub mod index;
mod index_snapshot;
mod indexed_hash;
mod kernel;
mod mmap_array;
mod near;
mod rows_by_bank;
mod scan;
mod segment;
pub mod snapshot_file;
mod threads;
mod tombstones;

pub use index::{Index, IndexEntry};
pub use near::Near;
pub use scan::{near_all, near_each};
pub use snapshot_file::SnapshotFileError;
