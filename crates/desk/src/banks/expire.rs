//! Ends entries at the end of their time, and removes what banks no longer need.

use jiff::SignedDuration;
use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Ends entries whose time is over, imports without progress, and disputes whose case was deleted;
/// removes ended entries, imports and resolved disputes that reached their term. At most [`ROWS_AT_ONCE`] rows of each.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let stalled = SignedDuration::try_from(desk.settings().import_stalled_max);
    let stalled = now.checked_sub(stalled.unwrap_or(SignedDuration::MAX));
    let entries = desk.kept_since(retention::ENDED_ENTRIES, now);
    let imports = desk.kept_since(retention::IMPORTS, now);
    // A dispute belongs to a decision, and is kept as long.
    let disputes = desk.kept_since(retention::CASES, now);

    let mut tx = desk.store().begin_alone("expire_entries").await?;
    let entries_expired = tx.expire_entries(now, ROWS_AT_ONCE).await?;
    let disputes_ended = tx.end_disputes_without_case(now, ROWS_AT_ONCE).await?;
    let imports_interrupted = tx.interrupt_imports(stalled.unwrap_or(Timestamp::MIN)).await?;
    tx.commit().await?;

    let mut tx = desk.store().begin_alone("expire_banks").await?;
    let rows_deleted = tx.purge_ended_entries(entries, ROWS_AT_ONCE).await?
        + tx.delete_imports_before(imports, ROWS_AT_ONCE).await?
        + tx.delete_disputes_before(disputes, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary {
        entries_expired,
        imports_interrupted,
        disputes_ended,
        rows_deleted,
        ..SweepSummary::default()
    })
}
