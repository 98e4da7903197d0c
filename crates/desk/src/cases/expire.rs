//! Ends claims without a keep-alive, and removes closed cases at the end of their term.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Ends claims whose time ran out; removes closed cases that reached their term, with their
/// decisions, actions and views. At most [`ROWS_AT_ONCE`] of each.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let cases = desk.kept_since(retention::CASES, now);

    let mut tx = desk.store().begin("lapse_claims").await?;
    let claims_lapsed = desk.lapse(&mut tx, now).await?;
    tx.commit().await?;

    let mut tx = desk.store().begin_alone("expire_cases").await?;
    let rows_deleted = tx.delete_cases_before(cases, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { claims_lapsed, rows_deleted, ..SweepSummary::default() })
}
