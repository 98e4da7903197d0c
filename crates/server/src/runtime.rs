//! The asynchronous runtime of commands that need a database or a network.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

/// How long pending blocking reads, such as from the keyboard, may delay the exit.
const END_TIME_MAX: Duration = Duration::from_millis(500);

/// Runs a command to its end.
pub fn block_on<F>(command: F) -> anyhow::Result<ExitCode>
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    // For TLS of webhooks. Fails only if a provider is installed already, and then it is this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime can be started")?;
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(END_TIME_MAX);
    ended
}
