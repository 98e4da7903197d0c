//! Logs: one line for each event, on stderr; with ids, but nothing about people.
//!
//! A line that cannot be written is lost and counted. It is never an error of the code that logs,
//! and never a panic: a full disk, or a collector that has ended or stalled, must not stop a node.

mod output;
mod panic_line;

use std::io::{self, IsTerminal, Write as _};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::{self, Log, LogFormat};

pub use output::{LineUse, Output, lines_lost};

/// Where this process logs, once logging has started.
static STARTED: OnceLock<Output> = OnceLock::new();

/// How long the last lines may take at the end of the process, if their reader is slow or has stalled.
const END_TIME_MAX: Duration = Duration::from_secs(1);

/// Parses `log.level`.
pub fn filter(log: &Log) -> Result<EnvFilter, config::Error> {
    EnvFilter::builder().parse(&log.level).map_err(|cause| {
        config::Error::Conflict(format!(
            "`log.level` is {:?}, which is no filter ({cause}): expected `error`, `warn`, `info`, \
             `debug`, `trace`, or one by module such as `info,mamori_desk=debug`",
            log.level
        ))
    })
}

/// Starts logging to stderr; once in a process.
pub fn start(log: &Log) -> anyhow::Result<()> {
    let output = Output::stderr().context("the thread that writes the log cannot be started")?;
    Ok(start_into(log, output, io::stderr().is_terminal())?)
}

/// Starts logging to `output`; once in a process.
pub fn start_into(log: &Log, output: Output, has_colours: bool) -> Result<(), config::Error> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(log)?)
        .with_writer(output.clone())
        // It would report a failed write with `eprintln!`, which panics if stderr fails.
        .log_internal_errors(false);
    let begun = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(has_colours).try_init(),
    };
    // It fails only if logging has started already, and then that continues.
    drop(begun);
    let _: Result<(), Output> = STARTED.set(output.clone());
    std::panic::set_hook(panic_line::hook(output, log.format));
    Ok(())
}

/// Writes a line for the user to stderr: after the log lines that wait, if the log goes there too.
/// A line that cannot be written is lost.
pub fn write_to_stderr(line: &str) {
    match STARTED.get().filter(|output| output.is_stderr()) {
        Some(output) => output.write_line(format!("{line}\n").as_bytes()),
        None => drop(writeln!(io::stderr(), "{line}")),
    }
}

/// Waits, when it is dropped, until the last lines of the log are written, at most [`END_TIME_MAX`].
/// `main` holds one, so that a panic of the main thread ends with it too.
#[derive(Debug)]
pub struct FlushAtEnd;

impl Drop for FlushAtEnd {
    fn drop(&mut self) {
        if let Some(output) = STARTED.get() {
            output.flush(END_TIME_MAX);
        }
    }
}
