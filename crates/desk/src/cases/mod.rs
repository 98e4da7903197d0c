//! The queue of cases: opening, claiming, releasing, reading.

pub mod account_alias;
pub mod claim_case;
pub mod colleagues;
pub(crate) mod expire;
pub mod extend_claim;
pub(crate) mod lapse_claims;
pub mod lower_urgency;
pub mod note_case;
pub(crate) mod open_case;
pub mod queue;
pub mod read_case;
pub mod read_history;
pub(crate) mod record_event;
pub mod release_case;

use jiff::Timestamp;
use mamori_model::ServiceId;
use mamori_model::case::{CaseEventKind, CaseState};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::{Desk, Error};

/// Ends the undecided cases of a service that is being deleted, without a decision.
pub(crate) async fn end_for_service(
    desk: &Desk,
    tx: &mut Tx,
    service: ServiceId,
    now: Timestamp,
) -> Result<(), Error> {
    for case in tx.lock_undecided_cases_of(service).await? {
        tx.close_case(case, CaseState::Ended, Some(now)).await?;
        record_event(desk, tx, NewEvent::of(case, CaseEventKind::Ended), now).await?;
    }
    Ok(())
}
