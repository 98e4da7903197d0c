//! The decoding processes that wait for work, each of one sender from its first picture on.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::warn;

use super::child::Child;
use super::queue::Queue;
use super::spawner::Spawner;
use super::tally::Tally;
use super::{PoolSettings, Sender};
use crate::{Limits, Protections};

/// The wait before another process is started after one could not be; doubled each time, up to
/// [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// How often the idle processes are checked for ones that have ended.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// How many processes without a sender are kept ready, so that a sender's first picture does not
/// wait for a start.
const UNUSED_MIN: usize = 1;

/// The processes of a pool.
#[derive(Debug)]
pub struct Processes {
    spawner: Spawner,
    limits: Limits,
    /// The protections of the first process, without which none is used.
    protections: OnceLock<Protections>,
    /// The least number of processes, idle and working.
    least: usize,
    /// The most idle processes that belong to senders.
    idle_max: usize,
    /// The idle processes; the last was used last.
    idle: Mutex<Vec<Idle>>,
    tally: Arc<Tally>,
    /// Notified when an idle process was taken.
    taken: Notify,
}

#[derive(Debug)]
struct Idle {
    /// The sender of all its pictures; `None` before the first.
    sender: Option<Sender>,
    child: Child,
}

impl Processes {
    /// Creates the record of processes, which `tally` counts, and starts one for each worker.
    pub async fn start(
        spawner: Spawner,
        settings: &PoolSettings,
        tally: Arc<Tally>,
    ) -> io::Result<Self> {
        let processes = Self {
            spawner,
            limits: settings.limits.clone(),
            protections: OnceLock::new(),
            least: settings.workers.max(1),
            idle_max: settings.idle_max,
            idle: Mutex::default(),
            tally,
            taken: Notify::new(),
        };
        for _ in 0..processes.least {
            let child = processes.start_one().await?;
            processes.idle().push(Idle { sender: None, child });
        }
        Ok(processes)
    }

    /// Returns the protections that the first process reported; the others have at least these.
    pub fn protections(&self) -> Protections {
        self.protections.get().cloned().unwrap_or_default()
    }

    /// Returns an idle process of `sender`, or one that has had no picture yet.
    pub async fn take(&self, sender: Sender) -> io::Result<Child> {
        match self.take_idle(sender) {
            Some(child) => Ok(child),
            None => match self.start_one().await {
                // The system may have no room for one more process.
                Err(_) if self.end_oldest() => self.start_one().await,
                started => started,
            },
        }
    }

    /// Ends the process of a sender that was idle longest; returns false if there is none.
    fn end_oldest(&self) -> bool {
        let mut idle = self.idle();
        let oldest = idle.iter().position(|idle| idle.sender.is_some());
        oldest.map(|oldest| idle.remove(oldest)).is_some()
    }

    /// Keeps a process for the next picture of the same sender. If there are too many, ends the one
    /// that was idle longest.
    pub fn put(&self, sender: Sender, child: Child) {
        let mut idle = self.idle();
        let used = idle.iter().filter(|idle| idle.sender.is_some()).count();
        if used >= self.idle_max {
            let oldest = idle.iter().position(|idle| idle.sender.is_some());
            // With a maximum of zero no process is kept, and none is there to be ended.
            match oldest {
                Some(oldest) => drop(idle.remove(oldest)),
                None => return,
            }
        }
        idle.push(Idle { sender: Some(sender), child });
    }

    /// Replaces idle processes that ended, and keeps one ready that has had no picture, until the
    /// queue is closed.
    pub async fn maintain(self: Arc<Self>, queue: Arc<Queue>) {
        let mut wait = BACKOFF_MIN;
        loop {
            tokio::select! {
                () = queue.closed() => return,
                () = self.taken.notified() => (),
                () = sleep(CHECK_INTERVAL) => (),
            }
            self.remove_ended();
            while self.lacks_one() {
                match self.start_one().await {
                    Ok(child) => {
                        self.idle().push(Idle { sender: None, child });
                        wait = BACKOFF_MIN;
                    }
                    Err(error) => {
                        warn!(%error, "a decoding process cannot be started");
                        tokio::select! {
                            () = queue.closed() => return,
                            () = sleep(wait) => (),
                        }
                        wait = (wait * 2).min(BACKOFF_MAX);
                    }
                }
            }
        }
    }

    fn take_idle(&self, sender: Sender) -> Option<Child> {
        let mut idle = self.idle();
        for owner in [Some(sender), None] {
            while let Some(index) = idle.iter().rposition(|idle| idle.sender == owner) {
                let mut found = idle.remove(index).child;
                self.taken.notify_one();
                if !found.has_ended() {
                    return Some(found);
                }
                found.bury();
            }
        }
        None
    }

    fn remove_ended(&self) {
        for ended in self.idle().extract_if(.., |idle| idle.child.has_ended()) {
            warn!("an idle decoding process ended and is replaced");
            ended.child.bury();
        }
    }

    fn lacks_one(&self) -> bool {
        let unused = self.idle().iter().filter(|idle| idle.sender.is_none()).count();
        unused < UNUSED_MIN || self.tally.alive() < self.least
    }

    async fn start_one(&self) -> io::Result<Child> {
        let required = self.protections();
        let started = Child::start(&self.spawner, &self.limits, &required, &self.tally).await;
        let child = started.inspect_err(|_| self.tally.not_started())?;
        self.protections.get_or_init(|| child.protections.clone());
        Ok(child)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
