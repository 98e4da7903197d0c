//! Ends bulk decisions that were not confirmed, and removes old ones.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Ends prepared bulk decisions that were not confirmed in time; removes bulk decisions that
/// reached the term of their cases. At most [`ROWS_AT_ONCE`] of each. Single decisions go with
/// their case.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let bulks = desk.kept_since(retention::CASES, now);

    let mut tx = desk.store().begin("lapse_bulks").await?;
    let bulks_lapsed = desk.lapse_bulks(&mut tx, now).await?;
    tx.commit().await?;

    let mut tx = desk.store().begin_alone("expire_decisions").await?;
    let rows_deleted = tx.delete_bulks_before(bulks, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { bulks_lapsed, rows_deleted, ..SweepSummary::default() })
}
