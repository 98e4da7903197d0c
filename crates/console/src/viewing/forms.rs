//! Views of items: each is recorded before the first byte is sent, lasts while the page keeps it
//! open, and shows one picture.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mamori_desk::viewing::open_look::Looked;
use mamori_model::{Clarity, LookId, MatchId};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::forms::read;
use crate::fault::Fault;
use crate::field::wrong;
use crate::form::Form;
use crate::guard::Reviewer;
use crate::query::Asked;
use crate::staff::sign_in_forms::Nothing;
use crate::staff::sign_in_forms::json;

/// Why a reviewer may view an item: the claim that their page showed, or, if `decision` is not
/// empty, the decision whose second person they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct By {
    claim: Option<u32>,
    decision: String,
}

/// The form that begins a clear view.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    item: String,
    #[serde(default)]
    claim: Option<u32>,
    #[serde(default)]
    decision: String,
}

/// `POST /console/cases/{case}/looks`: begins a clear view; the answer has its id and the URL of
/// its picture, as JSON.
pub async fn begin(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Begin>,
) -> Result<Response, Fault> {
    let by = By { claim: form.claim, decision: form.decision };
    let item = form.item.parse().map_err(|_| wrong("item"))?;
    let look = look(&console, &reviewer, (&case, item), &by, Clarity::Clear).await?.look();
    Ok(json(format!("{{\"look\":\"{look}\",\"picture\":\"/console/looks/{look}/picture\"}}")))
}

/// `GET /console/cases/{case}/items/{item}/veiled`: records a blurred view, and returns its
/// picture.
pub async fn veiled(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path((case, item)): Path<(String, String)>,
    Asked(by): Asked<By>,
) -> Result<Response, Fault> {
    let item = item.parse().map_err(|_| Fault::not_found())?;
    let looked = look(&console, &reviewer, (&case, item), &by, Clarity::Veiled).await?;
    picture(&console, looked).await
}

/// `GET /console/looks/{look}/picture`: returns the picture of a view that has just begun, once.
pub async fn show(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(look): Path<String>,
) -> Result<Response, Fault> {
    let looked = console.desk.reopen_look(&reviewer.proof, of(&look)?).await?;
    picture(&console, looked).await
}

/// `POST /console/looks/{look}/keep`: keeps a view open. The page sends it every 5 seconds.
pub async fn keep(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(look): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<StatusCode, Fault> {
    console.desk.keep_look(&reviewer.proof, of(&look)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /console/looks/{look}/close`: ends a view.
pub async fn close(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(look): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<StatusCode, Fault> {
    console.desk.close_look(&reviewer.proof, of(&look)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn look(
    console: &Console,
    reviewer: &Reviewer,
    (case, item): (&str, MatchId),
    by: &By,
    clarity: Clarity,
) -> Result<Looked, Fault> {
    let case = read(case)?;
    if by.decision.is_empty() {
        let claim = by.claim.ok_or_else(|| wrong("claim"))?;
        return Ok(console.desk.look(&reviewer.proof, case, claim, item, clarity).await?);
    }
    let decision = by.decision.parse().map_err(|_| wrong("decision"))?;
    Ok(console.desk.look_again(&reviewer.proof, decision, item, clarity).await?)
}

async fn picture(console: &Console, looked: Looked) -> Result<Response, Fault> {
    let shown = console.desk.picture(looked).await?;
    let headers: [(HeaderName, HeaderValue); 1] =
        [(CONTENT_TYPE, HeaderValue::from_static(shown.media_type))];
    Ok((headers, shown.file).into_response())
}

fn of(look: &str) -> Result<LookId, Fault> {
    look.parse().map_err(|_| Fault::not_found())
}
