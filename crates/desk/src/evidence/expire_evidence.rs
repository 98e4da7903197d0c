//! Ends evidence whose term is over. Its key is deleted first: from that commit on the bytes cannot
//! be read, not even from a backup of the vault's folder. A job then removes the file.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mamori_model::EvidenceId;
use mamori_model::job::{JobKind, Lane};
use mamori_store::{Leased, NewJob};

use crate::sweep_summary::ROWS_AT_ONCE;
use crate::{Desk, Error};

/// How old a vault file without a row must be to count as left over. A check writes the file before
/// it commits the row.
const LEFT_OVER: Duration = Duration::from_hours(24);

/// How long evidence is still kept after a person released it, so that a mistake can be noticed.
/// Our choice: a week.
const GRACE_PERIOD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Returns the time until which evidence is kept that a person releases at `now`.
pub(crate) fn end_of_grace_period(now: Timestamp) -> Timestamp {
    now.checked_add(GRACE_PERIOD).unwrap_or(Timestamp::MAX)
}

impl Desk {
    /// Deletes the keys of all evidence whose term is over; returns how many.
    pub(crate) async fn expire_evidence(&self, now: Timestamp) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let mut tx = self.store().begin_alone("expire_evidence").await?;
            let expired = tx.expire_evidence(now, ROWS_AT_ONCE).await?;
            for evidence in &expired {
                let job = NewJob {
                    id: self.clock().mint()?.into(),
                    kind: JobKind::RemoveObject,
                    key: evidence.to_string(),
                    lane: Lane::own(JobKind::RemoveObject),
                    not_before: now,
                };
                tx.enqueue(&job).await?;
            }
            tx.commit().await?;
            if expired.is_empty() {
                return Ok(all);
            }
            self.inner.overwritten.store(true, Ordering::Relaxed);
            self.inner.enqueued.notify_one();
            all = expired.len().try_into().map_or(u64::MAX, |more: u64| more.saturating_add(all));
        }
    }

    /// Removes deleted keys from the database's write-ahead log too. If a reader still uses an
    /// older state, the next sweep tries again.
    pub(crate) async fn forget_overwritten(&self) -> Result<(), Error> {
        if self.inner.overwritten.swap(false, Ordering::Relaxed) {
            let is_forgotten = self.store().forget_overwritten().await;
            if !matches!(is_forgotten, Ok(true)) {
                self.inner.overwritten.store(true, Ordering::Relaxed);
            }
            is_forgotten?;
        }
        Ok(())
    }

    /// Removes the vault file of evidence that cannot be read any more.
    pub(crate) async fn remove_object(&self, job: &Leased) -> Result<(), Error> {
        let id: EvidenceId =
            job.key.parse().map_err(|cause| Error::internal("a job names no evidence", cause))?;
        // Without a vault the folder is unknown; once it is configured again, the sweep finds the
        // file.
        if let Some(vault) = &self.settings().vault {
            let removed = vault.remove(id).await;
            removed.map_err(|cause| Error::internal("a vault object cannot be removed", cause))?;
        }

        let mut tx = self.store().begin("remove_object").await?;
        tx.finish_job(job).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Removes vault files to which no row with a key refers: a check or a removal that failed or
    /// crashed left them. Returns how many. Files younger than 24 hours are left alone.
    pub async fn sweep_objects(&self) -> Result<u64, Error> {
        let Some(vault) = &self.settings().vault else { return Ok(0) };
        let failed = |cause| Error::internal("the vault failed", cause);
        let old = vault.older_than(LEFT_OVER).await.map_err(failed)?;
        let mut removed = 0_u64;
        for some in old.chunks(usize::try_from(ROWS_AT_ONCE).unwrap_or(1)) {
            let kept: HashSet<EvidenceId> = self.store().readable_of(some).await?;
            for id in some.iter().filter(|id| !kept.contains(id)) {
                vault.remove(*id).await.map_err(failed)?;
                removed = removed.saturating_add(1);
            }
        }
        Ok(removed)
    }
}
