//! Jobs: leased by one worker at a time, retried, and laid aside when they fail too often.
//!
//! A lease has a number, its token, that grows with each lease. Whoever lost a lease, by being too
//! slow, can no longer finish, retry or bury the job.

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
    NEXT_JOB_DUE = "-- next_job_due
        SELECT min(due_at) FROM job WHERE dead_reason IS NULL";
}

/// A job to be done later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// To what.
    pub key: String,
    /// For whom.
    pub lane: Lane,
    /// Not before this time.
    pub not_before: Timestamp,
}

/// A job that this worker has, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// To what.
    pub key: String,
    /// How often it failed so far, leases that ran out included. More than its kind allows: bury
    /// it, it kills its workers.
    pub failures: u32,
    /// The lease's token.
    pub lease: i64,
    /// When the lease runs out.
    pub until: Timestamp,
}

/// How many jobs of a kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// The kind.
    pub kind: JobKind,
    /// Waiting for a worker or for their time.
    pub ready: u64,
    /// With a worker, or with one that died.
    pub leased: u64,
    /// Laid aside.
    pub dead: u64,
}

/// A job that failed too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// To what.
    pub key: String,
    /// How often it failed.
    pub failures: u32,
    /// What the last failure was.
    pub reason: String,
    /// When its last lease would have run out; a little after it was laid aside.
    pub until: Timestamp,
}

#[derive(sqlx::FromRow)]
struct LeasedRow {
    id: Uuid,
    kind: String,
    key: String,
    failures: i64,
    leases: i64,
    due_at: i64,
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

#[derive(sqlx::FromRow)]
struct DeadRow {
    id: Uuid,
    kind: String,
    key: String,
    failures: i64,
    dead_reason: String,
    due_at: i64,
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
    /// How many jobs of each kind there are; kinds without jobs are left out.
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

    /// Jobs that were laid aside, the oldest first.
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

    /// When the next job is due or the next lease runs out. A read, so that an idle worker does
    /// not take the writer to find nothing.
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

    /// Removes a job that is done; false if the lease was lost.
    pub async fn finish_job(&mut self, job: &Leased) -> Result<bool, Error> {
        Ok(self.run(FINISH_JOB.bind(job.id).bind(job.lease)).await? == 1)
    }

    /// Gives a job back after a failure, to be tried again; false if the lease was lost.
    pub async fn retry_job(&mut self, job: &Leased, not_before: Timestamp) -> Result<bool, Error> {
        let call = RETRY_JOB.bind(job.id).bind(job.lease).bind(not_before).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Lays a job aside after a failure, for a person to look; false if the lease was lost.
    /// `reason` is shown to operators: no payload, no account.
    pub async fn bury_job(&mut self, job: &Leased, reason: &str) -> Result<bool, Error> {
        let call = BURY_JOB.bind(job.id).bind(job.lease).bind(reason).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Makes a dead job ready, as if it never failed; false if there is none such.
    pub async fn revive_job(&mut self, job: JobId, now: Timestamp) -> Result<bool, Error> {
        Ok(self.run(REVIVE_JOB.bind(job).bind(now).bind(self.name())).await? == 1)
    }
}
