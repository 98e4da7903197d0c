//! The sweeper: removes what has reached the end of its term.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Desk, Error};

/// How often a sweep runs. Expired entries stop matching at the very instant (see
/// [`Desk::look_up`]); the sweep only removes them from the index.
const INTERVAL: Duration = Duration::from_mins(1);

/// In which sweeps the vault's folder is searched too: once an hour.
const OBJECTS_EVERY: u32 = 60;

/// How many rows one query handles, so that other writers do not wait long.
pub(crate) const ROWS_AT_ONCE: u32 = 1_000;

/// How many days the change log reaches back: a node that was away for less need not reload
/// everything. The log has ids of banks and entries, and nothing about people.
const CHANGES_KEPT_DAYS: u32 = 7;

/// How many days breaks are kept: only the last one must be known.
const RESTS_KEPT_DAYS: u32 = 7;

/// What a sweep ended or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Entries that stopped matching because their term ended.
    pub entries_expired: u64,
    /// Imports that made no progress, and count as interrupted.
    pub imports_interrupted: u64,
    /// Claims that ended because the page sent no keep-alive.
    pub claims_lapsed: u64,
    /// Views that ended because the page sent no keep-alive.
    pub looks_closed: u64,
    /// Bulk decisions that were not confirmed in time.
    pub bulks_lapsed: u64,
    /// Items whose stored bytes became unreadable.
    pub evidence_expired: u64,
    /// Rows that were deleted: cases, disputes, bulk decisions, matches, webhook deliveries, ended
    /// entries, imports, changes, sign-in attempts, the staff record, breaks, and sessions, links
    /// and passkey requests that expired.
    pub rows_deleted: u64,
}

impl Desk {
    /// Sweeps once a minute until `stop`.
    pub async fn sweep(&self, stop: CancellationToken) {
        for round in 0_u32.. {
            if round % OBJECTS_EVERY == 0 {
                self.sweep_vault().await;
            }
            match self.sweep_once().await {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(
                    entries_expired = swept.entries_expired,
                    imports_interrupted = swept.imports_interrupted,
                    claims_lapsed = swept.claims_lapsed,
                    looks_closed = swept.looks_closed,
                    bulks_lapsed = swept.bulks_lapsed,
                    evidence_expired = swept.evidence_expired,
                    rows_deleted = swept.rows_deleted,
                    "what had reached its term is gone"
                ),
                Err(error) => {
                    tracing::warn!(error = error.logged(), "nothing was swept");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    async fn sweep_vault(&self) {
        match self.sweep_objects().await {
            Ok(0) => {}
            Ok(objects) => tracing::info!(objects, "files that nothing names are gone"),
            Err(error) => tracing::warn!(error = error.logged(), "the vault was not swept"),
        }
    }

    /// Ends and removes everything that has reached the end of its term now.
    pub async fn sweep_once(&self) -> Result<Swept, Error> {
        let now = self.clock().now();
        Ok(Swept {
            entries_expired: self.expire_entries(now).await?,
            imports_interrupted: self.interrupt_imports(now).await?,
            claims_lapsed: self.lapse_claims(now).await?,
            looks_closed: self.close_silent_looks(now).await?,
            bulks_lapsed: self.lapse_bulks(now).await?,
            evidence_expired: self.expire_evidence(now).await?,
            rows_deleted: self.delete_old_rows(now).await?,
        })
    }

    async fn expire_entries(&self, now: Timestamp) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let mut tx = self.store().begin("expire_entries").await?;
            let expired = tx.expire_entries(now, ROWS_AT_ONCE).await?;
            tx.commit().await?;
            all += expired;
            if expired == 0 {
                return Ok(all);
            }
        }
    }

    async fn lapse_claims(&self, now: Timestamp) -> Result<u64, Error> {
        let mut tx = self.store().begin("lapse_claims").await?;
        let lapsed = self.lapse(&mut tx, now).await?;
        tx.commit().await?;
        Ok(lapsed)
    }

    async fn close_silent_looks(&self, now: Timestamp) -> Result<u64, Error> {
        let mut tx = self.store().begin("close_silent_looks").await?;
        let closed = tx.close_silent_looks(now).await?;
        tx.commit().await?;
        Ok(closed)
    }

    async fn interrupt_imports(&self, now: Timestamp) -> Result<u64, Error> {
        let stalled = SignedDuration::try_from(self.settings().import_stalled_max);
        let before = now.checked_sub(stalled.unwrap_or(SignedDuration::MAX));
        let mut tx = self.store().begin("interrupt_imports").await?;
        let interrupted = tx.interrupt_imports(before.unwrap_or(Timestamp::MIN)).await?;
        tx.commit().await?;
        Ok(interrupted)
    }

    async fn delete_old_rows(&self, now: Timestamp) -> Result<u64, Error> {
        let terms = self.settings().retention;
        let matches = before(now, terms.matches_days);
        let cases = before(now, terms.cases_days);
        // A delivery names the item and the account too, so it is deleted with its match or its
        // case at the latest.
        let with_others = terms.matches_days.min(terms.cases_days);
        let deliveries = before(now, terms.deliveries_days.min(with_others));
        let entries = before(now, terms.ended_entries_days);
        let imports = before(now, terms.imports_days);
        let sign_ins = before(now, terms.sign_ins_days);
        let staff_events = before(now, terms.staff_events_days);
        let changes = before(now, CHANGES_KEPT_DAYS);
        let rests = before(now, RESTS_KEPT_DAYS);
        let mut all = 0;
        loop {
            let mut tx = self.store().begin("sweep").await?;
            let deleted = tx.delete_cases_before(cases, ROWS_AT_ONCE).await?
                + tx.delete_disputes_before(cases, ROWS_AT_ONCE).await?
                + tx.delete_bulks_before(cases, ROWS_AT_ONCE).await?
                + tx.delete_matches_before(matches, ROWS_AT_ONCE).await?
                + tx.delete_deliveries_before(deliveries, ROWS_AT_ONCE).await?
                + tx.purge_ended_entries(entries, ROWS_AT_ONCE).await?
                + tx.delete_imports_before(imports, ROWS_AT_ONCE).await?
                + tx.delete_attempts_before(sign_ins, ROWS_AT_ONCE).await?
                + tx.delete_staff_events_before(staff_events, ROWS_AT_ONCE).await?
                + tx.delete_rests_before(rests, ROWS_AT_ONCE).await?
                + tx.delete_expired(now, ROWS_AT_ONCE).await?
                + tx.prune_changes_before(changes, ROWS_AT_ONCE).await?;
            tx.commit().await?;
            all += deleted;
            if deleted == 0 {
                return Ok(all);
            }
        }
    }
}

fn before(now: Timestamp, days: u32) -> Timestamp {
    let term = SignedDuration::from_hours(24 * i64::from(days));
    now.checked_sub(term).unwrap_or(Timestamp::MIN)
}
