//! Decisions of reviewers, bulk decisions, second approval, undo, and policies.

pub mod approve_bulk;
pub mod approve_decision;
pub mod change_policy;
pub mod confirm_bulk;
pub mod decide_case;
pub mod decided_before;
pub(crate) mod expire;
pub mod list_decisions;
pub mod prepare_bulk;
pub mod read_bulk;
pub(crate) mod second_person;
pub(crate) mod stand;
pub mod undo_bulk;
pub mod undo_decision;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Refuses the proposed decisions of a service that is being deleted.
pub(crate) async fn end_for_service(
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    Ok(tx.refuse_decisions_of(service, now).await?)
}
