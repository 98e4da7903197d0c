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
    /// Number of processes, at least 1. The number of cores is a good choice.
    pub workers: usize,
    /// Pictures that may wait for a process before [`crate::Error::Busy`]; at least 1.
    pub waiting_max: usize,
    /// The limits for each picture.
    pub limits: Limits,
}
