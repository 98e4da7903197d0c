//! Lapses approval requests that were not resolved in time, and deletes requests, notices and
//! approvals of sources whose term has ended.

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalState, Lapse};
use mamori_model::retention;

use crate::approvals::end_request::end_request;
use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Lapses requests that were not resolved in time; deletes resolved requests and acknowledged
/// notices that reached their term, and approvals of sources that ended. At most [`ROWS_AT_ONCE`]
/// rows of each.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let before = desk.kept_since(retention::APPROVALS, now);

    let mut tx = desk.store().begin("lapse_requests").await?;
    let due = tx.lock_due_requests(now, ROWS_AT_ONCE).await?;
    let requests_lapsed = u64::try_from(due.len()).unwrap_or(u64::MAX);
    for request in due {
        end_request(desk, &mut tx, request, ApprovalState::Lapsed(Lapse::Expired), now).await?;
    }
    tx.commit().await?;

    let mut tx = desk.store().begin_alone("expire_approvals").await?;
    let rows_deleted = tx.delete_resolved_requests(before, ROWS_AT_ONCE).await?
        + tx.delete_acknowledged_notices(before, ROWS_AT_ONCE).await?
        + tx.delete_ended_source_approvals(now).await?;
    tx.commit().await?;

    Ok(SweepSummary { requests_lapsed, rows_deleted, ..SweepSummary::default() })
}
