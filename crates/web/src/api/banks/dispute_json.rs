//! Disputes about a bank's entries in JSON, for the bank's owner.

use jiff::Timestamp;
use mamori_model::{BankId, Dispute, DisputeId, DisputeScope, DisputeState, EntryId, ServiceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::json::text;

/// A reviewer's objection that an entry is wrong at a service. While the dispute is open, the entry
/// does not act by itself on the items of one account, which is not named here, or, once a lead has
/// agreed, on any item of that service; on all others it acts as before.
#[derive(Serialize, ToSchema)]
#[schema(as = Dispute)]
pub struct DisputeJson {
    /// Id of this dispute.
    #[schema(value_type = text::DisputeId)]
    pub id: DisputeId,
    /// The bank of the entry.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// The entry; it may have been deleted.
    #[schema(value_type = text::EntryId)]
    pub entry_id: EntryId,
    /// The service at which the entry is disputed.
    #[schema(value_type = text::ServiceId)]
    pub service_id: ServiceId,
    /// How far it reaches, or reached: the items of one account, or one item whose account is not
    /// known (`account`); all items of the service (`service`).
    pub scope: DisputeScope,
    /// The reviewer's reason.
    #[schema(value_type = text::FreeText)]
    pub reason: String,
    /// Current state.
    pub state: DisputeState,
    /// Time at which it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// Time at which it was resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
}

impl From<Dispute> for DisputeJson {
    fn from(dispute: Dispute) -> Self {
        Self {
            id: dispute.id,
            bank_id: dispute.bank,
            entry_id: dispute.entry,
            service_id: dispute.service,
            scope: dispute.scope(),
            reason: dispute.reason.to_string(),
            state: dispute.state,
            opened_at: dispute.opened_at,
            resolved_at: dispute.resolved_at,
        }
    }
}
