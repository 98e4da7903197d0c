//! `mamori serve`: one node, from its start to its graceful stop.

pub mod first_key;
pub mod host_header;
pub mod http_server;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod node;
pub mod page_guard;
pub mod places;
pub mod stop;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use mamori_desk::Clock;

use crate::config::Config;
use crate::{languages, process, runtime};
use http_server::{HttpServer, Listeners};
use node::Node;

/// Serves the API and the console until SIGTERM or Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// The location of the configuration.
#[derive(Clone, Debug, clap::Args)]
pub struct ConfigArgs {
    /// The configuration file [default: ./mamori.toml if it exists, else built-in defaults]
    #[arg(long = "config", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  mamori serve                              on http://127.0.0.1:8080, with ./mamori.sqlite
  mamori serve --config /etc/mamori.toml    as the file says; mamori.sample.toml explains every key
  MAMORI_DATABASE_URL=postgres://mamori@db/mamori mamori serve

The first start prints a key for the first administrator, once, on stdout. Logs go to stderr.
A stop finishes the accepted requests; a second signal ends the process at once. The server refuses
to run as root unless `server.allow_root` is true.

Exit statuses: 0 stopped by a signal, 1 failed, 2 invalid command line or configuration.";

/// Serves until a signal asks it to stop.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (config, source) = Config::load(args.config.config.as_deref())?;
    process::refuse_root(&config, process::is_root())?;
    process::protect(&config)?;
    process::raise_open_files()?;
    log::start(&config.log)?;
    languages::add(&config)?;
    if !mamori_media::memory::return_freed_items() {
        tracing::warn!("freed memory may stay with this process: the allocator took no limit");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), config = %source, "starting");
    for warning in config.warnings(&source, process::files_max()) {
        let (risk, advice) = (warning.risk.as_str(), warning.advice);
        tracing::warn!(risk, advice, "the configuration has a risk");
    }
    runtime::block_on(serve(&config))
}

async fn serve(config: &Config) -> anyhow::Result<ExitCode> {
    let metrics = metrics::install(Clock::system().now());
    let metrics = metrics.context("metrics cannot be recorded")?;
    let mut shutdown = stop::ShutdownSignal::listen().context("no signals can be received")?;
    // Before anything else is opened: an address that is in use is the most common mistake.
    let listeners = Listeners::bind(config)?;

    let node = Node::start(config).await?;
    if let Some(issued) = node.desk().issue_first_key().await? {
        first_key::print(&issued)?;
    }
    if config.console.enabled && node.desk().count_staff().await? == 0 {
        tracing::info!(
            "no staff account exists yet: `mamori staff add NAME --role administrator` prints a link"
        );
    }
    let server = HttpServer::start(config, &node, &metrics, listeners)?;
    shutdown.wait().await;

    tracing::info!("stopping: accepted requests are finished first");
    tokio::select! {
        () = server.close() => node.stop().await,
        () = shutdown.wait() => tracing::warn!("second signal: not waiting any longer"),
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
