//! Keeps one process running and gives it jobs, one after the other.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use tracing::warn;

use super::child::Child;
use super::converter::{Converter, Prepared};
use super::spawner::Spawner;
use super::{Job, Request};
use crate::wire::Source;
use crate::{Error, Format, Limits, Protections, Remaining, sniff};

/// The wait before a process that did no work is replaced; doubled each time, up to
/// [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(2);

type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

/// Everything that is needed to keep one process running.
pub struct WorkerSupervisor {
    pub queue: Queue,
    pub spawner: Spawner,
    pub limits: Limits,
    /// The protections of the first process, without which none is used.
    pub protections: Arc<Protections>,
    /// For HEIC; `None` if the machine has no converter.
    pub converter: Option<Arc<Converter>>,
    /// Number of processes in the pool; includes this one.
    pub alive: Arc<AtomicUsize>,
}

/// How a process ended.
enum End {
    /// The pool was dropped.
    PoolGone,
    /// The process must be replaced, and had worked.
    AfterWork,
    /// The process must be replaced, and had never worked.
    Idle,
}

impl WorkerSupervisor {
    /// Keeps the process `first`, and its successors, running until the pool is dropped.
    pub async fn run(self, first: Child) {
        let mut child = first;
        let mut wait = BACKOFF_MIN;
        loop {
            let end = self.work(child).await;
            self.alive.fetch_sub(1, Ordering::Relaxed);
            match end {
                End::PoolGone => return,
                End::AfterWork => wait = BACKOFF_MIN,
                End::Idle => back_off(&mut wait).await,
            }
            child = loop {
                match Child::start(&self.spawner, &self.limits, &self.protections).await {
                    Ok(child) => break child,
                    Err(error) if self.is_pool_gone() => return drop(error),
                    Err(error) => self.fail(&error),
                }
                back_off(&mut wait).await;
            };
            self.alive.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Gives `child` jobs until it cannot take another one.
    async fn work(&self, mut child: Child) -> End {
        let mut has_worked = false;
        loop {
            let job = tokio::select! {
                biased;
                () = child.ended() => {
                    warn!("an idle decoding process ended and is replaced");
                    return if has_worked { End::AfterWork } else { End::Idle };
                }
                job = next(&self.queue) => job,
            };
            let Some(Job { bytes, request }) = job else { return End::PoolGone };
            // The caller has gone away, so the job is dropped.
            if request.is_closed() {
                continue;
            }
            let Prepared { bytes, source, remaining } = match self.prepare(bytes).await {
                Ok(prepared) => prepared,
                Err(error) => {
                    request.refuse(error);
                    continue;
                }
            };
            let file = (source, &bytes);
            let usable = match request {
                Request::Hash(reply) => {
                    let (result, usable) = child.hash(file, &self.limits).await;
                    let _ = reply.send(result.map(|mut picture| {
                        if picture.remaining == Remaining::Nothing {
                            picture.remaining = remaining;
                        }
                        picture
                    }));
                    usable
                }
                Request::Render((blur, selection), reply) => {
                    let (result, usable) =
                        child.render(file, (blur, selection), &self.limits).await;
                    let _ = reply.send(result);
                    usable
                }
            };
            has_worked = true;
            match usable {
                Some(usable) => child = usable,
                None => return End::AfterWork,
            }
        }
    }

    /// Returns what the worker decodes: the file itself, or the converter's output.
    async fn prepare(&self, bytes: Bytes) -> Result<Prepared, Error> {
        match &self.converter {
            Some(converter) if sniff(&bytes).is_ok_and(|format| format == Format::Heic) => {
                converter.convert(bytes, &self.limits).await
            }
            _ => Ok(Prepared { bytes, source: Source::Sent, remaining: Remaining::Nothing }),
        }
    }

    /// Handles a failed start of a process: refuses all waiting jobs if no other process remains.
    fn fail(&self, error: &io::Error) {
        warn!(%error, "a decoding process cannot be started");
        if self.alive.load(Ordering::Relaxed) > 0 {
            return;
        }
        // If the lock is taken, a process that started meanwhile is reading the queue.
        let Ok(mut queue) = self.queue.try_lock() else { return };
        while let Ok(job) = queue.try_recv() {
            let copy = io::Error::new(error.kind(), error.to_string());
            job.request.refuse(Error::Pool(copy));
        }
    }

    fn is_pool_gone(&self) -> bool {
        self.queue.try_lock().is_ok_and(|queue| queue.is_closed() && queue.is_empty())
    }
}

async fn next(queue: &Queue) -> Option<Job> {
    queue.lock().await.recv().await
}

async fn back_off(wait: &mut Duration) {
    sleep(*wait).await;
    *wait = (*wait * 2).min(BACKOFF_MAX);
}
