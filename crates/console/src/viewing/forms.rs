//! Views of items: each is recorded before the first byte is sent, lasts while the page keeps it
//! open, and shows one picture.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mamori_desk::viewing::open_view::RecordedView;
use mamori_model::{Clarity, MatchId, ViewId};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::forms::read;
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::{EmptyForm, Form};
use crate::guard::Reviewer;
use crate::query::PageQuery;
use crate::staff::sign_in_forms::json;

/// Why a reviewer may view an item: the claim that their page showed; if `decision` is not empty, the
/// decision whose second approver they are; if `bulk` is not empty, the bulk decision that they
/// prepared; if `dispute` is not empty, the dispute to which they may agree as a lead; if `choose` is
/// not empty, they choose cases for a bulk decision, and view only blurred.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ViewReason {
    claim: Option<u32>,
    decision: String,
    bulk: String,
    dispute: String,
    choose: String,
}

/// The form that begins a clear view.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeginViewForm {
    item: String,
    #[serde(default)]
    claim: Option<u32>,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    bulk: String,
    #[serde(default)]
    dispute: String,
}

/// `POST /console/cases/{case}/views`: begins a clear view; the answer has its id and the URL of
/// its picture, as JSON.
pub async fn begin(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<BeginViewForm>,
) -> Result<Response, Fault> {
    let by = ViewReason {
        claim: form.claim,
        decision: form.decision,
        bulk: form.bulk,
        dispute: form.dispute,
        choose: String::new(),
    };
    let item = form.item.parse().map_err(|_| wrong("item"))?;
    let view = open_view(&console, &reviewer, (&case, item), &by, Clarity::Clear).await?.view();
    Ok(json(format!("{{\"view\":\"{view}\",\"picture\":\"/console/views/{view}/picture\"}}")))
}

/// `GET /console/cases/{case}/items/{item}/blurred`: records a blurred view, and returns its
/// picture.
pub async fn blurred(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path((case, item)): Path<(String, String)>,
    PageQuery(by): PageQuery<ViewReason>,
) -> Result<Response, Fault> {
    let item = item.parse().map_err(|_| Fault::not_found())?;
    let opened = open_view(&console, &reviewer, (&case, item), &by, Clarity::Blurred).await?;
    picture(&console, &reviewer, opened).await
}

/// `GET /console/views/{view}/picture`: returns the picture of a view that has just begun, once.
pub async fn show(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(view): Path<String>,
) -> Result<Response, Fault> {
    let opened = console.desk.reopen_view(&reviewer.proof, view_id(&view)?).await?;
    picture(&console, &reviewer, opened).await
}

/// `POST /console/views/{view}/heartbeat`: keeps a view open. The page sends it every 5 seconds.
pub async fn heartbeat(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(view): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<StatusCode, Fault> {
    console.desk.view_heartbeat(&reviewer.proof, view_id(&view)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /console/views/{view}/close`: ends a view.
pub async fn close(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(view): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<StatusCode, Fault> {
    console.desk.close_view(&reviewer.proof, view_id(&view)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn open_view(
    console: &Console,
    reviewer: &Reviewer,
    (case, item): (&str, MatchId),
    by: &ViewReason,
    clarity: Clarity,
) -> Result<RecordedView, Fault> {
    let case = read(case)?;
    if !by.choose.is_empty() {
        return Ok(console.desk.open_view_to_choose(&reviewer.proof, case, item).await?);
    }
    if !by.bulk.is_empty() {
        let bulk = by.bulk.parse().map_err(|_| wrong("bulk"))?;
        let opened = console.desk.open_view_in_bulk(&reviewer.proof, bulk, (case, item), clarity);
        return Ok(opened.await?);
    }
    if !by.dispute.is_empty() {
        let lead = reviewer.proof.member().lead().ok_or_else(Fault::not_found)?;
        let dispute = by.dispute.parse().map_err(|_| wrong("dispute"))?;
        return Ok(console.desk.open_view_of_dispute(&lead, dispute, item, clarity).await?);
    }
    if by.decision.is_empty() {
        let claim = by.claim.ok_or_else(|| wrong("claim"))?;
        return Ok(console.desk.open_view(&reviewer.proof, case, claim, item, clarity).await?);
    }
    let decision = by.decision.parse().map_err(|_| wrong("decision"))?;
    Ok(console.desk.open_view_as_approver(&reviewer.proof, decision, item, clarity).await?)
}

async fn picture(
    console: &Console,
    reviewer: &Reviewer,
    opened: RecordedView,
) -> Result<Response, Fault> {
    let shown = console.desk.picture_for(opened, reviewer.session.staff.pictures.blur).await?;
    let headers: [(HeaderName, HeaderValue); 1] =
        [(CONTENT_TYPE, HeaderValue::from_static(shown.media_type))];
    Ok((headers, shown.file).into_response())
}

fn view_id(view: &str) -> Result<ViewId, Fault> {
    view.parse().map_err(|_| Fault::not_found())
}
