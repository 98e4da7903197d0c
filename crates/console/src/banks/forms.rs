//! `POST /console/disputes/{dispute}/settle`: a policy editor settles a dispute for the bank's
//! owner.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_desk::banks::settle_dispute::Settlement;
use mamori_desk::staff::member::PolicyEditor;
use mamori_model::{BankId, DisputeId};
use serde::Deserialize;

use crate::app::Console;
use crate::banks::page::HERE;
use crate::fault::Fault;
use crate::field::words;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Recent;

/// The form that settles a dispute.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// Id of the bank on whose page the form was.
    bank: String,
    settlement: String,
    words: String,
}

/// Settles the dispute, and redirects to the bank's page.
pub async fn settle(
    State(console): State<Console>,
    editor: Recent<PolicyEditor>,
    Path(dispute): Path<String>,
    Form(form): Form<Settle>,
) -> Result<Redirect, Fault> {
    let dispute: DisputeId = dispute.parse().map_err(|_| Fault::not_found())?;
    let bank: BankId = form.bank.parse().map_err(|_| wrong("bank"))?;
    let home = format!("{HERE}/{bank}");
    let settlement = match form.settlement.as_str() {
        "upheld" => Settlement::Upheld,
        "rejected" => Settlement::Rejected,
        _ => return Err(wrong("settlement").on_to(home)),
    };
    let note = words("words", &form.words).map_err(|fault| fault.on_to(home.clone()))?;
    let settled = console.desk.settle_dispute(&editor.proof, dispute, settlement, &note).await;
    settled.map_err(|error| Fault::from(error).on_to(home.clone()))?;
    Ok(Redirect::to(&home))
}
