//! Takes jobs from the queue, one after the other, and gives each to a process of its sender.

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::converter::{Converter, Prepared};
use super::processes::Processes;
use super::queue::{Queue, Slot};
use super::{Job, Request};
use crate::wire::Source;
use crate::{Error, Format, Limits, Remaining, sniff};

/// Everything that is needed to run one job at a time.
pub struct SlotSupervisor {
    pub slot: Slot,
    pub queue: Arc<Queue>,
    pub processes: Arc<Processes>,
    pub limits: Limits,
    /// For HEIC; `None` if the machine has no converter.
    pub converter: Option<Arc<Converter>>,
}

impl SlotSupervisor {
    /// Runs jobs until the queue is closed.
    pub async fn run(self) {
        while let Some((job, running)) = self.queue.next(self.slot).await {
            self.run_job(job).await;
            drop(running);
        }
    }

    async fn run_job(&self, Job { sender, bytes, request }: Job) {
        let Prepared { bytes, source, remaining } = match self.prepare(bytes).await {
            Ok(prepared) => prepared,
            Err(error) => return request.refuse(error),
        };
        let child = match self.processes.take(sender).await {
            Ok(child) => child,
            Err(error) => {
                tracing::warn!(%error, "a decoding process cannot be started");
                return request
                    .refuse(Error::Pool(io::Error::new(error.kind(), error.to_string())));
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
                let (result, usable) = child.render(file, (blur, selection), &self.limits).await;
                let _ = reply.send(result);
                usable
            }
        };
        if let Some(usable) = usable {
            self.processes.put(sender, usable);
        }
    }

    /// Returns what the process decodes: the file itself, or the converter's output.
    async fn prepare(&self, bytes: Bytes) -> Result<Prepared, Error> {
        match &self.converter {
            Some(converter) if sniff(&bytes).is_ok_and(|format| format == Format::Heic) => {
                // A view, and a sender's first picture, wait for no other sender's.
                converter.convert(bytes, &self.limits, self.slot == Slot::Any).await
            }
            _ => Ok(Prepared { bytes, source: Source::Sent, remaining: Remaining::Nothing }),
        }
    }
}
