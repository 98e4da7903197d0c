//! Removes old notifications.

use jiff::Timestamp;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary, days_before};
use crate::{Desk, Error};

/// How many days notifications are kept: only the last one about each topic must be known.
const KEPT_DAYS: u32 = 30;

/// Removes notifications that are older than that, at most [`ROWS_AT_ONCE`].
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let mut tx = desk.store().begin_alone("expire_notifications").await?;
    let before = days_before(now, KEPT_DAYS);
    let rows_deleted = tx.delete_notifications_before(before, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
