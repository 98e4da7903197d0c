//! Services and their API keys.

pub mod change_service;
pub mod create_service;
pub mod issue_key;
pub(crate) mod key_use;
pub mod list_leaving;
pub mod list_services;
pub mod proof;
pub(crate) mod refused_keys;
pub(crate) mod request_limits;
pub mod revoke_key;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Revokes the keys of a service that is being deleted.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    let keys = tx.revoke_keys_of(service, now).await?;
    tracing::info!(target: "security", %service, keys, "the API keys of a deleted service are revoked");
    Ok(())
}
