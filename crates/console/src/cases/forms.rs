//! The forms of a case: claim it, extend the claim, return it, write a note.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::cases::release_case::Release;
use mamori_model::{CaseId, StaffId, Urgency};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::Last;
use crate::cases::page::Typed;
use crate::cases::page::Way;
use crate::cases::page::answer;
use crate::cases::queue_forms::chosen;
use crate::cases::queue_forms::on_in;
use crate::cases::queue_forms::to_next;
use crate::fault::Fault;
use crate::field::words;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Reviewer;

/// `POST /console/cases/{case}/claim`: claims a case. The form also carries what an earlier form
/// contained that failed because its claim had lapsed; the page shows it again.
pub async fn claim(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = chosen("queue", &typed.queue)?;
    match console.desk.claim_case(&reviewer.proof, case).await {
        Ok(_) if typed.is_empty() => {
            Ok(Redirect::to(&on_in(queue, &format!("/console/cases/{case}"))).into_response())
        }
        // The text does not fit into a URL, so the answer is the page itself and not a redirect.
        Ok(_) => {
            let last = Last { typed, fault: None };
            answer(&console, &reviewer.found, case, &Way::default(), last).await
        }
        Err(error) => again(&console, &reviewer, case, typed, error.into()).await,
    }
}

/// Returns the case's page with all the text that the reviewer entered and with the reason why the
/// form failed. If there is no text, returns the fault, with a link to the queue.
async fn again(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    typed: Typed,
    fault: Fault,
) -> Result<Response, Fault> {
    if typed.is_empty() {
        return Err(fault.on_to("/console/queue"));
    }
    let last = Last { typed, fault: Some(fault) };
    answer(console, &reviewer.found, case, &Way::default(), last).await
}

/// The form that extends a claim. `claim` is the number of the claim for which the page was made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    claim: u32,
}

/// `POST /console/cases/{case}/keep`: extends the claim. A script sends it while the reviewer works
/// on the page.
pub async fn keep(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Keep>,
) -> Result<StatusCode, Fault> {
    console.desk.keep_claim(&reviewer.proof, read(&case)?, form.claim).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The form that writes a note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    claim: u32,
    words: String,
    #[serde(default)]
    queue: String,
}

/// `POST /console/cases/{case}/note`: adds a note to the history of the case.
pub async fn note(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Note>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = chosen("queue", &form.queue)?;
    let noted = match words("words", &form.words) {
        Ok(words) => {
            let noted = console.desk.note_case(&reviewer.proof, case, form.claim, &words).await;
            noted.map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    match noted {
        Ok(()) => {
            Ok(Redirect::to(&on_in(queue, &format!("/console/cases/{case}"))).into_response())
        }
        Err(fault) => {
            let typed = Typed { words: form.words, queue: form.queue, ..Typed::default() };
            again(&console, &reviewer, case, typed, fault).await
        }
    }
}

/// The form that returns a case to the queue, escalates it, or hands it over.
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
    #[serde(default)]
    queue: String,
}

/// `POST /console/cases/{case}/release`: ends the claim, and redirects to the next case of the
/// chosen queue. If the case was returned without a reason, redirects to the queue.
pub async fn release(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<GiveBack>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = chosen("queue", &form.queue)?;
    match given_back(&console, &reviewer, case, &form).await {
        Ok(Release::Leave) => Ok(Redirect::to("/console/queue").into_response()),
        Ok(_) => {
            let next = to_next(&console.desk, &reviewer.proof, queue, None).await?;
            Ok(next.into_response())
        }
        Err(fault) => {
            let typed = Typed { words: form.words, queue: form.queue, ..Typed::default() };
            again(&console, &reviewer, case, typed, fault).await
        }
    }
}

async fn given_back(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    form: &GiveBack,
) -> Result<Release, Fault> {
    let release = form.read()?;
    console.desk.release_case(&reviewer.proof, case, form.claim, release.clone()).await?;
    Ok(release)
}

impl GiveBack {
    fn read(&self) -> Result<Release, Fault> {
        let why = || words("words", &self.words);
        match self.how.as_str() {
            "leave" => Ok(Release::Leave),
            "skip" => Ok(Release::Skip(why()?)),
            "escalate" => {
                let urgency = Urgency::parse(&self.urgency).ok_or_else(|| wrong("urgency"))?;
                Ok(Release::Escalate { urgency, why: why()? })
            }
            "hand_over" => {
                let to: StaffId = self.to.parse().map_err(|_| wrong("to"))?;
                Ok(Release::HandOver { to, why: why()? })
            }
            _ => Err(wrong("how")),
        }
    }
}

/// Parses the case id in a path; 404 if it is none.
pub fn read(case: &str) -> Result<CaseId, Fault> {
    case.parse().map_err(|_| Fault::not_found())
}
