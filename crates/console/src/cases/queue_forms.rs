//! `POST /console/queue/next`: a reviewer claims the next case.

use axum::extract::State;
use axum::response::Redirect;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::staff::member::Reviewer as Proof;
use mamori_desk::{Desk, Error};
use mamori_model::{Purpose, Refusal};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Reviewer;

/// The form that requests the next case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextCaseForm {
    /// The policy of the case; empty: any.
    #[serde(default)]
    purpose: String,
}

/// Claims the next case, and redirects to it, or to the queue if there is none for this reviewer.
pub async fn next(
    State(console): State<Console>,
    reviewer: Reviewer,
    Form(form): Form<NextCaseForm>,
) -> Result<Redirect, Fault> {
    redirect_to_next(&console.desk, &reviewer.proof, parse_queue("purpose", &form.purpose)?, None)
        .await
}

/// Parses the queue in a field of a form: the cases of one policy, or of any if `word` is empty.
pub fn parse_queue(field: &'static str, word: &str) -> Result<Queue, Fault> {
    let purpose = match word {
        "" => None,
        word => Some(word.parse::<Purpose>().map_err(|_| wrong(field))?),
    };
    Ok(Queue { purpose })
}

/// Adds to the path `address` the queue in which the reviewer continues afterwards.
pub fn with_queue(queue: Queue, address: &str) -> String {
    match queue.purpose {
        Some(purpose) => format!("{address}?queue={}", purpose.as_str()),
        None => address.to_owned(),
    }
}

/// Claims the next case, and redirects to it, or to the queue if there is none or a pace limit is
/// reached. `after` is a part of the query that names the previous decision to the next page.
pub async fn redirect_to_next(
    desk: &Desk,
    reviewer: &Proof,
    queue: Queue,
    after: Option<&str>,
) -> Result<Redirect, Fault> {
    let claimed = match desk.claim_next(reviewer, queue).await {
        // The decision has been made; the reviewer's own page shows when the break ends.
        Err(Error::Refused(Refusal::BreakDue | Refusal::OwnBreak | Refusal::ExposureSpent))
            if after.is_some() =>
        {
            return Ok(Redirect::to("/console/me"));
        }
        // The page of the queue shows from when the next claim is possible.
        Err(Error::Refused(Refusal::ClaimLimit | Refusal::LeaveLimit)) => {
            let address = "/console/queue";
            return Ok(match after {
                Some(after) => Redirect::to(&format!("{address}?{after}")),
                None => Redirect::to(address),
            });
        }
        claimed => claimed?,
    };
    let address = match claimed {
        Some(claimed) => with_queue(queue, &format!("/console/cases/{}", claimed.case)),
        None => "/console/queue?none=1".to_owned(),
    };
    let address = match after {
        Some(after) if address.contains('?') => format!("{address}&{after}"),
        Some(after) => format!("{address}?{after}"),
        None => address,
    };
    Ok(Redirect::to(&address))
}
