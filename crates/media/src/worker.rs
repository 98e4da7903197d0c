//! The main loop of a decoding process: apply the sandbox, greet, then handle one file after the
//! other.

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;

use serde::Serialize;

use crate::wire::{self, Hello, Order, Reply, Source, Task};
use crate::{Error, Format, Limits, format, picture, rendition, sandbox};

/// The largest buffer that a process keeps for the next file, in bytes.
const SPARE_BYTES_MAX: usize = 4 << 20;

/// Runs until standard input ends. This is the whole of the hidden command `mamori decode`: call it
/// first in `main`, before any thread exists.
///
/// The first frame on standard input is an [`Order`] from the pool. No hostile bytes are read
/// before the sandbox is applied. On [`Order::Convert`] the process becomes another program.
pub fn run_worker() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The pool keeps the standard error of a process that failed.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let Some(first) = wire::read_frame(&mut input)? else { return Ok(()) };
    let limits = match serde_json::from_slice(&first)? {
        Order::Decode(limits) => limits,
        Order::Convert { limits, program, args } => {
            let file = wire::read_frame(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            return Err(sandbox::converter::become_program(&program, &args, &file, &limits));
        }
    };
    // The default hook prints a backtrace, for which it opens files.
    panic::set_hook(Box::new(|_| {}));
    let protections = sandbox::lock_down(&limits)?;
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
        let has_time_left = sandbox::grant_processor_time(&limits);
        let (task, bytes) = file.split_first_chunk().ok_or(io::ErrorKind::InvalidData)?;
        let task = Task::of(*task).ok_or(io::ErrorKind::InvalidData)?;
        let (source, bytes) = bytes.split_first().ok_or(io::ErrorKind::InvalidData)?;
        let source = Source::of(*source).ok_or(io::ErrorKind::InvalidData)?;
        perform(task, (source, bytes), &limits, !has_time_left, &mut output)?;
        // A buffer for a picture of usual size is kept; one for a large picture would stay for
        // ever.
        if file.capacity() > SPARE_BYTES_MAX {
            file = Vec::new();
        }
        if !has_time_left {
            return Ok(());
        }
    }
}

/// Executes `task` and writes the reply.
fn perform(
    task: Task,
    (source, bytes): (Source, &[u8]),
    limits: &Limits,
    is_last: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    let format = match source {
        Source::Sent => format::sniff(bytes),
        Source::Converted => Ok(Format::Heic),
    };
    let (blur, selection) = match task {
        Task::Hash => {
            let picture = format.and_then(|format| picture::hash_as(format, bytes, limits));
            return write_reply(picture, is_last, output);
        }
        Task::Render(blur, selection) => (blur, selection),
    };
    let raster =
        format.and_then(|format| rendition::render_as(format, bytes, limits, (blur, selection)));
    match raster {
        Ok(raster) => {
            write_reply(Ok(raster.size()), is_last, output)?;
            wire::write_frame(output, &raster.rgb)
        }
        Err(error) => write_reply(Err::<(), _>(error), is_last, output),
    }
}

fn write_reply<T: Serialize>(
    result: Result<T, Error>,
    is_last: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    let reply = Reply { answer: result.into(), is_last };
    wire::write_frame(output, &serde_json::to_vec(&reply)?)
}
