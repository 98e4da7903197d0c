//! Removes what sign-in leaves behind.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary, days_before};
use crate::{Desk, Error};

/// How many days breaks are kept: only the last one must be known.
const BREAKS_KEPT_DAYS: u32 = 7;

/// Removes sign-in attempts at the end of their term, old breaks, and
/// sessions, links and passkey requests that expired. At most [`ROWS_AT_ONCE`] of each.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let attempts = desk.kept_since(retention::SIGN_INS, now);
    let breaks = days_before(now, BREAKS_KEPT_DAYS);

    let mut tx = desk.store().begin_alone("expire_staff").await?;
    let rows_deleted = tx.delete_attempts_before(attempts, ROWS_AT_ONCE).await?
        + tx.delete_breaks_before(breaks, ROWS_AT_ONCE).await?
        + tx.delete_expired(now, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
