//! Removes deliveries and previous secrets at the end of their term.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Removes deliveries that reached their term, at most [`ROWS_AT_ONCE`]. A delivery names the item
/// and the account, so it is kept no longer than matches and cases.
///
/// Also deletes secrets that were replaced and are valid no longer.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let terms = [retention::DELIVERIES, retention::MATCHES, retention::CASES];
    let deliveries = terms.map(|term| desk.kept_since(term, now)).into_iter().max();

    let mut tx = desk.store().begin("expire_webhooks").await?;
    let deliveries = deliveries.unwrap_or(Timestamp::MIN);
    // Rows of endpoints are locked before those of deliveries, everywhere.
    tx.erase_previous_secrets(now).await?;
    let rows_deleted = tx.delete_deliveries_before(deliveries, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}
