//! Removes matches, and totals of cleared checks, at the end of their term.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary, days_before};
use crate::{Desk, Error};

/// How many days a total of cleared checks is kept: long enough to compare a month with the same one a
/// year before.
pub(crate) const CLEARED_CHECKS_DAYS: u32 = 366;

/// Removes matches and totals of cleared checks that reached their term, at most [`ROWS_AT_ONCE`] of
/// each. A match in a case is kept as long as the case.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let matches = desk.kept_since(retention::MATCHES, now);
    let cleared = days_before(now, CLEARED_CHECKS_DAYS).to_zoned(TimeZone::UTC).date();

    let mut tx = desk.store().begin_alone("expire_checks").await?;
    let rows_deleted = tx.delete_matches_before(matches, ROWS_AT_ONCE).await?
        + tx.delete_cleared_checks_before(cleared, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
