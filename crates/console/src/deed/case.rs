//! The forms of a case: to take it in hand, to keep it, to give it back, to write a note.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::claim_case::Queue;
use mamori_desk::release_case::Release;
use mamori_model::{CaseId, StaffId, Urgency};
use serde::Deserialize;

use super::queue::to_next;
use super::{words, wrong};
use crate::app::Console;
use crate::fault::Fault;
use crate::form::Form;
use crate::guard::Reviewer;
use crate::page::case::{Last, Typed, Way, answer};

/// `POST /console/cases/{case}/claim`. It brings what a form said that did nothing as the claim had
/// run out; that is shown again.
pub async fn claim(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    console.desk.claim_case(&reviewer.proof, case).await.map_err(to_queue)?;
    if typed.reason.is_empty() {
        return Ok(Redirect::to(&format!("/console/cases/{case}")).into_response());
    }
    // What was written cannot stand in an address, so this page comes at once.
    let last = Last { typed, fault: None };
    answer(&console, &reviewer.found, case, &Way::default(), last).await
}

/// Which claim a page was made for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    claim: u32,
}

/// `POST /console/cases/{case}/keep`: somebody is still at it.
pub async fn keep(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Keep>,
) -> Result<StatusCode, Fault> {
    console.desk.keep_claim(&reviewer.proof, read(&case)?, form.claim).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To write a note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    claim: u32,
    words: String,
}

/// `POST /console/cases/{case}/note`.
pub async fn note(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Note>,
) -> Result<Redirect, Fault> {
    let case = read(&case)?;
    let words = words("words", &form.words)?;
    console.desk.note_case(&reviewer.proof, case, form.claim, &words).await.map_err(to_queue)?;
    Ok(Redirect::to(&format!("/console/cases/{case}")))
}

/// To give a case back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveBack {
    claim: u32,
    how: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    urgency: String,
    #[serde(default)]
    to: String,
}

/// `POST /console/cases/{case}/release`: on to the next case, unless they only gave it back.
pub async fn release(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<GiveBack>,
) -> Result<Redirect, Fault> {
    let case = read(&case)?;
    let why = || words("words", &form.words);
    let release = match form.how.as_str() {
        "leave" => Release::Leave,
        "skip" => Release::Skip(why()?),
        "escalate" => {
            let urgency = Urgency::parse(&form.urgency).ok_or_else(|| wrong("urgency"))?;
            Release::Escalate { urgency, why: why()? }
        }
        "hand_over" => {
            let to: StaffId = form.to.parse().map_err(|_| wrong("to"))?;
            Release::HandOver { to, why: why()? }
        }
        _ => return Err(wrong("how")),
    };
    let is_left = release == Release::Leave;
    let (desk, proof) = (&console.desk, &reviewer.proof);
    desk.release_case(proof, case, form.claim, release).await.map_err(to_queue)?;
    if is_left {
        return Ok(Redirect::to("/console/queue"));
    }
    to_next(desk, proof, Queue::default(), None).await
}

/// The case of an address.
pub fn read(case: &str) -> Result<CaseId, Fault> {
    case.parse().map_err(|_| Fault::not_found())
}

fn to_queue(error: mamori_desk::Error) -> Fault {
    Fault::from(error).on_to("/console/queue")
}
