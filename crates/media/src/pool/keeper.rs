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
use super::{Job, Question};
use crate::wire::Source;
use crate::{Error, Format, Limits, Rest, sniff};

/// The wait before a process that did no work is replaced; doubled each time, up to [`WAIT_MOST`].
const WAIT_LEAST: Duration = Duration::from_millis(50);
const WAIT_MOST: Duration = Duration::from_secs(2);

type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

/// Everything that is needed to keep one process running.
pub struct Keeper {
    pub queue: Queue,
    pub spawner: Spawner,
    pub limits: Limits,
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

impl Keeper {
    /// Keeps the process `first`, and its successors, running until the pool is dropped.
    pub async fn keep(self, first: Child) {
        let mut child = first;
        let mut wait = WAIT_LEAST;
        loop {
            let end = self.work(child).await;
            self.alive.fetch_sub(1, Ordering::Relaxed);
            match end {
                End::PoolGone => return,
                End::AfterWork => wait = WAIT_LEAST,
                End::Idle => pause(&mut wait).await,
            }
            child = loop {
                match Child::start(&self.spawner, &self.limits).await {
                    Ok(child) => break child,
                    Err(error) if self.is_pool_gone() => return drop(error),
                    Err(error) => self.fail(&error),
                }
                pause(&mut wait).await;
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
            let Some(Job { bytes, question }) = job else { return End::PoolGone };
            // The caller has gone away, so the job is dropped.
            if question.is_closed() {
                continue;
            }
            let Prepared { bytes, source, rest } = match self.prepare(bytes).await {
                Ok(prepared) => prepared,
                Err(error) => {
                    question.refuse(error);
                    continue;
                }
            };
            let file = (source, &bytes);
            let usable = match question {
                Question::Hash(reply) => {
                    let (result, usable) = child.hash(file, &self.limits).await;
                    let _ = reply.send(result.map(|mut picture| {
                        if picture.rest == Rest::Nothing {
                            picture.rest = rest;
                        }
                        picture
                    }));
                    usable
                }
                Question::Render((veil, aim), reply) => {
                    let (result, usable) = child.render(file, (veil, aim), &self.limits).await;
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
            _ => Ok(Prepared { bytes, source: Source::Sent, rest: Rest::Nothing }),
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
            job.question.refuse(Error::Pool(copy));
        }
    }

    fn is_pool_gone(&self) -> bool {
        self.queue.try_lock().is_ok_and(|queue| queue.is_closed() && queue.is_empty())
    }
}

async fn next(queue: &Queue) -> Option<Job> {
    queue.lock().await.recv().await
}

async fn pause(wait: &mut Duration) {
    sleep(*wait).await;
    *wait = (*wait * 2).min(WAIT_MOST);
}
