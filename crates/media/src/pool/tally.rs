//! Counts the processes of a pool, and the pool's failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counts of the failures in a pool since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Pictures to hash or to render that were refused because too many waited ([`crate::Error::Busy`]).
    pub refused: u64,
    /// Processes that ended by themselves, or that the pool ended because they exceeded their time or
    /// gave an invalid answer. A hostile file can cause this.
    pub ended: u64,
    /// Processes that could not be started.
    pub not_started: u64,
}

/// The counts of one pool.
#[derive(Debug, Default)]
pub struct Tally {
    alive: AtomicUsize,
    refused: AtomicU64,
    ended: AtomicU64,
    not_started: AtomicU64,
}

impl Tally {
    /// Returns the number of processes that are idle or working.
    pub fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    /// Counts a picture that was refused.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a process that ended by itself, or that the pool ended after a failure.
    pub fn ended(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a process that could not be started.
    pub fn not_started(&self) {
        self.not_started.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the counts of failures so far.
    pub fn failures(&self) -> Failures {
        Failures {
            refused: self.refused.load(Ordering::Relaxed),
            ended: self.ended.load(Ordering::Relaxed),
            not_started: self.not_started.load(Ordering::Relaxed),
        }
    }
}

/// Counts one process as alive until it is dropped.
#[derive(Debug)]
pub struct Alive(Arc<Tally>);

impl Alive {
    /// Counts one more process.
    pub fn new(tally: &Arc<Tally>) -> Self {
        tally.alive.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(tally))
    }

    /// Counts the process in [`Failures::ended`].
    pub fn ended(&self) {
        self.0.ended();
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::Relaxed);
    }
}
