//! Queries for jobs: leased by one worker at a time, retried, and set aside as dead when they fail
//! too often.
//!
//! Each lease has a number, its token, which grows with every lease. A worker that has lost its
//! lease, by being too slow, can no longer finish, retry or bury the job.

pub mod lease;

use jiff::Timestamp;
use mamori_model::JobId;
use mamori_model::job::{JobKind, Lane};
use mamori_model::page::{Page, PageSize};
use uuid::Uuid;

pub use self::lease::LeaseLimits;
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    ENQUEUE = "-- enqueue
        INSERT INTO job (id, kind, key, lane, due_at, lease, leases, failures, created_at,
                         changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $5, $7)";
    FINISH_JOB = "-- finish_job
        DELETE FROM job WHERE id = $1 AND leases = $2 AND leased_by IS NOT NULL";
    RETRY_JOB = "-- retry_job
        UPDATE job
           SET due_at = $3, failures = failures + 1, leased_by = NULL, changed_by = $4
         WHERE id = $1 AND leases = $2 AND leased_by IS NOT NULL";
    BURY_JOB = "-- bury_job
        UPDATE job
           SET dead_reason = $3, failures = failures + 1, leased_by = NULL,
               changed_by = $4
         WHERE id = $1 AND leases = $2 AND leased_by IS NOT NULL";
    REVIVE_JOB = "-- revive_job
        UPDATE job
           SET dead_reason = NULL, failures = 0, due_at = $2, changed_by = $3
         WHERE id = $1 AND dead_reason IS NOT NULL";
    JOB_COUNTS = "-- job_counts
        SELECT kind,
               count(*) FILTER (WHERE dead_reason IS NULL AND leased_by IS NULL) AS ready,
               count(*) FILTER (WHERE dead_reason IS NULL AND leased_by IS NOT NULL) AS leased,
               count(*) FILTER (WHERE dead_reason IS NOT NULL) AS dead
          FROM job
         GROUP BY kind
         ORDER BY kind";
    DEAD_JOBS = "-- dead_jobs
        SELECT id, kind, key, failures, dead_reason, due_at
          FROM job
         WHERE dead_reason IS NOT NULL AND id > $1
         ORDER BY id
         LIMIT $2";
    CAP_JOBS_DUE = "-- cap_jobs_due
        UPDATE job
           SET due_at = CASE WHEN leased_by IS NULL THEN $1 ELSE $2 END, changed_by = $3
         WHERE dead_reason IS NULL AND due_at > $1";
    NEXT_JOB_DUE = "-- next_job_due
        SELECT min(due_at) FROM job WHERE dead_reason IS NULL";
}

/// A job to enqueue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Id of the job.
    pub id: JobId,
    /// The kind of work.
    pub kind: JobKind,
    /// Id of the object to work on; see [`JobKind`].
    pub key: String,
    /// The lane for fairness among services and endpoints.
    pub lane: Lane,
    /// The earliest time at which it may start.
    pub not_before: Timestamp,
}

/// A job that this worker has leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// Id of the job.
    pub id: JobId,
    /// The kind of work.
    pub kind: JobKind,
    /// Id of the object to work on.
    pub key: String,
    /// Number of failures so far, including leases that ran out. If there are more than its kind
    /// allows, bury the job: it probably kills its workers.
    pub failures: u32,
    /// Token of the lease.
    pub lease: i64,
    /// Time at which the lease runs out.
    pub until: Timestamp,
}

/// Numbers of jobs of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// The kind of work.
    pub kind: JobKind,
    /// Jobs that wait for a worker or for their time.
    pub ready: u64,
    /// Jobs that are leased, also by a worker that has died.
    pub leased: u64,
    /// Jobs that were set aside after too many failures.
    pub dead: u64,
}

/// A job that failed too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// Id of the job.
    pub id: JobId,
    /// The kind of work.
    pub kind: JobKind,
    /// Id of the object to work on.
    pub key: String,
    /// Number of failures.
    pub failures: u32,
    /// Reason of the last failure.
    pub reason: String,
    /// Time at which its last lease would have run out: shortly after the job was set aside.
    pub until: Timestamp,
}

row! {
    struct LeasedRow {
        id: Uuid,
        kind: String,
        key: String,
        failures: i64,
        leases: i64,
        due_at: i64,
    }
}

impl LeasedRow {
    fn read(self) -> Result<Leased, Error> {
        Ok(Leased {
            id: self.id.into(),
            kind: JobKind::parse(&self.kind).or_corrupt("job.kind")?,
            key: self.key,
            failures: u32::try_from(self.failures).or_corrupt("job.failures")?,
            lease: self.leases,
            until: from_micros(self.due_at, "job.due_at")?,
        })
    }
}

row! {
    struct DeadRow {
        id: Uuid,
        kind: String,
        key: String,
        failures: i64,
        dead_reason: String,
        due_at: i64,
    }
}

impl DeadRow {
    fn read(self) -> Result<DeadJob, Error> {
        Ok(DeadJob {
            id: self.id.into(),
            kind: JobKind::parse(&self.kind).or_corrupt("job.kind")?,
            key: self.key,
            failures: u32::try_from(self.failures).or_corrupt("job.failures")?,
            reason: self.dead_reason,
            until: from_micros(self.due_at, "job.due_at")?,
        })
    }
}

impl Store {
    /// Returns the numbers of jobs of each kind; kinds without jobs are left out.
    pub async fn job_counts(&self) -> Result<Vec<JobCount>, Error> {
        let rows: Vec<(String, i64, i64, i64)> = self.rows(JOB_COUNTS.call()).await?;
        let count = |number| u64::try_from(number).unwrap_or(0);
        rows.into_iter()
            .map(|(kind, ready, leased, dead)| {
                Ok(JobCount {
                    kind: JobKind::parse(&kind).or_corrupt("job.kind")?,
                    ready: count(ready),
                    leased: count(leased),
                    dead: count(dead),
                })
            })
            .collect()
    }

    /// Returns a page of the dead jobs, the oldest first.
    pub async fn dead_jobs(
        &self,
        after: Option<JobId>,
        size: PageSize,
    ) -> Result<Page<DeadJob, JobId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = DEAD_JOBS.bind(after).bind(size.rows().saturating_add(1));
        let rows: Vec<DeadRow> = self.rows(call).await?;
        let jobs = rows.into_iter().map(DeadRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(jobs, size, |job: &DeadJob| job.id))
    }

    /// Returns when the next job is due or the next lease runs out. Only reads, so that an idle
    /// worker does not take SQLite's only writer.
    pub async fn next_job_due(&self) -> Result<Option<Timestamp>, Error> {
        let due: Option<(Option<i64>,)> = self.row(NEXT_JOB_DUE.call()).await?;
        maybe_from_micros(due.and_then(|(due,)| due), "job.due_at")
    }
}

impl Tx {
    /// Adds a job.
    pub async fn enqueue(&mut self, job: &NewJob) -> Result<(), Error> {
        let lease = i64::try_from(job.kind.lease().as_micros()).unwrap_or(i64::MAX);
        let call = ENQUEUE
            .bind(job.id)
            .bind(job.kind.as_str())
            .bind(job.key.as_str())
            .bind(job.lane.as_str())
            .bind(job.not_before)
            .bind(lease)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("job", "job"))?;
        Ok(())
    }

    /// Removes a finished job; returns `false` if the lease was lost.
    pub async fn finish_job(&mut self, job: &Leased) -> Result<bool, Error> {
        Ok(self.run(FINISH_JOB.bind(job.id).bind(job.lease)).await? == 1)
    }

    /// Returns a job to the queue after a failure, to be tried again at `not_before`; returns
    /// `false` if the lease was lost.
    pub async fn retry_job(&mut self, job: &Leased, not_before: Timestamp) -> Result<bool, Error> {
        let call = RETRY_JOB.bind(job.id).bind(job.lease).bind(not_before).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Makes waiting jobs that are due after `latest` due at `latest`, and ends leases that expire
    /// after it; returns how many. Such times come from a clock that was ahead.
    pub async fn cap_jobs_due(&mut self, now: Timestamp, latest: Timestamp) -> Result<u64, Error> {
        self.run(CAP_JOBS_DUE.bind(latest).bind(now).bind(self.name())).await
    }

    /// Sets a job aside as dead after a failure, for the operator to act; returns `false` if the
    /// lease was lost. Operators see `reason`: it must contain no payload and no account.
    pub async fn bury_job(&mut self, job: &Leased, reason: &str) -> Result<bool, Error> {
        let call = BURY_JOB.bind(job.id).bind(job.lease).bind(reason).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Makes a dead job ready, with no failures; returns `false` if there is no such dead job.
    pub async fn revive_job(&mut self, job: JobId, now: Timestamp) -> Result<bool, Error> {
        Ok(self.run(REVIVE_JOB.bind(job).bind(now).bind(self.name())).await? == 1)
    }
}
