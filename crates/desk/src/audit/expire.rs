//! Deletes audit events at the end of their term, from the beginning of the chain.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Deletes at most [`ROWS_AT_ONCE`] events that reached their term. The rest of the chain can still
/// be verified.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let before = desk.kept_since(retention::AUDIT, now);

    let mut tx = desk.store().begin_alone("expire_audit").await?;
    let rows_deleted = tx.expire_audit_events(before, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
