//! What one node does for itself: the change log, the index, leases of jobs.

pub mod compact;
pub mod directory;
pub(crate) mod expire;
pub mod follow_changes;
