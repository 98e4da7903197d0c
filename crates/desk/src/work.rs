//! The workers: they lease jobs and run them, and keep no state of their own.

use std::sync::Arc;
use std::time::Duration;

use mamori_model::job::JobKind;
use mamori_store::{LeaseLimits, Leased};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{ClockState, Desk, Error};

/// How long a worker waits for a new job before it polls again.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

impl Desk {
    /// Runs jobs until `stop`, and then finishes those that it began.
    pub async fn work(&self, stop: CancellationToken) {
        let concurrency = self.settings().webhooks.concurrency;
        let places = Arc::new(Semaphore::new(usize::try_from(concurrency).unwrap_or(1).max(1)));
        let running = TaskTracker::new();
        while !stop.is_cancelled() {
            let begun = self.begin_jobs(&places, &running).await.unwrap_or_else(|error| {
                tracing::warn!(error = error.logged(), "no jobs can be leased");
                0
            });
            if begun == 0 {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = self.inner.enqueued.notified() => {}
                    () = tokio::time::sleep(POLL_INTERVAL) => {}
                }
            }
        }
        running.close();
        running.wait().await;
    }

    /// Runs the jobs that are due now, once, and returns how many there were.
    pub async fn work_once(&self) -> Result<usize, Error> {
        let jobs = self.lease_due_jobs(self.settings().webhooks.concurrency).await?;
        for job in &jobs {
            self.run_job(job).await?;
        }
        Ok(jobs.len())
    }

    async fn begin_jobs(
        &self,
        places: &Arc<Semaphore>,
        running: &TaskTracker,
    ) -> Result<usize, Error> {
        // Wait for one free place, then lease no more jobs than there are free places.
        let Ok(first) = Arc::clone(places).acquire_owned().await else { return Ok(0) };
        let mut free = vec![first];
        while let Ok(place) = Arc::clone(places).try_acquire_owned() {
            free.push(place);
        }
        let jobs = self.lease_due_jobs(u32::try_from(free.len()).unwrap_or(u32::MAX)).await?;
        let begun = jobs.len();
        for (job, place) in jobs.into_iter().zip(free) {
            let desk = self.clone();
            running.spawn(async move {
                if let Err(error) = desk.run_job(&job).await {
                    // The lease runs out, and a worker runs the job again.
                    tracing::warn!(
                        job = %job.id,
                        error = error.logged(),
                        "a job failed and is retried when its lease ends"
                    );
                }
                drop(place);
                // The job's lane has room again, for a job that was due and could not be leased.
                desk.inner.enqueued.notify_one();
            });
        }
        Ok(begun)
    }

    async fn lease_due_jobs(&self, limit: u32) -> Result<Vec<Leased>, Error> {
        let kinds = self.kinds_to_lease().await?;
        let now = self.clock().now();
        let mut tx = self.store().begin("lease_jobs").await?;
        let webhooks = &self.settings().webhooks;
        let limits = LeaseLimits {
            jobs: limit,
            per_lane: webhooks.endpoint_concurrency,
            per_party: webhooks.service_concurrency,
        };
        let jobs = tx.lease_jobs(&self.settings().node, &kinds, limits, now).await?;
        tx.commit().await?;
        Ok(jobs)
    }

    /// Returns the kinds of jobs that may run now: no reminders while the clock is not believed,
    /// because a reminder gives up when the request is some days old by the clock. Messages are sent
    /// in any case: a match must reach its service.
    async fn kinds_to_lease(&self) -> Result<Vec<JobKind>, Error> {
        let is_believed = match self.clock_state() {
            ClockState::Believed => true,
            ClockState::Unknown => self.believed_time().await?.is_some(),
            ClockState::Ahead | ClockState::Jumped | ClockState::DiffersFromDatabase => false,
        };
        let kinds = JobKind::ALL.iter().copied();
        Ok(kinds.filter(|kind| is_believed || *kind != JobKind::Remind).collect())
    }

    async fn run_job(&self, job: &Leased) -> Result<(), Error> {
        match job.kind {
            JobKind::Deliver => self.deliver(job).await,
            JobKind::PurgeBank => self.purge_bank(job).await,
            JobKind::Remind => self.remind(job).await,
            JobKind::RemoveObject => self.remove_object(job).await,
            JobKind::Notify => self.send_notification(job).await,
        }
    }
}
