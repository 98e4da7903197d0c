//! The forms of a case: claim it, extend the claim, return it, write a note.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::cases::release_case::Release;
use mamori_model::{CaseId, StaffId, Urgency};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::CaseInput;
use crate::cases::page::CaseParams;
use crate::cases::page::LastForm;
use crate::cases::page::answer;
use crate::cases::queue_forms::parse_queue;
use crate::cases::queue_forms::redirect_to_next;
use crate::cases::queue_forms::with_queue;
use crate::fault::Fault;
use crate::field::{free_text, use_saved_if_empty, wrong};
use crate::form::Form;
use crate::guard::Reviewer;

/// `POST /console/cases/{case}/claim`: claims a case. The form also carries what an earlier form
/// contained that failed because its claim had lapsed; the page shows it again.
pub async fn claim(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(input): Form<CaseInput>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = parse_queue("queue", &input.queue)?;
    match console.desk.claim_case(&reviewer.proof, case).await {
        Ok(_) if input.is_empty() => {
            Ok(Redirect::to(&with_queue(queue, &format!("/console/cases/{case}"))).into_response())
        }
        // The text does not fit into a URL, so the answer is the page itself and not a redirect.
        Ok(_) => {
            let last_form = LastForm { input, ..LastForm::default() };
            answer(&console, &reviewer.session, case, &CaseParams::default(), last_form).await
        }
        Err(error) => {
            let last_form = LastForm { input, fault: Some(error.into()), form: "" };
            answer_with_fault(&console, &reviewer, case, last_form).await
        }
    }
}

/// Returns the case's page with all the text that the reviewer entered and with the reason why the
/// form failed. If there is no text and no field to be mended, returns the fault, with a link to the
/// queue.
pub(super) async fn answer_with_fault(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    mut last_form: LastForm,
) -> Result<Response, Fault> {
    let is_at_field = last_form.fault.as_ref().is_some_and(|fault| fault.field().is_some());
    if last_form.input.is_empty() && !is_at_field {
        let fault = last_form.fault.take().unwrap_or_else(Fault::not_found);
        return Err(fault.with_link("/console/queue"));
    }
    answer(console, &reviewer.session, case, &CaseParams::default(), last_form).await
}

/// The form that extends a claim. `claim` is the number of the claim for which the page was made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtendClaimForm {
    claim: u32,
}

/// `POST /console/cases/{case}/extend-claim`: extends the claim. A script sends it while the
/// reviewer works on the page.
pub async fn extend_claim(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<ExtendClaimForm>,
) -> Result<StatusCode, Fault> {
    console.desk.extend_claim(&reviewer.proof, read(&case)?, form.claim).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The form that writes a note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    claim: u32,
    text: String,
    #[serde(default)]
    queue: String,
}

/// `POST /console/cases/{case}/note`: adds a note to the history of the case.
pub async fn note(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = parse_queue("queue", &form.queue)?;
    let noted = match free_text("text", &form.text) {
        Ok(text) => {
            let noted = console.desk.note_case(&reviewer.proof, case, form.claim, &text).await;
            noted.map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    match noted {
        Ok(()) => {
            Ok(Redirect::to(&with_queue(queue, &format!("/console/cases/{case}"))).into_response())
        }
        Err(fault) => {
            let input = CaseInput { text: form.text, queue: form.queue, ..CaseInput::default() };
            let last_form = LastForm { input, fault: Some(fault), form: "note" };
            answer_with_fault(&console, &reviewer, case, last_form).await
        }
    }
}

/// The form that returns a case to the queue, escalates it, or hands it over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseForm {
    claim: u32,
    how: String,
    #[serde(default)]
    text: String,
    /// A saved reason that the reviewer chose; it counts where `text` is empty.
    #[serde(default)]
    saved: String,
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
    Form(mut form): Form<ReleaseForm>,
) -> Result<Response, Fault> {
    use_saved_if_empty(&mut form.text, &form.saved);
    let case = read(&case)?;
    let queue = parse_queue("queue", &form.queue)?;
    match apply_release(&console, &reviewer, case, &form).await {
        Ok(Release::Leave) => Ok(Redirect::to("/console/queue").into_response()),
        Ok(_) => {
            let next = redirect_to_next(&console.desk, &reviewer.proof, queue, None).await?;
            Ok(next.into_response())
        }
        Err(fault) => {
            let name = form.name();
            let input = CaseInput { text: form.text, queue: form.queue, ..CaseInput::default() };
            let last_form = LastForm { input, fault: Some(fault), form: name };
            answer_with_fault(&console, &reviewer, case, last_form).await
        }
    }
}

async fn apply_release(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    form: &ReleaseForm,
) -> Result<Release, Fault> {
    let release = form.read()?;
    console.desk.release_case(&reviewer.proof, case, form.claim, release.clone()).await?;
    Ok(release)
}

impl ReleaseForm {
    /// Returns the name of the form on the page: there is one for each way to return the case.
    fn name(&self) -> &'static str {
        match self.how.as_str() {
            "skip" => "skip",
            "escalate" => "escalate",
            "hand_over" => "hand_over",
            _ => "",
        }
    }

    fn read(&self) -> Result<Release, Fault> {
        let why = || free_text("text", &self.text);
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
