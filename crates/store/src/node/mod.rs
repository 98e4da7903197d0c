//! What one node does for itself: the change log, the index, leases of jobs.

pub mod change;
pub(crate) mod forget;
pub mod job;
