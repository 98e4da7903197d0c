//! The forms of a decision: the second person approves or refuses it, it is undone, the service is
//! asked again.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use mamori_model::{ActionId, DecisionId};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::field::words;
use crate::form::Form;
use crate::guard::{Lead, Reviewer, Second};
use crate::staff::sign_in_forms::Nothing;

/// A form that consists of a reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// The reason, as free text.
    pub words: String,
}

/// `POST /console/decisions/{decision}/approve`: approves a decision as the second person.
pub async fn approve(
    State(console): State<Console>,
    second: Second,
    Path(decision): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let approved = console.desk.approve(&second.proof, &second.recently, decision).await;
    approved.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/refuse`: refuses a decision as the second person.
pub async fn refuse(
    State(console): State<Console>,
    second: Second,
    Path(decision): Path<String>,
    Form(form): Form<Why>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let why = words("words", &form.words)?;
    let refused = console.desk.refuse(&second.proof, &second.recently, decision, &why).await;
    refused.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/undo`: undoes a decision.
pub async fn undo(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(decision): Path<String>,
    Form(form): Form<Why>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let why = words("words", &form.words)?;
    let undone = console.desk.undo(&reviewer.proof, decision, &why).await;
    undone.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/actions/{action}/ask-again`: asks the service again for an
/// action that it has not answered.
pub async fn ask_again(
    State(console): State<Console>,
    lead: Lead,
    Path((decision, action)): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let action: ActionId = action.parse().map_err(|_| Fault::not_found())?;
    let asked = console.desk.ask_again(&lead.proof, decision, action).await;
    asked.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

fn read(decision: &str) -> Result<DecisionId, Fault> {
    decision.parse().map_err(|_| Fault::not_found())
}

fn to(decision: DecisionId) -> Redirect {
    Redirect::to(&format!("/console/decisions/{decision}"))
}

fn back(error: mamori_desk::Error, decision: DecisionId) -> Fault {
    match Fault::from(error) {
        // Unknown and forbidden look alike: no link leads back to the decision.
        fault if fault.status() == StatusCode::NOT_FOUND => fault,
        fault => fault.on_to(format!("/console/decisions/{decision}")),
    }
}
