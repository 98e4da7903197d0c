//! What a service is asked to do after a decision, and its answers.

pub mod answer_action;
pub(crate) mod remind_service;
pub(crate) mod request_actions;
pub mod request_again;
pub mod service_record;

use mamori_model::ServiceId;
use mamori_store::Tx;

use crate::Error;

/// Ends the open actions of a service that is being deleted: it is asked for nothing more.
pub(crate) async fn end_for_service(tx: &mut Tx, service: ServiceId) -> Result<(), Error> {
    Ok(tx.supersede_actions_of_service(service).await?)
}
