//! The forms of bulk decisions: prepare, confirm, discard, approve, refuse, undo.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Error;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_model::{BulkId, CaseId, Outcome, Refusal};
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::bulk_new_page::{BulkInput, answer};
use crate::decisions::bulk_page::PATH;
use crate::decisions::decide_forms::MeasureFields;
use crate::decisions::forms::ReasonForm;
use crate::fault::Fault;
use crate::field::{free_text, use_saved_if_empty, wrong};
use crate::form::{EmptyForm, Form};
use crate::guard::{Approver, Reviewer};

/// Path of the page with the form.
const NEW: &str = "/console/bulk/new";

/// The form that prepares one decision for many cases. `case` is empty if no case was ticked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBulkForm {
    #[serde(default)]
    case: Vec<String>,
    outcome: String,
    reason: String,
    /// A saved reason that the reviewer chose; it counts where `reason` is empty.
    #[serde(default)]
    saved: String,
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
    /// The list from which the cases were chosen, as in the address of its page.
    #[serde(default)]
    like: String,
    #[serde(default)]
    policy: String,
}

impl NewBulkForm {
    fn read(&self) -> Result<NewBulk, Fault> {
        let case = |text: &String| text.parse::<CaseId>().map_err(|_| wrong("case"));
        let fields = MeasureFields {
            items: &self.items,
            countries: &self.countries,
            items_until: &self.items_until,
            account: &self.account,
            feature: &self.feature,
            feature_until: &self.feature_until,
            feature_back: &self.feature_back,
            suspend_until: &self.suspend_until,
        };
        Ok(NewBulk {
            cases: self.case.iter().map(case).collect::<Result<_, _>>()?,
            outcome: Outcome::parse(&self.outcome).ok_or_else(|| wrong("outcome"))?,
            reason: free_text("reason", &self.reason)?,
            measures: fields.measures()?,
        })
    }

    fn input(self) -> BulkInput {
        BulkInput {
            like: self.like,
            policy: self.policy,
            cases: self.case.into_iter().collect(),
            outcome: self.outcome,
            reason: self.reason,
            items: self.items,
            countries: self.countries,
            items_until: self.items_until,
            account: self.account,
            feature: self.feature,
            feature_until: self.feature_until,
            feature_back: self.feature_back,
            suspend_until: self.suspend_until,
        }
    }
}

/// Returns the field that is the cause of a refusal, if there is one.
fn field_of(refusal: Refusal) -> Option<&'static str> {
    let fields = [
        (Refusal::BulkEmpty, "case"),
        (Refusal::BulkTooLarge, "case"),
        (Refusal::BulkMixed, "case"),
        (Refusal::BulkUrgent, "case"),
        (Refusal::NoMeasure, "items"),
        (Refusal::NoAccount, "account"),
        (Refusal::MeasureWithoutViolation, "outcome"),
    ];
    fields.into_iter().find(|(of, _)| *of == refusal).map(|(_, field)| field)
}

/// `POST /console/bulk`: prepares a bulk decision, and redirects to the page that shows what it
/// affects. If nothing was prepared, returns the same page with what the reviewer entered.
pub async fn prepare(
    State(console): State<Console>,
    reviewer: Reviewer,
    Form(mut form): Form<NewBulkForm>,
) -> Result<Response, Fault> {
    use_saved_if_empty(&mut form.reason, &form.saved);
    let new = match form.read() {
        Ok(new) => new,
        Err(fault) => return shown_again(&console, &reviewer, form, fault).await,
    };
    match console.desk.prepare(&reviewer.proof, new).await {
        Ok(bulk) => Ok(to(bulk.id).into_response()),
        Err(Error::Refused(refusal)) => {
            let fault = match field_of(refusal) {
                Some(field) => Fault::from(refusal).about(field),
                None => refusal.into(),
            };
            shown_again(&console, &reviewer, form, fault).await
        }
        Err(other) => Err(Fault::from(other).with_link(NEW)),
    }
}

/// Returns the page with the form that failed, or the fault alone if its list cannot be read.
async fn shown_again(
    console: &Console,
    reviewer: &Reviewer,
    form: NewBulkForm,
    fault: Fault,
) -> Result<Response, Fault> {
    let answered = answer(console, reviewer, form.input(), Some(fault.clone())).await;
    answered.map_err(|_| fault.with_link(NEW))
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

fn back(error: Error, bulk: BulkId) -> Fault {
    match Fault::from(error) {
        // Unknown and forbidden look alike: no link leads back to the bulk decision.
        fault if fault.status() == StatusCode::NOT_FOUND => fault,
        fault => fault.with_link(format!("{PATH}/{bulk}")),
    }
}
