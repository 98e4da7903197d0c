//! Removes deliveries and previous secrets at the end of their term, and sends what an endpoint missed
//! while it was being enabled.

use jiff::Timestamp;
use mamori_model::retention;

use crate::sweep_summary::{ROWS_AT_ONCE, SweepSummary};
use crate::{Desk, Error};

/// Removes deliveries that reached their term, at most [`ROWS_AT_ONCE`]. A delivery names the item
/// and the account, so it is kept no longer than matches and cases.
///
/// Also deletes secrets that were replaced and are valid no longer, and enqueues missed deliveries.
pub(crate) async fn expire(desk: &Desk, now: Timestamp) -> Result<SweepSummary, Error> {
    let terms = [retention::DELIVERIES, retention::MATCHES, retention::CASES];
    let deliveries = terms.map(|term| desk.kept_since(term, now)).into_iter().max();

    let mut tx = desk.store().begin_alone("expire_webhooks").await?;
    let deliveries = deliveries.unwrap_or(Timestamp::MIN);
    // Rows of endpoints are locked before those of deliveries, everywhere.
    tx.erase_previous_secrets(now).await?;
    let rows_deleted = tx.delete_deliveries_before(deliveries, ROWS_AT_ONCE).await?;
    tx.commit().await?;

    enqueue_missed(desk, now).await?;
    Ok(SweepSummary { rows_deleted, ..SweepSummary::default() })
}

/// Enqueues deliveries that failed because their endpoint was disabled, which it is no longer, at most
/// [`ROWS_AT_ONCE`].
///
/// [`Desk::enable_endpoint`] enqueues those that it sees. It does not see a delivery whose transaction
/// had read that the endpoint is disabled and is committed later. That transaction does not lock the
/// endpoint's row, because checks would then wait for each other.
async fn enqueue_missed(desk: &Desk, now: Timestamp) -> Result<(), Error> {
    let mut tx = desk.store().begin("enqueue_missed").await?;
    let missed = tx.reset_missed_of_enabled(ROWS_AT_ONCE).await?;
    for delivery in &missed {
        let lane = (delivery.service, delivery.endpoint);
        desk.enqueue_delivery_job(&mut tx, delivery.id, lane, now).await?;
    }
    tx.commit().await?;

    if !missed.is_empty() {
        let deliveries = missed.len();
        tracing::info!(deliveries, "enqueued messages that endpoints missed while being enabled");
        desk.inner.enqueued.notify_one();
    }
    Ok(())
}
