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
    let purpose = match form.purpose.as_str() {
        "" => None,
        text => Some(text.parse::<Purpose>().map_err(|_| wrong("purpose"))?),
    };
    to_next(&console.desk, &reviewer.proof, Queue { purpose }, None).await
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
    let address = match (claimed, after) {
        (Some(claimed), None) => format!("/console/cases/{}", claimed.case),
        (Some(claimed), Some(after)) => format!("/console/cases/{}?{after}", claimed.case),
        (None, None) => "/console/queue?none=1".to_owned(),
        (None, Some(after)) => format!("/console/queue?none=1&{after}"),
    };
    Ok(Redirect::to(&address))
}
