//! What one node does for itself: the change log, the index, leases of jobs.

pub mod directory;
pub mod follow;
pub mod tidy;
