//! The sweeper: ends and removes what has reached the end of its term, area by area.

use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::sweep_summary::SweepSummary;
use crate::{ClockState, Desk, Error};
use crate::{
    approvals, audit, banks, cases, checks, decisions, delete_service, evidence, node,
    notifications, staff, viewing, webhooks,
};

/// How often a sweep runs. Expired entries stop matching at the very instant (see
/// [`Desk::search_banks`]); the sweep only removes them from the index.
const INTERVAL: Duration = Duration::from_mins(1);

/// In which sweeps the vault's folder is searched too: once an hour.
const OBJECTS_EVERY: u32 = 60;

impl Desk {
    /// Sweeps once a minute until `stop`.
    pub async fn sweep(&self, stop: CancellationToken) {
        for round in 0_u32.. {
            // Dropped between or inside of transactions, which then change nothing.
            let swept = tokio::select! {
                () = stop.cancelled() => return,
                swept = self.sweep_once() => swept,
            };
            match swept {
                Ok(swept) if swept == SweepSummary::default() => {}
                Ok(swept) => tracing::info!(
                    entries_expired = swept.entries_expired,
                    imports_interrupted = swept.imports_interrupted,
                    claims_lapsed = swept.claims_lapsed,
                    views_closed = swept.views_closed,
                    disputes_ended = swept.disputes_ended,
                    bulks_lapsed = swept.bulks_lapsed,
                    requests_lapsed = swept.requests_lapsed,
                    evidence_expired = swept.evidence_expired,
                    services_deleted = swept.services_deleted,
                    rows_deleted = swept.rows_deleted,
                    "removed what had reached the end of its term"
                ),
                Err(error) => {
                    tracing::warn!(error = error.logged(), "the retention sweep failed");
                }
            }
            if round % OBJECTS_EVERY == 0 && self.clock_state() == ClockState::Believed {
                self.sweep_vault().await;
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
            Ok(objects) => tracing::info!(objects, "removed vault files to which no row refers"),
            Err(error) => tracing::warn!(error = error.logged(), "the sweep of the vault failed"),
        }
    }

    /// Ends and removes everything that has reached the end of its term now, in transactions of
    /// bounded size. An area that fails does not keep the others from their part; the first error
    /// is returned in the end. Nothing is ended or removed while the clock is not believed.
    pub async fn sweep_once(&self) -> Result<SweepSummary, Error> {
        // One time for all rounds: a row that reaches its term meanwhile is the next sweep's, so that
        // this one ends. The one that was judged: the clock may jump between two readings.
        let Some(now) = self.believed_time().await? else {
            return Ok(SweepSummary::default());
        };
        let mut all = SweepSummary::default();
        loop {
            let (some, failed) = self.sweep_some(now).await;
            all += some;
            if let Some(error) = failed {
                return Err(error);
            }
            if some == SweepSummary::default() {
                break;
            }
        }
        self.forget_overwritten().await?;
        Ok(all)
    }

    /// Runs the sweep of each area once; returns the first error. Evidence comes first, and cases
    /// before the matches in them, as a match is kept as long as its case.
    async fn sweep_some(&self, now: Timestamp) -> (SweepSummary, Option<Error>) {
        let areas: [Area<'_>; 13] = [
            Box::pin(evidence::expire::expire(self, now)),
            Box::pin(banks::expire::expire(self, now)),
            Box::pin(viewing::expire::expire(self, now)),
            Box::pin(cases::expire::expire(self, now)),
            Box::pin(decisions::expire::expire(self, now)),
            Box::pin(checks::expire::expire(self, now)),
            Box::pin(webhooks::expire::expire(self, now)),
            Box::pin(staff::expire::expire(self, now)),
            Box::pin(node::expire::expire(self, now)),
            Box::pin(notifications::expire::expire(self, now)),
            Box::pin(approvals::expire::expire(self, now)),
            Box::pin(audit::expire::expire(self, now)),
            Box::pin(delete_service::delete_leaving(self, now)),
        ];
        let (mut all, mut failed) = (SweepSummary::default(), None);
        for area in areas {
            match area.await {
                Ok(some) => all += some,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        (all, failed)
    }
}

/// The sweep of one area.
type Area<'a> = Pin<Box<dyn Future<Output = Result<SweepSummary, Error>> + Send + 'a>>;
