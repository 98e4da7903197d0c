//! The bytes of items, sealed in the vault, and their terms.

pub(crate) mod expire;
pub(crate) mod expire_evidence;
pub mod rewrap_vault;
pub(crate) mod store_evidence;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Ends the term of the evidence of a service that is being deleted.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    Ok(tx.shorten_evidence_of_service(service, now).await?)
}
