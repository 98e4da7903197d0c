//! Warm decoding processes, and the queue in front of them.
//!
//! If a picture kills, hangs or confuses its process, its result is [`Error::Unreadable`]; the
//! process is replaced, and no other picture is affected.

mod child;
mod converter;
mod settings;
mod spawner;
mod supervisor;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::{Blur, Error, FrameSelection, Picture, Protections, Raster};
use child::Child;
use converter::Converter;
pub use settings::PoolSettings;
use spawner::Spawner;
use supervisor::WorkerSupervisor;

/// A picture that waits for a process.
struct Job {
    bytes: Bytes,
    request: Request,
}

/// What to compute for the picture, and where to send the answer.
enum Request {
    Hash(oneshot::Sender<Result<Picture, Error>>),
    Render((Blur, FrameSelection), oneshot::Sender<Result<Raster, Error>>),
}

impl Request {
    /// Checks whether the caller has gone away.
    fn is_closed(&self) -> bool {
        match self {
            Self::Hash(reply) => reply.is_closed(),
            Self::Render(_, reply) => reply.is_closed(),
        }
    }

    fn refuse(self, error: Error) {
        match self {
            Self::Hash(reply) => drop(reply.send(Err(error))),
            Self::Render(_, reply) => drop(reply.send(Err(error))),
        }
    }
}

/// A handle to decoding processes. A clone is another handle to the same ones; they end when the
/// last handle is dropped.
#[derive(Clone, Debug)]
pub struct Pool {
    jobs: mpsc::Sender<Job>,
    alive: Arc<AtomicUsize>,
    protections: Arc<Protections>,
    reads_heic: bool,
}

impl Pool {
    /// Starts the processes and waits until each is sandboxed and ready.
    ///
    /// # Errors
    /// [`Error::Pool`] if one cannot be started, does not greet within 10 s, or reports fewer
    /// protections than the first one. Later ones that do are not used either.
    pub async fn start(settings: PoolSettings) -> Result<Self, Error> {
        let settings = Arc::new(settings);
        let spawner = Spawner::start(&settings).map_err(Error::Pool)?;
        let mut children: Vec<Child> = Vec::new();
        let mut protections = Protections::default();
        for _ in 0..settings.workers.max(1) {
            let child = Child::start(&spawner, &settings.limits, &protections).await;
            let child = child.map_err(Error::Pool)?;
            if children.is_empty() {
                protections = child.protections.clone();
            }
            children.push(child);
        }
        let protections = Arc::new(protections);
        let converter = Converter::find(&spawner, &protections).map(Arc::new);
        let reads_heic = converter.is_some();

        let (jobs, queue) = mpsc::channel(settings.waiting_max.max(1));
        let queue = Arc::new(tokio::sync::Mutex::new(queue));
        let alive = Arc::new(AtomicUsize::new(0));
        for child in children {
            let supervisor = WorkerSupervisor {
                queue: Arc::clone(&queue),
                spawner: spawner.clone(),
                limits: settings.limits.clone(),
                protections: Arc::clone(&protections),
                converter: converter.clone(),
                alive: Arc::clone(&alive),
            };
            alive.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(supervisor.run(child));
        }
        Ok(Self { jobs, alive, protections, reads_heic })
    }

    /// Decodes and hashes one picture in one of the processes.
    ///
    /// Answers after at most `limits.wall_s_max` plus the wait for a free process; for a HEIC,
    /// after at most twice `wall_s_max` plus the waits for a process and for one of two converters.
    ///
    /// # Errors
    /// Any [`Error`]. [`Error::Busy`] at once if too many pictures are waiting already.
    pub async fn hash(&self, bytes: impl Into<Bytes>) -> Result<Picture, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(bytes.into(), Request::Hash(reply))?;
        answer.await.unwrap_or_else(|_| Err(Error::Pool(stopped())))
    }

    /// Makes the rendition of one picture that a reviewer will view, in one of the processes.
    ///
    /// # Errors
    /// As for [`Self::hash`], within the same time.
    pub async fn render(
        &self,
        bytes: impl Into<Bytes>,
        blur: Blur,
        selection: FrameSelection,
    ) -> Result<Raster, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(bytes.into(), Request::Render((blur, selection), reply))?;
        answer.await.unwrap_or_else(|_| Err(Error::Pool(stopped())))
    }

    fn send(&self, bytes: Bytes, request: Request) -> Result<(), Error> {
        self.jobs.try_send(Job { bytes, request }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => Error::Pool(stopped()),
        })
    }

    /// Returns the protections against the processes, as the first of them reported them; the others
    /// have at least these.
    pub fn protections(&self) -> Protections {
        Protections::clone(&self.protections)
    }

    /// Checks whether HEIC is read: a converter is installed, and the kernel can sandbox it.
    pub fn reads_heic(&self) -> bool {
        self.reads_heic
    }

    /// Returns how many processes are ready or working at the moment.
    pub fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }
}

fn stopped() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the pool has stopped")
}
