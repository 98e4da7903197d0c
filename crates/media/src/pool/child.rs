//! One decoding process, seen from the server, which checks everything that the process says.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::spawner::Spawner;
use super::tally::{Alive, Tally};
use crate::error::safe_reason;
use crate::rendition::Size;
use crate::sandbox::sys;
use crate::wire::{self, Hello, Order, Reply, Source, Task, TaskResult};
use crate::{
    Blur, Error, Frame, FrameSelection, Limits, Picture, Protection, Protections, Raster,
    Remaining, decode,
};

/// Time that a process has to apply its sandbox, or to exit once it is killed.
const PROCESS_TIMEOUT: Duration = Duration::from_secs(10);
/// Buffer of the pipe to a process, in bytes: most pictures pass in one piece, instead of sixteen
/// for each of which one side waits for the other. The most that Linux gives an ordinary user.
const PIPE_BYTES: i32 = 1 << 20;
/// How much of a process's standard error is kept, in bytes.
const STDERR_BYTES_MAX: u64 = 4_096;

/// A process that has greeted.
#[derive(Debug)]
pub struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    output: ChildStdout,
    stderr: JoinHandle<Vec<u8>>,
    /// The protections that it reported to be in force.
    pub protections: Protections,
    /// Counts it until it is dropped.
    alive: Alive,
}

impl Child {
    /// Starts a process, sends it its limits and waits for its greeting. `tally` counts it as alive.
    ///
    /// # Errors
    /// `Unsupported` if it lacks a protection that is in `required`.
    pub async fn start(
        spawner: &Spawner,
        limits: &Limits,
        required: &Protections,
        tally: &Arc<Tally>,
    ) -> io::Result<Self> {
        let mut process = spawner.spawn().await?;
        let streams = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(mut input), Some(mut output), Some(errors)) = streams else {
            return Err(io::Error::other("a process without pipes"));
        };
        sys::widen_pipe(&input, PIPE_BYTES);
        let stderr = tokio::spawn(drain(errors));
        let greeting = async {
            write_frame(&mut input, &serde_json::to_vec(&Order::Decode(limits.clone()))?).await?;
            let hello = read_frame(&mut output, wire::reply_bytes_max(limits)).await?;
            Ok::<Hello, io::Error>(serde_json::from_slice(&hello)?)
        };
        match timeout(PROCESS_TIMEOUT, greeting).await {
            Ok(Ok(Hello { protections })) => {
                let lacking = protections.lacking(required);
                if !lacking.is_empty() {
                    let names: Vec<&str> = lacking.into_iter().map(Protection::as_str).collect();
                    let message = format!("a decoding process without: {}", names.join(", "));
                    return Err(io::Error::new(io::ErrorKind::Unsupported, message));
                }
                let alive = Alive::new(tally);
                Ok(Self { process, input, output, stderr, protections, alive })
            }
            Ok(Err(error)) => {
                let _ = process.start_kill();
                let words = stderr.await.unwrap_or_default();
                let words = String::from_utf8_lossy(&words).trim().to_owned();
                Err(io::Error::new(error.kind(), format!("no hello from the decoder: {words}")))
            }
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no hello from the decoder")),
        }
    }

    /// Checks whether the process ended by itself, while it was idle.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// Drops a process that ended by itself while it was idle, and counts it as ended.
    pub fn bury(self) {
        self.alive.ended();
    }

    /// Hashes one file in the process. Returns the process if it can take another file.
    pub async fn hash(
        mut self,
        file: (Source, &Bytes),
        limits: &Limits,
    ) -> (Result<Picture, Error>, Option<Self>) {
        let reply = timeout(limits.wall(), self.request::<Picture>(Task::Hash, file, limits)).await;
        let (picture, usable) = self.interpret_reply(reply, limits).await;
        (picture.and_then(|picture| validated(picture, limits)), usable)
    }

    /// Makes the rendition of one file in the process. Returns the process if it can take another
    /// file.
    pub async fn render(
        mut self,
        file: (Source, &Bytes),
        (blur, selection): (Blur, FrameSelection),
        limits: &Limits,
    ) -> (Result<Raster, Error>, Option<Self>) {
        let reply =
            timeout(limits.wall(), self.request_raster((blur, selection), file, limits)).await;
        self.interpret_reply(reply, limits).await
    }

    /// Turns the reply, or its absence, into a result.
    async fn interpret_reply<T>(
        mut self,
        reply: Result<io::Result<Reply<T>>, Elapsed>,
        limits: &Limits,
    ) -> (Result<T, Error>, Option<Self>) {
        match reply {
            Ok(Ok(Reply { answer, is_last })) => {
                (answer.into_result(limits), (!is_last).then_some(self))
            }
            Ok(Err(error)) => {
                self.alive.ended();
                (Err(self.explain(&error, limits).await), None)
            }
            Err(_) => {
                self.alive.ended();
                self.kill().await;
                let reason = format!("decoding took longer than {} s", limits.wall_s_max);
                (Err(Error::unreadable(&reason)), None)
            }
        }
    }

    async fn request<T: DeserializeOwned>(
        &mut self,
        task: Task,
        file: (Source, &Bytes),
        limits: &Limits,
    ) -> io::Result<Reply<T>> {
        // A process that gives up on a long file answers before it has read all of it.
        let written = write_file(&mut self.input, task, file).await;
        let reply = read_frame(&mut self.output, wire::reply_bytes_max(limits)).await;
        let reply = reply.map_err(|error| written.err().unwrap_or(error))?;
        Ok(serde_json::from_slice(&reply)?)
    }

    /// Asks for a rendition and reads its pixels, at most as many as it may have.
    async fn request_raster(
        &mut self,
        (blur, selection): (Blur, FrameSelection),
        file: (Source, &Bytes),
        limits: &Limits,
    ) -> io::Result<Reply<Raster>> {
        let task = Task::Render(blur, selection);
        let Reply { answer, is_last } = self.request::<Size>(task, file, limits).await?;
        let answer = match answer {
            TaskResult::Done(Size { width, height }) => {
                let most = u64::from(blur.side_max()).pow(2) * 3;
                let raster =
                    Raster { width, height, rgb: read_frame(&mut self.output, most).await? };
                if !raster.conforms_to(blur) {
                    return Err(invalid_data("pixels that were not requested"));
                }
                TaskResult::Done(raster)
            }
            TaskResult::Unsupported { found } => TaskResult::Unsupported { found },
            TaskResult::Unreadable { reason } => TaskResult::Unreadable { reason },
            TaskResult::TooLarge { pixels } => TaskResult::TooLarge { pixels },
        };
        Ok(Reply { answer, is_last })
    }

    /// Explains to the sender of the picture why the process has no answer.
    async fn explain(mut self, error: &io::Error, limits: &Limits) -> Error {
        if error.kind() == io::ErrorKind::InvalidData {
            self.kill().await;
            return Error::unreadable("the decoder gave an answer without sense");
        }
        let status = timeout(Duration::from_secs(1), self.process.wait()).await;
        self.kill().await;
        let words = timeout(PROCESS_TIMEOUT, self.stderr).await.ok().and_then(Result::ok);
        let words = words.unwrap_or_default();
        // The message of Rust before it aborts because an allocation failed.
        if words.starts_with(b"memory allocation of") {
            return decode::out_of_memory();
        }
        match status {
            Ok(Ok(status)) => explain_status(status, limits),
            _ => Error::unreadable("the decoder stopped"),
        }
    }

    async fn kill(&mut self) {
        let _ = self.process.start_kill();
        let _ = timeout(PROCESS_TIMEOUT, self.process.wait()).await;
    }
}

/// Checks a process's result: refuses what cannot be true, and limits every text to what this crate
/// could have written itself.
fn validated(picture: Picture, limits: &Limits) -> Result<Picture, Error> {
    let is_odd = |frame: &Frame| !(1..=wire::FRAME_HASHES_MAX).contains(&frame.hashes.len());
    let is_empty = picture.frames.iter().any(is_odd)
        || !picture.frames.is_sorted_by(|one, next| one.number < next.number);
    let is_long = u32::try_from(picture.frames.len()).is_ok_and(|count| count > limits.frames_max);
    let is_beyond = picture.frames.iter().any(|frame| frame.number >= picture.frame_count);
    if picture.frames.is_empty() || is_empty || is_long || is_beyond {
        return Err(Error::unreadable("the decoder found no frame"));
    }
    let remaining = match picture.remaining {
        Remaining::Damaged { reason } => Remaining::Damaged { reason: safe_reason(&reason) },
        remaining @ (Remaining::Nothing | Remaining::LeftOut) => remaining,
    };
    Ok(Picture { remaining, ..picture })
}

pub fn explain_status(status: ExitStatus, limits: &Limits) -> Error {
    let reason = match status.signal() {
        Some(libc::SIGXCPU) => {
            format!("decoding took more than {} s of processor time", limits.cpu_s_max)
        }
        Some(libc::SIGSYS) => "the decoder tried what it may not do".to_owned(),
        Some(signal) => format!("the decoder stopped (signal {signal})"),
        None => format!("the decoder stopped (exit status {})", status.code().unwrap_or(-1)),
    };
    Error::unreadable(&reason)
}

pub async fn write_frame(to: &mut ChildStdin, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&wire::length_prefix(bytes)?).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

/// Writes a frame with a task and its file.
async fn write_file(
    to: &mut ChildStdin,
    task: Task,
    (source, file): (Source, &Bytes),
) -> io::Result<()> {
    let length = file.len().checked_add(wire::TASK_BYTES + 1);
    let length = length.and_then(|length| u32::try_from(length).ok());
    let length = length.ok_or(io::ErrorKind::InvalidInput)?.to_le_bytes();
    to.write_all(&[length.as_slice(), &task.bytes(), &[source.byte()]].concat()).await?;
    to.write_all(file).await?;
    to.flush().await
}

fn invalid_data(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

async fn read_frame(from: &mut ChildStdout, bytes_max: u64) -> io::Result<Vec<u8>> {
    let length = u64::from(from.read_u32_le().await?);
    if length > bytes_max {
        return Err(invalid_data("a frame that is too long"));
    }
    let mut bytes = Vec::new();
    if from
        .take(length)
        .read_to_end(&mut bytes)
        .await
        .is_ok_and(|read| u64::try_from(read) == Ok(length))
    {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads to the end, so that the process never waits for a reader, and keeps the beginning.
pub async fn drain(mut errors: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = (&mut errors).take(STDERR_BYTES_MAX).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
    kept
}
