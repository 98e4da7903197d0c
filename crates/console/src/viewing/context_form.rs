//! `POST /console/cases/{case}/items/{item}/context`: opens the page of an item at its service.
//!
//! The answer is a page with a link, and no redirect: the opening is recorded before the address leaves
//! the desk, and the reviewer sees the host to which the link leads.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_model::{ContextUrl, MatchId};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::forms::read;
use crate::fault::{Fault, page};
use crate::field::wrong;
use crate::form::Form;
use crate::frame::Frame;
use crate::guard::Reviewer;

/// The page with the link.
#[derive(Debug, Template)]
#[template(path = "context.html")]
pub struct ContextPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The address: the target of the link, and no text of the page.
    pub url: &'a str,
    /// Its host, with the port if it has one.
    pub host: &'a str,
    /// Path of the page from which it was opened.
    pub back: String,
}

/// The form that opens the page: the claim that the reviewer's page showed, or the decision whose
/// second approver they are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenContextForm {
    #[serde(default)]
    claim: Option<u32>,
    #[serde(default)]
    decision: String,
}

/// Records the opening, and answers with the link.
pub async fn open(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path((case, item)): Path<(String, String)>,
    Form(form): Form<OpenContextForm>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let item: MatchId = item.parse().map_err(|_| Fault::not_found())?;
    let (opened, back): (Result<ContextUrl, _>, _) = if form.decision.is_empty() {
        let claim = form.claim.ok_or_else(|| wrong("claim"))?;
        let opened = console.desk.open_context(&reviewer.proof, case, claim, item).await;
        (opened, format!("/console/cases/{case}#item-{item}"))
    } else {
        let decision = form.decision.parse().map_err(|_| wrong("decision"))?;
        let opened = console.desk.open_context_as_approver(&reviewer.proof, decision, item).await;
        (opened, format!("/console/decisions/{decision}#item-{item}"))
    };
    let url = opened?;
    let frame = Frame::of(&reviewer.session).at("/console/queue");
    page(&ContextPage { frame: &frame, url: url.reveal(), host: url.host(), back })
}
