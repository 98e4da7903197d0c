//! Logs: one line for each event, on stderr; with ids, but nothing about people.
//!
//! A line that cannot be written is lost and counted. It is never an error of the code that logs,
//! and never a panic: a full disk or a collector that has ended must not stop a node.

mod output;
mod panic_line;

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{self, Log, LogFormat};

pub use output::{LineUse, Output, lines_lost};

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
pub fn start(log: &Log) -> Result<(), config::Error> {
    start_into(log, Output::Stderr, io::stderr().is_terminal())
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
    std::panic::set_hook(panic_line::hook(output, log.format));
    Ok(())
}
