//! Removes the beginning of the change log, and repairs what a wrong clock postponed.

use jiff::Timestamp;
use mamori_model::job::RETRY_WAIT_MAX;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary, days_before};
use crate::{Desk, Error};

/// How many days the change log reaches back: a node that was away for less need not reload
/// everything. The log has ids of banks and entries, and nothing about people.
const CHANGES_KEPT_DAYS: u32 = 7;

/// Removes the oldest changes, at most [`ROWS_AT_ONCE`].
///
/// Also moves each job that is due later than [`RETRY_WAIT_MAX`] from `now` to that time: only a clock
/// that was ahead can have postponed it so far. Not while this node's clock is behind the last sweep,
/// when a job may seem to be due so late and is due in its time.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let mut tx = desk.store().begin_alone("expire_node").await?;
    let rows_deleted =
        tx.prune_changes_before(days_before(now, CHANGES_KEPT_DAYS), ROWS_AT_ONCE).await?;
    let is_behind = desk.inner.clock_guard.is_behind();
    if let Ok(latest) = now.checked_add(RETRY_WAIT_MAX)
        && !is_behind
    {
        tx.cap_jobs_due(now, latest).await?;
    }
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
