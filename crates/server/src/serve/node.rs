//! One node: its parts, connected, and the tasks that run beside the requests.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use mamori_desk::{Clock, Desk};
use mamori_media::{Pool, PoolSettings, Protections};
use mamori_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{self, Config};

/// A desk with its follower of the change log, job workers, retention sweeper, index compaction,
/// sequencer of the audit record, and the tasks that store when keys were used and totals of
/// cleared checks, and that notify the people on duty.
pub struct Node {
    desk: Desk,
    background: TaskTracker,
    stop: CancellationToken,
}

impl Node {
    /// Starts the decoding processes, opens the database, loads the banks, and starts the
    /// background tasks.
    ///
    /// # Errors
    /// [`config::Error`] if the kernel lacks a protection in `media.protections_required`.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let pool = start_pool(config, workers(config)).await?;
        check_protections(config, &pool.protections())?;
        let store = open_store(config).await?;
        tracing::info!(
            workers = pool.alive(),
            protections = %pool.protections(),
            "the decoding processes are running"
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
        let (compactor, s4) = (desk.clone(), stop.clone());
        let (sequencer, s5) = (desk.clone(), stop.clone());
        let (key_use, s6) = (desk.clone(), stop.clone());
        let (counter, s7) = (desk.clone(), stop.clone());
        let (notifier, s8) = (desk.clone(), stop.clone());
        node.background.spawn(async move { follower.follow_changes(s1).await });
        node.background.spawn(async move { worker.work(s2).await });
        node.background.spawn(async move { sweeper.sweep(s3).await });
        node.background.spawn(async move { compactor.compact(s4).await });
        node.background.spawn(async move { sequencer.sequence_audit(s5).await });
        node.background.spawn(async move { key_use.store_key_use(s6).await });
        node.background.spawn(async move { counter.store_cleared(s7).await });
        node.background.spawn(async move { notifier.notify_contacts(s8).await });
        Ok(node)
    }

    /// Returns the desk, which has the verbs.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Finishes the running jobs and closes the database. Call it after the last request was
    /// answered.
    pub async fn stop(self) {
        self.stop.cancel();
        self.background.close();
        self.background.wait().await;
        self.desk.close().await;
    }
}

/// Creates a desk for one command of the operator, without background tasks.
pub async fn desk_for_local_cli(config: &Config, store: Store) -> anyhow::Result<Desk> {
    let pool = start_pool(config, 1).await?;
    let settings = mamori_desk::Settings {
        // There is no index here to wait for; the nodes follow the change log by themselves.
        wait_until_applied_max: Duration::ZERO,
        ..config.desk()?
    };
    Ok(Desk::new(store, pool, Arc::new(Clock::system()), settings)?)
}

/// Opens the database and migrates it to this version's schema.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let settings = config.store();
    Store::open(&settings).await.with_context(|| format!("{settings:?} cannot be opened"))
}

/// Starts `workers` decoding processes: this program with another subcommand.
async fn start_pool(config: &Config, workers: usize) -> anyhow::Result<Pool> {
    let settings = PoolSettings {
        // Not its path: after an upgrade in place that would be another program.
        program: PathBuf::from("/proc/self/exe"),
        args: vec!["decode".into()],
        workers,
        waiting_max: config.media.waiting_max,
        // With more than half, two services could shut out all others.
        sender_waiting_max: config
            .media
            .service_waiting_max
            .min(config.media.waiting_max.div_ceil(2)),
        idle_max: config.media.idle_processes_max,
        limits: config.media.limits.clone(),
    };
    Pool::start(settings).await.context("the decoding processes cannot be started")
}

/// Refuses to serve without the protections that the operator requires.
fn check_protections(config: &Config, in_force: &Protections) -> Result<(), config::Error> {
    let required = &config.media.protections_required;
    let lacking: Vec<&str> = required
        .iter()
        .filter(|protection| !in_force.has(**protection))
        .map(|protection| protection.as_str())
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(config::Error::Conflict(format!(
        "`media.protections_required` names protections of the decoding processes that this kernel \
         does not grant: {}. Use a kernel, or a container's settings, that grant them, or require \
         less",
        lacking.join(", ")
    )))
}

/// Returns the number of processes from the configuration, or the number of processors.
fn workers(config: &Config) -> usize {
    match config.media.workers {
        0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        workers => workers,
    }
}
