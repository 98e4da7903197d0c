//! `POST /console/policies/{purpose}`: a policy editor puts a new version of a policy in force.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::staff::member::PolicyEditor;
use mamori_model::Purpose;
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::policies_page::PATH;
use crate::fault::Fault;
use crate::field::free_text;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Recent;

/// The form with the next version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewVersionForm {
    /// The version that the page showed. If another one is in force by now, the form is refused.
    after: u32,
    wording: String,
    severity: u8,
    evidence_days: u16,
}

/// Puts the version in force, and redirects to the policy.
pub async fn change(
    State(console): State<Console>,
    editor: Recent<PolicyEditor>,
    Path(purpose): Path<String>,
    Form(form): Form<NewVersionForm>,
) -> Result<Redirect, Fault> {
    let purpose: Purpose = purpose.parse().map_err(|_| Fault::not_found())?;
    let back = format!("{PATH}/{}", purpose.as_str());
    if form.evidence_days > mamori_model::Policy::EVIDENCE_DAYS_MAX {
        return Err(wrong("evidence_days").with_link(back));
    }
    let wording =
        free_text("wording", &form.wording).map_err(|fault| fault.with_link(back.clone()))?;
    let new = NewPolicy {
        purpose,
        after: form.after,
        wording,
        severity: form.severity,
        evidence_days: form.evidence_days,
    };
    let changed = console.desk.change_policy(&editor.proof, new).await;
    changed.map_err(|error| Fault::from(error).with_link(back.clone()))?;
    Ok(Redirect::to(&back))
}
