//! The forms of a decision: approve or refuse it as the second approver, undo it, request an
//! overdue action again.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use mamori_model::{ActionId, DecisionId};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::field::free_text;
use crate::form::{EmptyForm, Form};
use crate::guard::{Approver, Lead, Reviewer};

/// A form that consists of a reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    /// The reason, as free text.
    pub text: String,
}

/// `POST /console/decisions/{decision}/approve`: approves a decision as the second approver.
pub async fn approve(
    State(console): State<Console>,
    approver: Approver,
    Path(decision): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let done = console.desk.approve(&approver.proof, &approver.recently, decision).await;
    done.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/refuse`: refuses a decision as the second approver.
pub async fn refuse(
    State(console): State<Console>,
    approver: Approver,
    Path(decision): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let why = free_text("text", &form.text)?;
    let refused = console.desk.refuse(&approver.proof, &approver.recently, decision, &why).await;
    refused.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/undo`: undoes a decision.
pub async fn undo(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(decision): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let why = free_text("text", &form.text)?;
    let undone = console.desk.undo(&reviewer.proof, decision, &why).await;
    undone.map_err(|error| back(error, decision))?;
    Ok(to(decision))
}

/// `POST /console/decisions/{decision}/actions/{action}/request-again`: requests an overdue action
/// again.
pub async fn request_again(
    State(console): State<Console>,
    lead: Lead,
    Path((decision, action)): Path<(String, String)>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let decision = read(&decision)?;
    let action: ActionId = action.parse().map_err(|_| Fault::not_found())?;
    let requested = console.desk.request_again(&lead.proof, decision, action).await;
    requested.map_err(|error| back(error, decision))?;
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
        fault => fault.with_link(format!("/console/decisions/{decision}")),
    }
}
