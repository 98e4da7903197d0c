//! Logs: one line for each event, on stderr; with ids, but nothing about people.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{self, Log, LogFormat};

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
    start_into(log, io::stderr, io::stderr().is_terminal())
}

/// Starts logging to `writer`; once in a process.
pub fn start_into<W>(log: &Log, writer: W, has_colours: bool) -> Result<(), config::Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(filter(log)?).with_writer(writer);
    let begun = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(has_colours).try_init(),
    };
    // It fails only if logging has started already, and then that continues.
    drop(begun);
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Logs a panic, which is a bug. A message that was formatted at run time may contain a value from
/// a request, so only literal messages are logged.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&'static str>().unwrap_or(&"(not shown)");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, message, "a bug: the code panicked");
}
