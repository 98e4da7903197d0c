//! The forms that lower the urgency of a case, and that agree to a proposal or refuse it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_model::{CaseId, Urgency};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::forms::{answer_with_fault, read};
use crate::cases::page::{CaseInput, LastForm};
use crate::cases::queue_forms::{parse_queue, with_queue};
use crate::fault::Fault;
use crate::field::{free_text, wrong};
use crate::form::{EmptyForm, Form};
use crate::guard::{Approver, Reviewer};

/// The form that lowers the urgency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowerForm {
    claim: u32,
    urgency: String,
    text: String,
    #[serde(default)]
    queue: String,
}

/// `POST /console/cases/{case}/lower-urgency`: lowers the urgency, or proposes it, and redirects to
/// the page of the case.
pub async fn lower(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<LowerForm>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = parse_queue("queue", &form.queue)?;
    match apply(&console, &reviewer, case, &form).await {
        Ok(()) => {
            Ok(Redirect::to(&with_queue(queue, &format!("/console/cases/{case}"))).into_response())
        }
        Err(fault) => {
            let input = CaseInput { text: form.text, queue: form.queue, ..CaseInput::default() };
            let last_form = LastForm { input, fault: Some(fault), form: "lower" };
            answer_with_fault(&console, &reviewer, case, last_form).await
        }
    }
}

async fn apply(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    form: &LowerForm,
) -> Result<(), Fault> {
    let urgency = Urgency::parse(&form.urgency).ok_or_else(|| wrong("urgency"))?;
    let why = free_text("text", &form.text)?;
    console.desk.lower_urgency(&reviewer.proof, case, form.claim, urgency, &why).await?;
    Ok(())
}

/// `POST /console/cases/{case}/lowering/agree`: agrees to lower the urgency, and redirects to the page
/// of the case.
pub async fn agree(
    State(console): State<Console>,
    approver: Approver,
    Path(case): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let case = read(&case)?;
    let home = format!("/console/cases/{case}");
    let agreed = console.desk.agree_to_lowering(&approver.proof, &approver.recently, case).await;
    agreed.map_err(|error| Fault::from(error).with_link(home.clone()))?;
    Ok(Redirect::to(&home))
}

/// The form that refuses a proposal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseForm {
    text: String,
}

/// `POST /console/cases/{case}/lowering/refuse`: the urgency stays; redirects to the page of the case.
pub async fn refuse(
    State(console): State<Console>,
    approver: Approver,
    Path(case): Path<String>,
    Form(form): Form<RefuseForm>,
) -> Result<Redirect, Fault> {
    let case = read(&case)?;
    let home = format!("/console/cases/{case}");
    let why = free_text("text", &form.text).map_err(|fault| fault.with_link(home.clone()))?;
    let desk = &console.desk;
    let refused = desk.refuse_lowering(&approver.proof, &approver.recently, case, &why).await;
    refused.map_err(|error| Fault::from(error).with_link(home.clone()))?;
    Ok(Redirect::to(&home))
}
