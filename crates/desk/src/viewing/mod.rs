//! Views of items by reviewers, and openings of their context pages.

pub(crate) mod expire;
pub mod open_context;
pub mod open_view;
pub mod show_item;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Ends the open views of items of a service that is being deleted.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    Ok(tx.close_views_of_service(service, now).await?)
}
