//! Disputes about a bank's entries in JSON, for the bank's owner.

use jiff::Timestamp;
use mamori_model::{BankId, Dispute, DisputeId, DisputeState, EntryId, ServiceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;

/// Somebody's word that an entry is wrong at a service. While it is open the entry does not act by
/// itself there, and acts as before everywhere else.
#[derive(Serialize, ToSchema)]
#[schema(as = Dispute)]
pub struct DisputeJson {
    /// Its id.
    #[schema(value_type = text::DisputeId)]
    pub id: DisputeId,
    /// The entry's bank.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// The entry; it may be gone.
    #[schema(value_type = text::EntryId)]
    pub entry_id: EntryId,
    /// At which service.
    #[schema(value_type = text::ServiceId)]
    pub service_id: ServiceId,
    /// Why.
    #[schema(value_type = text::Words)]
    pub reason: String,
    /// How far it has come.
    pub state: DisputeState,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
}

impl From<Dispute> for DisputeJson {
    fn from(dispute: Dispute) -> Self {
        Self {
            id: dispute.id,
            bank_id: dispute.bank,
            entry_id: dispute.entry,
            service_id: dispute.service,
            reason: dispute.reason.to_string(),
            state: dispute.state,
            opened_at: dispute.opened_at,
            settled_at: dispute.settled_at,
        }
    }
}
