//! The forms of bulk decisions: prepare, confirm, discard, approve, refuse, undo.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_model::{BulkId, CaseId, Outcome};
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::bulk_page::PATH;
use crate::decisions::decide_forms::MeasureFields;
use crate::decisions::forms::ReasonForm;
use crate::fault::Fault;
use crate::field::free_text;
use crate::field::wrong;
use crate::form::{EmptyForm, Form};
use crate::guard::{Approver, Reviewer};

/// The form that prepares one decision for many cases. `case` is empty if no case was ticked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBulkForm {
    #[serde(default)]
    case: Vec<String>,
    outcome: String,
    reason: String,
    #[serde(default)]
    items: String,
    #[serde(default)]
    countries: String,
    #[serde(default)]
    items_until: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    feature: String,
    #[serde(default)]
    feature_until: String,
    #[serde(default)]
    feature_back: String,
    #[serde(default)]
    suspend_until: String,
}

/// `POST /console/bulk`: prepares a bulk decision, and redirects to the page that shows what it
/// affects.
pub async fn prepare(
    State(console): State<Console>,
    reviewer: Reviewer,
    Form(form): Form<NewBulkForm>,
) -> Result<Redirect, Fault> {
    let case = |text: &String| text.parse::<CaseId>().map_err(|_| wrong("case"));
    let cases: BTreeSet<CaseId> = form.case.iter().map(case).collect::<Result<_, _>>()?;
    let fields = MeasureFields {
        items: &form.items,
        countries: &form.countries,
        items_until: &form.items_until,
        account: &form.account,
        feature: &form.feature,
        feature_until: &form.feature_until,
        feature_back: &form.feature_back,
        suspend_until: &form.suspend_until,
    };
    let new = NewBulk {
        cases,
        outcome: Outcome::parse(&form.outcome).ok_or_else(|| wrong("outcome"))?,
        reason: free_text("reason", &form.reason)?,
        measures: fields.measures()?,
    };
    let bulk = console.desk.prepare(&reviewer.proof, new).await;
    let bulk = bulk.map_err(|error| Fault::from(error).with_link("/console/bulk/new"))?;
    Ok(to(bulk.id))
}

/// `POST /console/bulk/{bulk}/confirm`: confirms a prepared bulk decision.
pub async fn confirm(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(bulk): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let bulk = read(&bulk)?;
    console.desk.confirm(&reviewer.proof, bulk).await.map_err(|error| back(error, bulk))?;
    Ok(to(bulk))
}

/// `POST /console/bulk/{bulk}/drop`: discards a prepared bulk decision.
pub async fn drop(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(bulk): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let bulk = read(&bulk)?;
    console.desk.drop_bulk(&reviewer.proof, bulk).await.map_err(|error| back(error, bulk))?;
    Ok(to(bulk))
}

/// `POST /console/bulk/{bulk}/approve`: approves a bulk decision as the second approver.
pub async fn approve(
    State(console): State<Console>,
    approver: Approver,
    Path(bulk): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let bulk = read(&bulk)?;
    let done = console.desk.approve_bulk(&approver.proof, &approver.recently, bulk).await;
    done.map_err(|error| back(error, bulk))?;
    Ok(to(bulk))
}

/// `POST /console/bulk/{bulk}/refuse`: refuses a bulk decision as the second approver.
pub async fn refuse(
    State(console): State<Console>,
    approver: Approver,
    Path(bulk): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Redirect, Fault> {
    let bulk = read(&bulk)?;
    let why = free_text("text", &form.text)?;
    let refused = console.desk.refuse_bulk(&approver.proof, &approver.recently, bulk, &why).await;
    refused.map_err(|error| back(error, bulk))?;
    Ok(to(bulk))
}

/// `POST /console/bulk/{bulk}/undo`: undoes a bulk decision as a whole.
pub async fn undo(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(bulk): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Redirect, Fault> {
    let bulk = read(&bulk)?;
    let why = free_text("text", &form.text)?;
    let undone = console.desk.undo_bulk(&reviewer.proof, bulk, &why).await;
    undone.map_err(|error| back(error, bulk))?;
    Ok(to(bulk))
}

fn read(bulk: &str) -> Result<BulkId, Fault> {
    bulk.parse().map_err(|_| Fault::not_found())
}

fn to(bulk: BulkId) -> Redirect {
    Redirect::to(&format!("{PATH}/{bulk}"))
}

fn back(error: mamori_desk::Error, bulk: BulkId) -> Fault {
    match Fault::from(error) {
        // Unknown and forbidden look alike: no link leads back to the bulk decision.
        fault if fault.status() == StatusCode::NOT_FOUND => fault,
        fault => fault.with_link(format!("{PATH}/{bulk}")),
    }
}
