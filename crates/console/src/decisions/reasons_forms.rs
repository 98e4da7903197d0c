//! `POST /console/reasons`: a lead replaces the saved reasons of one policy in one language.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::decisions::saved_reasons::NewSavedReasons;
use mamori_model::Line;
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::reasons_page::{LastForm, PATH, Params, answer, read};
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Lead;

/// The form with all reasons of the list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedReasonsForm {
    policy: String,
    language: String,
    /// The version of the list that the page showed.
    after: u32,
    /// The reasons in their order; empty ones are left out.
    #[serde(default)]
    reason: Vec<String>,
}

/// Stores the list, and redirects to it. If a reason is wrong, the page shows it.
pub async fn change(
    State(console): State<Console>,
    lead: Lead,
    Form(form): Form<SavedReasonsForm>,
) -> Result<Response, Fault> {
    let params = Params { policy: form.policy, language: form.language, saved: None };
    let (purpose, language) = read(&params, lead.session.staff.language)?;
    let written: Vec<String> =
        form.reason.into_iter().filter(|reason| !reason.trim().is_empty()).collect();
    let parsed: Vec<Result<Line, _>> = written.iter().map(|text| text.trim().parse()).collect();
    if let Some(nth) = parsed.iter().position(Result::is_err) {
        let fault = wrong("reason");
        let last_form = LastForm { reasons: written, fault, wrong: Some(nth) };
        return answer(&console, &lead, &params, Some(last_form)).await;
    }
    let reasons = parsed.into_iter().filter_map(Result::ok).collect();
    let new = NewSavedReasons { purpose, language, after: form.after, reasons };
    match console.desk.change_saved_reasons(&lead.proof, new).await {
        Ok(_) => {
            let (policy, language) = (purpose.as_str(), language.as_str());
            let to = format!("{PATH}?policy={policy}&language={language}&saved=yes");
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let fault = Fault::from(error);
            let last_form = LastForm { reasons: written, fault, wrong: None };
            answer(&console, &lead, &params, Some(last_form)).await
        }
    }
}
