//! One node: the parts, wired, and what runs beside the requests.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use mamori_desk::{Clock, Desk};
use mamori_media::{Pool, PoolSettings};
use mamori_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;

/// A desk with its follower, its workers, its sweeper and who tidies its index.
pub struct Node {
    desk: Desk,
    background: TaskTracker,
    stop: CancellationToken,
}

impl Node {
    /// Opens the database, starts the decoding processes, reads the banks, and begins to follow,
    /// to work, to sweep and to tidy.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let store = open_store(config).await?;
        let pool = start_pool(config, workers(config)).await?;
        tracing::info!(
            workers = pool.alive(),
            protections = %pool.protections(),
            "pictures are decoded in processes of their own"
        );
        let missing: Vec<&str> =
            pool.protections().missing().map(mamori_media::Protection::as_str).collect();
        if !missing.is_empty() {
            tracing::warn!(missing = missing.join(", "), "this kernel lacks protections");
        }
        let desk = Desk::new(store, pool, Arc::new(Clock::system()), config.desk()?)?;
        desk.load().await.context("the banks cannot be read")?;
        let holdings = desk.holdings();
        tracing::info!(
            node = config.node(),
            version = desk.position().version,
            banks = holdings.banks,
            entries = holdings.entries,
            "the banks are in memory"
        );

        let node = Self { desk, background: TaskTracker::new(), stop: CancellationToken::new() };
        let (desk, stop) = (&node.desk, &node.stop);
        let (follower, worker, sweeper) = (desk.clone(), desk.clone(), desk.clone());
        let (s1, s2, s3) = (stop.clone(), stop.clone(), stop.clone());
        let (tidier, s4) = (desk.clone(), stop.clone());
        node.background.spawn(async move { follower.follow(s1).await });
        node.background.spawn(async move { worker.work(s2).await });
        node.background.spawn(async move { sweeper.sweep(s3).await });
        node.background.spawn(async move { tidier.tidy(s4).await });
        Ok(node)
    }

    /// Where the verbs are done.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Finishes the jobs that were begun and closes the database. To be called when the last
    /// request was answered.
    pub async fn stop(self) {
        self.stop.cancel();
        self.background.close();
        self.background.wait().await;
        self.desk.close().await;
    }
}

/// A desk for one command of somebody who sits at the machine: nothing runs beside it.
pub async fn desk_at_the_machine(config: &Config, store: Store) -> anyhow::Result<Desk> {
    let pool = start_pool(config, 1).await?;
    let settings = mamori_desk::Settings {
        // There is no index here that could have the change; the nodes follow by themselves.
        settle_time_max: Duration::ZERO,
        ..config.desk()?
    };
    Ok(Desk::new(store, pool, Arc::new(Clock::system()), settings)?)
}

/// Opens the database, and brings it to this version's schema.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let settings = config.store();
    Store::open(&settings).await.with_context(|| format!("{settings:?} cannot be opened"))
}

/// Starts `workers` decoding processes: this program again, with another command.
async fn start_pool(config: &Config, workers: usize) -> anyhow::Result<Pool> {
    let settings = PoolSettings {
        // Not its path: after an upgrade in place that would be another program.
        program: PathBuf::from("/proc/self/exe"),
        args: vec!["decode".into()],
        workers,
        waiting_max: config.media.waiting_max,
        limits: config.media.limits.clone(),
    };
    Pool::start(settings).await.context("the decoding processes cannot be started")
}

/// As many as the configuration says, or as there are processors.
fn workers(config: &Config) -> usize {
    match config.media.workers {
        0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        workers => workers,
    }
}
