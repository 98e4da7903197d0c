//! Services and their API keys.

pub mod change_service;
pub mod create_service;
pub mod issue_key;
pub mod proof;
pub(crate) mod refused_keys;
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
    tx.revoke_keys_of(service, now).await?;
    Ok(())
}
