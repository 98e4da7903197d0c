//! Warm decoding processes, and the queue in front of them.
//!
//! If a picture kills, hangs or confuses its process, its result is [`Error::Unreadable`]; the
//! process is replaced, and no other picture is affected. A process decodes pictures of one sender
//! only, and each sender waits in a lane of its own.

mod child;
mod converter;
mod processes;
mod queue;
mod sender;
mod settings;
mod spawner;
mod supervisor;
mod tally;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::{Blur, Error, FrameSelection, Picture, Protections, Raster};
use converter::Converter;
use processes::Processes;
use queue::{Lane, Queue, Slot};
pub use sender::Sender;
pub use settings::PoolSettings;
use spawner::Spawner;
use supervisor::SlotSupervisor;
pub use tally::Failures;
use tally::Tally;

/// A picture that waits for a process.
#[derive(Debug)]
struct Job {
    /// The sender, also of a picture that a reviewer views.
    sender: Sender,
    bytes: Bytes,
    request: Request,
}

/// What to compute for the picture, and where to send the answer.
#[derive(Debug)]
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
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    queue: Arc<Queue>,
    tally: Arc<Tally>,
    protections: Protections,
    reads_heic: bool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
    }
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
        let tally = Arc::new(Tally::default());
        let processes = Processes::start(spawner.clone(), &settings, Arc::clone(&tally)).await;
        let processes = processes.map_err(Error::Pool)?;
        let protections = processes.protections();
        let converter = Converter::find(&spawner, &protections).map(Arc::new);
        let reads_heic = converter.is_some();

        let queue = Arc::new(Queue::new(queue::Limits {
            workers: settings.workers.max(1),
            waiting_max: settings.waiting_max.max(1),
            sender_waiting_max: settings.sender_waiting_max.max(1),
        }));
        let processes = Arc::new(processes);
        let slots = [Slot::OfIdleLanes, Slot::OfViews]
            .into_iter()
            .chain(std::iter::repeat_n(Slot::Any, settings.workers.max(1)));
        for slot in slots {
            let supervisor = SlotSupervisor {
                slot,
                queue: Arc::clone(&queue),
                processes: Arc::clone(&processes),
                limits: settings.limits.clone(),
                converter: converter.clone(),
            };
            tokio::spawn(supervisor.run());
        }
        tokio::spawn(Arc::clone(&processes).maintain(Arc::clone(&queue)));
        Ok(Self { inner: Arc::new(Inner { queue, tally, protections, reads_heic }) })
    }

    /// Decodes and hashes one picture of `sender` in one of its processes.
    ///
    /// Answers after at most `limits.wall_s_max` plus the wait for a free process; for a HEIC,
    /// after at most twice `wall_s_max` plus the waits for a process and for one of two converters.
    ///
    /// # Errors
    /// Any [`Error`]. [`Error::Busy`] at once if too many pictures are waiting already, of this sender
    /// or of all.
    pub async fn hash(&self, bytes: impl Into<Bytes>, sender: Sender) -> Result<Picture, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Job { sender, bytes: bytes.into(), request: Request::Hash(reply) };
        self.push(Lane::Checks(sender), job)?;
        answer.await.unwrap_or_else(|_| Err(Error::Pool(stopped())))
    }

    /// Makes the rendition of one picture of `sender` that a reviewer will view, in one of the
    /// sender's processes. Comes before all checks.
    ///
    /// # Errors
    /// As for [`Self::hash`], within the same time.
    pub async fn render(
        &self,
        bytes: impl Into<Bytes>,
        blur: Blur,
        selection: FrameSelection,
        sender: Sender,
    ) -> Result<Raster, Error> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Render((blur, selection), reply);
        self.push(Lane::Views, Job { sender, bytes: bytes.into(), request })?;
        answer.await.unwrap_or_else(|_| Err(Error::Pool(stopped())))
    }

    fn push(&self, lane: Lane, job: Job) -> Result<(), Error> {
        self.inner.queue.push(lane, job).inspect_err(|_| self.inner.tally.refused())
    }

    /// Returns the protections against the processes, as the first of them reported them; the others
    /// have at least these.
    pub fn protections(&self) -> Protections {
        self.inner.protections.clone()
    }

    /// Checks whether HEIC is read: a converter is installed, and the kernel can sandbox it.
    pub fn reads_heic(&self) -> bool {
        self.inner.reads_heic
    }

    /// Returns how many pictures wait for a process at the moment.
    pub fn waiting(&self) -> usize {
        self.inner.queue.waiting()
    }

    /// Returns how many processes are ready or working at the moment.
    pub fn alive(&self) -> usize {
        self.inner.tally.alive()
    }

    /// Returns the counts of failures since the pool started.
    pub fn failures(&self) -> Failures {
        self.inner.tally.failures()
    }
}

fn stopped() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the pool has stopped")
}
