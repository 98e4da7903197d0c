//! A decoding process, from inside: lock up, say so, then one file after the other.

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;

use serde::Serialize;

use crate::wire::{self, Hello, Reply, Task};
use crate::{Error, Limits, cage, picture, rendition};

/// How much memory a process keeps from one file to the next, in bytes.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// Runs until standard input ends. What the hidden command `mamori decode` does, and all it does:
/// call it first thing in `main`, before any thread exists.
///
/// The first frame on standard input are the [`Limits`], from the pool. Nothing hostile is read
/// before the cage is shut.
pub fn run_worker() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The pool keeps the last words of a process that failed.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let Some(first) = wire::read_frame(&mut input)? else { return Ok(()) };
    let limits: Limits = serde_json::from_slice(&first)?;
    // The usual hook prints a backtrace, for which it opens files.
    panic::set_hook(Box::new(|_| {}));
    let protections = cage::lock_down(&limits)?;
    wire::write_frame(&mut output, &serde_json::to_vec(&Hello { protections })?)?;

    let mut file = Vec::new();
    loop {
        match wire::read_frame_into(&mut input, &mut file) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                let reply = serde_json::to_vec(&wire::reply_out_of_memory())?;
                return wire::write_frame(&mut output, &reply);
            }
            Err(error) => return Err(error),
        }
        let has_time_left = cage::grant_processor_time(&limits);
        let (task, bytes) = file.split_first_chunk().ok_or(io::ErrorKind::InvalidData)?;
        let task = Task::of(*task).ok_or(io::ErrorKind::InvalidData)?;
        perform(task, bytes, &limits, !has_time_left, &mut output)?;
        // Memory for a picture of the usual size stays; for a large one it would stay for ever.
        if file.capacity() > KEPT_BYTES_MAX {
            file = Vec::new();
        }
        if !has_time_left {
            return Ok(());
        }
    }
}

/// Does `task` and writes what came of it.
fn perform(
    task: Task,
    bytes: &[u8],
    limits: &Limits,
    is_last: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    let (veil, aim) = match task {
        Task::Hash => return say(picture::hash(bytes, limits), is_last, output),
        Task::Render(veil, aim) => (veil, aim),
    };
    match rendition::render(bytes, limits, veil, aim) {
        Ok(raster) => {
            say(Ok(raster.size()), is_last, output)?;
            wire::write_frame(output, &raster.rgb)
        }
        Err(error) => say(Err::<(), _>(error), is_last, output),
    }
}

fn say<T: Serialize>(
    result: Result<T, Error>,
    is_last: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    let reply = Reply { answer: result.into(), is_last };
    wire::write_frame(output, &serde_json::to_vec(&reply)?)
}
