//! An operation of which at most one run is in progress, however many callers ask for its result.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

/// The last run, and the one that is in progress.
#[derive(Debug)]
pub(crate) struct SingleRun<T> {
    state: Mutex<Run<T>>,
    /// Changes whenever a run ends.
    ended: watch::Sender<()>,
}

/// What is known of the runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<T> {
    /// Beginning of the last run.
    begun: Option<Instant>,
    /// Whether that run is in progress.
    pub is_running: bool,
    /// The result of the last run that has ended.
    pub last: Option<T>,
}

impl<T> Run<T> {
    /// Checks whether the last run began within `time` before now.
    pub fn began_within(&self, time: Duration) -> bool {
        self.begun.is_some_and(|begun| begun.elapsed() < time)
    }
}

impl<T> Default for SingleRun<T> {
    fn default() -> Self {
        let state = Run { begun: None, is_running: false, last: None };
        Self { state: Mutex::new(state), ended: watch::Sender::new(()) }
    }
}

impl<T: Copy + Send + 'static> SingleRun<T> {
    /// Begins a run, unless one is in progress or the last one began within `pause`. The run continues
    /// if the caller is dropped; if it panics, its result is `panicked`.
    pub fn begin<Running>(
        self: &Arc<Self>,
        pause: Duration,
        run: impl FnOnce() -> Running,
        panicked: T,
    ) where
        Running: Future<Output = T> + Send + 'static,
    {
        if !self.reserve(pause) {
            return;
        }
        let (single, running) = (Arc::clone(self), run());
        tokio::spawn(async move {
            let ended = AssertUnwindSafe(running).catch_unwind().await;
            single.end(ended.unwrap_or(panicked));
        });
    }

    /// Returns a receiver that changes when a run ends after this call.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    /// Returns what is known now.
    pub fn state(&self) -> Run<T> {
        *self.lock()
    }

    /// Changes the result of the last run that has ended.
    pub fn change_last(&self, change: impl FnOnce(T) -> T) {
        let mut state = self.lock();
        state.last = state.last.map(change);
    }

    fn reserve(&self, pause: Duration) -> bool {
        let mut state = self.lock();
        let begins = !state.is_running && !state.began_within(pause);
        if begins {
            (state.is_running, state.begun) = (true, Some(Instant::now()));
        }
        begins
    }

    fn end(&self, result: T) {
        let mut state = self.lock();
        (state.is_running, state.last) = (false, Some(result));
        drop(state);
        self.ended.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, Run<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
