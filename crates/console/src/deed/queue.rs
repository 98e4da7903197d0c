//! `POST /console/queue/next`: somebody takes the next case in hand.

use axum::extract::State;
use axum::response::Redirect;
use mamori_desk::claim_case::Queue;
use mamori_desk::member::Reviewer as Proof;
use mamori_desk::{Desk, Error};
use mamori_model::{Purpose, Refusal};
use serde::Deserialize;

use super::wrong;
use crate::app::Console;
use crate::fault::Fault;
use crate::form::Form;
use crate::guard::Reviewer;

/// Which case they want.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// Of this policy; of any, if it is empty.
    #[serde(default)]
    purpose: String,
}

/// To the case, or to the queue where there is none for them.
pub async fn next(
    State(console): State<Console>,
    reviewer: Reviewer,
    Form(form): Form<Next>,
) -> Result<Redirect, Fault> {
    to_next(&console.desk, &reviewer.proof, chosen("purpose", &form.purpose)?, None).await
}

/// The queue that a form says in this field: of one policy, or of any if it is empty.
pub fn chosen(field: &'static str, word: &str) -> Result<Queue, Fault> {
    let purpose = match word {
        "" => None,
        word => Some(word.parse::<Purpose>().map_err(|_| wrong(field))?),
    };
    Ok(Queue { purpose })
}

/// A page of somebody who goes on in this queue afterwards.
pub fn on_in(queue: Queue, address: &str) -> String {
    match queue.purpose {
        Some(purpose) => format!("{address}?queue={}", purpose.as_str()),
        None => address.to_owned(),
    }
}

/// To the next case, or to the queue; `after` is what the next page says of the one before.
pub async fn to_next(
    desk: &Desk,
    reviewer: &Proof,
    queue: Queue,
    after: Option<&str>,
) -> Result<Redirect, Fault> {
    let claimed = match desk.claim_next(reviewer, queue).await {
        // What they did is done; their own page says until when they rest.
        Err(Error::Refused(Refusal::RestDue | Refusal::DoseSpent)) if after.is_some() => {
            return Ok(Redirect::to("/console/me"));
        }
        claimed => claimed?,
    };
    let address = match claimed {
        Some(claimed) => on_in(queue, &format!("/console/cases/{}", claimed.case)),
        None => "/console/queue?none=1".to_owned(),
    };
    let address = match after {
        Some(after) if address.contains('?') => format!("{address}&{after}"),
        Some(after) => format!("{address}?{after}"),
        None => address,
    };
    Ok(Redirect::to(&address))
}
