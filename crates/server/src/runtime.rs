//! Where the commands that need a database or a network run.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

/// How long reads that nobody waits for any more, such as one of the keyboard, may hold up the end.
const END_TIME_MAX: Duration = Duration::from_millis(500);

/// Runs a command to its end.
pub fn block_on<F>(command: F) -> anyhow::Result<ExitCode>
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    // TLS of webhooks. It can only be there already, and then it is this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime can be started")?;
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(END_TIME_MAX);
    ended
}
