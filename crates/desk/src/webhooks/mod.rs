//! Endpoints of services, and the deliveries to them.

pub mod add_endpoint;
pub mod attempt;
pub mod deliver;
pub mod destination;
pub mod enable_endpoint;
pub(crate) mod expire;
pub mod list_deliveries;
pub mod payload;
pub mod redeliver;
pub mod remove_endpoint;
pub(crate) mod resends;
pub mod rotate_secret;
pub mod send;
pub mod signature;
pub mod test_endpoint;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Removes the endpoints of a service that is being deleted, and fails what waits for them.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    Ok(tx.remove_endpoints_of(service, now).await?)
}
