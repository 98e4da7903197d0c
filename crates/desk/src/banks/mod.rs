//! Banks, their entries, imports, and disputes about entries.

pub mod add_entries;
pub mod agree_dispute;
pub mod change_bank;
pub mod change_entry;
pub mod create_bank;
pub mod delete_bank;
pub(crate) mod expire;
pub mod export_bank;
pub mod import_entries;
pub mod import_lines;
pub mod import_refusal;
pub mod list_banks;
pub mod list_versions;
pub(crate) mod open_disputes;
pub(crate) mod proposed_entries;
pub mod read_disputes;
pub mod resolve_dispute;
pub mod restore_version;
pub mod withdraw_entries;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Ends the open disputes of a service that is being deleted.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    Ok(tx.take_back_disputes_of(service, now).await?)
}
