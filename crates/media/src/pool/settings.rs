//! The settings of a pool.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::Limits;

/// The settings of a pool.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// The program to run, as an absolute path. The server passes `/proc/self/exe`, which stays the
    /// same program when a newer version replaces the file.
    pub program: PathBuf,
    /// Arguments with which the program calls [`crate::run_worker`].
    pub args: Vec<OsString>,
    /// Number of pictures that are decoded at once, at least 1. The number of cores is a good
    /// choice. Two more are decoded at once only if one is a reviewer's, and one of a sender that
    /// has no other picture in a process.
    pub workers: usize,
    /// Pictures that may wait for a process before [`crate::Error::Busy`]; at least 1.
    pub waiting_max: usize,
    /// Pictures of one sender that may wait; at least 1. While it is less than `waiting_max`, no
    /// sender can shut out all others.
    pub sender_waiting_max: usize,
    /// Processes that are kept, while they have no work, for the senders whose pictures they
    /// decoded; the one that was idle longest ends first. 0 starts a process for each picture.
    pub idle_max: usize,
    /// The limits for each picture.
    pub limits: Limits,
}
