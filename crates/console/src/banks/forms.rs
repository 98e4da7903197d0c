//! `POST /console/disputes/{dispute}/resolve`: a policy editor resolves a dispute for the bank's
//! owner. `POST /console/disputes/{dispute}/agree`: a lead agrees to it.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_desk::banks::resolve_dispute::Resolution;
use mamori_desk::staff::member::{Lead, PolicyEditor};
use mamori_model::{BankId, DisputeId};
use serde::Deserialize;

use crate::app::Console;
use crate::banks::disputes_page;
use crate::banks::page::PATH;
use crate::fault::Fault;
use crate::field::free_text;
use crate::field::wrong;
use crate::form::{EmptyForm, Form};
use crate::guard::Recent;

/// The form that resolves a dispute.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveForm {
    /// Id of the bank on whose page the form was.
    bank: String,
    resolution: String,
    text: String,
}

/// Resolves the dispute, and redirects to the bank's page.
pub async fn resolve(
    State(console): State<Console>,
    editor: Recent<PolicyEditor>,
    Path(dispute): Path<String>,
    Form(form): Form<ResolveForm>,
) -> Result<Redirect, Fault> {
    let dispute: DisputeId = dispute.parse().map_err(|_| Fault::not_found())?;
    let bank: BankId = form.bank.parse().map_err(|_| wrong("bank"))?;
    let home = format!("{PATH}/{bank}");
    let resolution = match form.resolution.as_str() {
        "upheld" => Resolution::Upheld,
        "rejected" => Resolution::Rejected,
        _ => return Err(wrong("resolution").with_link(home)),
    };
    let note = free_text("text", &form.text).map_err(|fault| fault.with_link(home.clone()))?;
    let resolved = console.desk.resolve_dispute(&editor.proof, dispute, resolution, &note).await;
    resolved.map_err(|error| Fault::from(error).with_link(home.clone()))?;
    Ok(Redirect::to(&home))
}

/// Agrees to the dispute, and redirects to its page.
pub async fn agree(
    State(console): State<Console>,
    lead: Recent<Lead>,
    Path(dispute): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let dispute: DisputeId = dispute.parse().map_err(|_| Fault::not_found())?;
    let home = format!("{}/{dispute}", disputes_page::PATH);
    let agreed = console.desk.agree_dispute(&lead.proof, dispute).await;
    agreed.map_err(|error| Fault::from(error).with_link(home.clone()))?;
    Ok(Redirect::to(&home))
}
