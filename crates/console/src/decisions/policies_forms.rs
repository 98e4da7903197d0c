//! `POST /console/policies/{purpose}`: a policy editor puts a new version of a policy in force.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::staff::member::PolicyEditor;
use mamori_model::{Language, Policy, PolicyTexts, Purpose};
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::policies_page::PATH;
use crate::fault::Fault;
use crate::field::free_text;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Recent;

/// The form with the next version. Each text stands beside its language; an empty one means that the
/// version has no text in that language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewVersionForm {
    /// The version that the page showed. If another one is in force by now, the form is refused.
    after: u32,
    #[serde(default)]
    language: Vec<String>,
    #[serde(default)]
    wording: Vec<String>,
    severity: u8,
    evidence_days: u16,
}

impl NewVersionForm {
    /// Reads the texts; the fault names the field that is wrong.
    fn texts(&self) -> Result<PolicyTexts, Fault> {
        if self.language.len() != self.wording.len() {
            return Err(wrong("language"));
        }
        let mut texts = BTreeMap::new();
        for (language, text) in self.language.iter().zip(&self.wording) {
            let language = Language::parse(language).ok_or_else(|| wrong("language"))?;
            if text.trim().is_empty() {
                continue;
            }
            if texts.insert(language, free_text("wording", text)?).is_some() {
                return Err(wrong("language"));
            }
        }
        PolicyTexts::try_from(texts).map_err(|_| wrong("wording"))
    }
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
    if form.evidence_days > Policy::EVIDENCE_DAYS_MAX {
        return Err(wrong("evidence_days").with_link(back));
    }
    let texts = form.texts().map_err(|fault| fault.with_link(back.clone()))?;
    let new = NewPolicy {
        purpose,
        after: form.after,
        texts,
        severity: form.severity,
        evidence_days: form.evidence_days,
    };
    let changed = console.desk.change_policy(&editor.proof, new).await;
    changed.map_err(|error| Fault::from(error).with_link(back.clone()))?;
    Ok(Redirect::to(&back))
}
