//! What nodes share to work together: the change log, and jobs with their leases.

pub mod change;
pub(crate) mod forget;
pub mod job;
pub mod last_sweep;
pub mod write_probe;
