//! The pictures that wait for a process: one lane for each sender, and one for reviewers' views.
//!
//! Views come first. A sender's pictures wait in the order in which they came. Of several senders, the
//! one with the fewest pictures in processes is next; of equals, the one whose pictures took less
//! time. So a sender delays another by the rest of one picture at most, however many and however
//! costly pictures it sends. The cost of a picture is the time that its process took: what a file
//! declares about itself can be false.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{Job, Sender};
use crate::Error;

/// Which jobs a slot takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Any.
    Any,
    /// Checks of a sender that has no check running, and only while all slots of [`Slot::Any`] are
    /// occupied. So a sender's first picture need not wait for a slot of [`Slot::Any`].
    OfIdleLanes,
    /// Views. One view runs whatever is sent to be checked; a second at the same time may wait for a
    /// check to end.
    OfViews,
}

/// A lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The views of all reviewers, which come before all checks.
    Views,
    /// The checks of a sender.
    Checks(Sender),
}

/// How many jobs may run and wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Slots of [`Slot::Any`].
    pub workers: usize,
    /// Checks in total, and separately views.
    pub waiting_max: usize,
    /// Checks of one sender. Its first is accepted also if `waiting_max` others wait.
    pub sender_waiting_max: usize,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    inner: Mutex<Inner>,
    /// Notified when a job came or ended, and when the queue was closed.
    changed: Notify,
    limits: Limits,
}

#[derive(Debug, Default)]
struct Inner {
    /// The lanes that have a job, and idle lanes whose [`Jobs::used`] is greater than `present`.
    lanes: HashMap<Lane, Jobs>,
    /// The greatest [`Jobs::used`] that a lane of checks had when one of its jobs was taken. An idle
    /// lane that gets a job is raised to this value.
    present: Duration,
    /// Jobs that run in a slot of [`Slot::Any`].
    running_in_any: usize,
    is_closed: bool,
}

/// The jobs of a lane.
#[derive(Debug, Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    running: usize,
    /// Time that its jobs took. When an idle lane gets a job, this is raised to [`Inner::present`], so
    /// that the lane gains no credit for idle time. It is never lowered, so that a sender that sends
    /// its pictures one by one is not always next.
    used: Duration,
}

/// A job that a slot took; ends when it is dropped.
#[derive(Debug)]
pub struct Running {
    queue: Arc<Queue>,
    slot: Slot,
    lane: Lane,
    since: Instant,
}

impl Queue {
    /// Creates an empty queue.
    pub fn new(limits: Limits) -> Self {
        Self { inner: Mutex::default(), changed: Notify::new(), limits }
    }

    /// Adds a job at the end of its lane. [`Error::Busy`] if too many are waiting.
    pub fn push(&self, lane: Lane, job: Job) -> Result<(), Error> {
        let mut inner = self.inner();
        if !inner.has_place(lane, self.limits) {
            inner.remove_abandoned();
            if !inner.has_place(lane, self.limits) {
                return Err(Error::Busy);
            }
        }
        let present = inner.present;
        inner.lanes.retain(|_, jobs| !jobs.is_empty() || jobs.used > present);
        let jobs = inner.lanes.entry(lane).or_default();
        if jobs.is_empty() {
            jobs.used = jobs.used.max(present);
        }
        jobs.waiting.push_back(job);
        drop(inner);
        self.changed.notify_waiters();
        Ok(())
    }

    /// Waits for the next job of a slot; `None` once the queue is closed.
    pub async fn next(self: &Arc<Self>, slot: Slot) -> Option<(Job, Running)> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // Before looking, so that no change between looking and waiting is missed.
            changed.as_mut().enable();
            {
                let mut inner = self.inner();
                if inner.is_closed {
                    return None;
                }
                if let Some((job, lane)) = inner.take(slot, self.limits.workers) {
                    drop(inner);
                    // If it was the last of its kind, the slot of idle lanes may have work now.
                    self.changed.notify_waiters();
                    let queue = Arc::clone(self);
                    return Some((job, Running { queue, slot, lane, since: Instant::now() }));
                }
            }
            changed.await;
        }
    }

    /// Returns how many jobs wait.
    pub fn waiting(&self) -> usize {
        self.inner().lanes.values().map(|jobs| jobs.waiting.len()).sum()
    }

    /// Closes the queue: no slot gets another job.
    pub fn close(&self) {
        self.inner().is_closed = true;
        self.changed.notify_waiters();
    }

    /// Waits until the queue is closed.
    pub async fn closed(&self) {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            if self.inner().is_closed {
                return;
            }
            changed.await;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes the next job that `slot` may take, and counts it as running.
    fn take(&mut self, slot: Slot, workers: usize) -> Option<(Job, Lane)> {
        if slot == Slot::OfIdleLanes && self.running_in_any < workers {
            return None;
        }
        loop {
            let (_, lane) = self
                .lanes
                .iter()
                .filter(|(lane, jobs)| !jobs.waiting.is_empty() && may_take(slot, **lane, jobs))
                .map(|(lane, jobs)| ((*lane != Lane::Views, jobs.running, jobs.used), *lane))
                .min_by_key(|(order, _)| *order)?;
            let jobs = self.lanes.get_mut(&lane)?;
            let job = jobs.waiting.pop_front()?;
            if !job.request.is_closed() {
                if lane != Lane::Views {
                    self.present = self.present.max(jobs.used);
                }
                jobs.running = jobs.running.saturating_add(1);
                if slot == Slot::Any {
                    self.running_in_any = self.running_in_any.saturating_add(1);
                }
                return Some((job, lane));
            }
        }
    }

    /// Checks whether another job may wait in `lane`.
    fn has_place(&self, lane: Lane, limits: Limits) -> bool {
        let waiting = self.lanes.get(&lane).map_or(0, |jobs| jobs.waiting.len());
        match lane {
            Lane::Views => waiting < limits.waiting_max,
            Lane::Checks(_) => {
                let fits = self.checks_waiting() < limits.waiting_max;
                waiting == 0 || (fits && waiting < limits.sender_waiting_max)
            }
        }
    }

    /// Removes the jobs whose callers have gone away.
    fn remove_abandoned(&mut self) {
        for jobs in self.lanes.values_mut() {
            jobs.waiting.retain(|job| !job.request.is_closed());
        }
    }

    fn checks_waiting(&self) -> usize {
        let checks = self.lanes.iter().filter(|(lane, _)| **lane != Lane::Views);
        checks.map(|(_, jobs)| jobs.waiting.len()).sum()
    }
}

impl Jobs {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.running == 0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut inner = self.queue.inner();
        if let Some(jobs) = inner.lanes.get_mut(&self.lane) {
            jobs.running = jobs.running.saturating_sub(1);
            jobs.used = jobs.used.saturating_add(self.since.elapsed());
        }
        if self.slot == Slot::Any {
            inner.running_in_any = inner.running_in_any.saturating_sub(1);
        }
        drop(inner);
        // A lane that has no job running may use another slot now.
        self.queue.changed.notify_waiters();
    }
}

fn may_take(slot: Slot, lane: Lane, jobs: &Jobs) -> bool {
    match slot {
        Slot::Any => true,
        Slot::OfIdleLanes => lane != Lane::Views && jobs.running == 0,
        Slot::OfViews => lane == Lane::Views,
    }
}

#[cfg(test)]
mod tests;
