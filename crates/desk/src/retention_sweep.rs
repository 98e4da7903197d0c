//! The sweeper: ends and removes what has reached the end of its term, area by area.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::sweep_summary::SweepSummary;
use crate::{Desk, Error};
use crate::{banks, cases, checks, decisions, evidence, node, staff, viewing, webhooks};

/// How often a sweep runs. Expired entries stop matching at the very instant (see
/// [`Desk::search_banks`]); the sweep only removes them from the index.
const INTERVAL: Duration = Duration::from_mins(1);

/// In which sweeps the vault's folder is searched too: once an hour.
const OBJECTS_EVERY: u32 = 60;

impl Desk {
    /// Sweeps once a minute until `stop`.
    pub async fn sweep(&self, stop: CancellationToken) {
        for round in 0_u32.. {
            if round % OBJECTS_EVERY == 0 {
                self.sweep_vault().await;
            }
            match self.sweep_once().await {
                Ok(swept) if swept == SweepSummary::default() => {}
                Ok(swept) => tracing::info!(
                    entries_expired = swept.entries_expired,
                    imports_interrupted = swept.imports_interrupted,
                    claims_lapsed = swept.claims_lapsed,
                    views_closed = swept.views_closed,
                    bulks_lapsed = swept.bulks_lapsed,
                    evidence_expired = swept.evidence_expired,
                    rows_deleted = swept.rows_deleted,
                    "removed what had reached the end of its term"
                ),
                Err(error) => {
                    tracing::warn!(error = error.logged(), "the retention sweep failed");
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
            Ok(objects) => tracing::info!(objects, "removed vault files to which no row refers"),
            Err(error) => tracing::warn!(error = error.logged(), "the sweep of the vault failed"),
        }
    }

    /// Ends and removes everything that has reached the end of its term now, in transactions of
    /// bounded size.
    pub async fn sweep_once(&self) -> Result<SweepSummary, Error> {
        let mut all = SweepSummary::default();
        loop {
            let some = self.sweep_some().await?;
            if some == SweepSummary::default() {
                return Ok(all);
            }
            all += some;
        }
    }

    /// Runs the sweep of each area once. Cases come before the matches in them, as a match is kept
    /// as long as its case.
    async fn sweep_some(&self) -> Result<SweepSummary, Error> {
        let now = self.clock().now();
        let mut some = banks::expire::expire(self, now).await?;
        some += viewing::expire::expire(self, now).await?;
        some += cases::expire::expire(self, now).await?;
        some += decisions::expire::expire(self, now).await?;
        some += evidence::expire::expire(self, now).await?;
        some += checks::expire::expire(self, now).await?;
        some += webhooks::expire::expire(self, now).await?;
        some += staff::expire::expire(self, now).await?;
        some += node::expire::expire(self, now).await?;
        Ok(some)
    }
}
