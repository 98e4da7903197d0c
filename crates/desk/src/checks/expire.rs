//! Removes matches at the end of their term.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Removes matches that reached their term, at most [`ROWS_AT_ONCE`]. A match in a case is kept as
/// long as the case.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let matches = desk.kept_since(retention::MATCHES, now);

    let mut tx = desk.store().begin("expire_checks").await?;
    let rows_deleted = tx.delete_matches_before(matches, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
