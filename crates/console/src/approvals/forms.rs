//! `POST /console/changes/{request}/approve` and `…/refuse`, and
//! `POST /console/notices/{notice}/acknowledge`.

use axum::extract::{Path, State};
use axum::response::Redirect;
use mamori_desk::approvals::overseer::{Approver, Overseer};
use mamori_desk::staff::member::ChangeOverseer;
use mamori_model::{ApprovalId, NoticeId};
use serde::Deserialize;

use crate::app::Console;
use crate::approvals::page::PATH;
use crate::fault::Fault;
use crate::field::free_text;
use crate::form::{EmptyForm, Form};
use crate::guard::Recent;

/// The form that refuses a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseForm {
    text: String,
}

/// Approves the request, and redirects to the list.
pub async fn approve(
    State(console): State<Console>,
    who: Recent<ChangeOverseer>,
    Path(request): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let id: ApprovalId = request.parse().map_err(|_| Fault::not_found())?;
    let second = Approver::Staff(&who.proof, &who.recently);
    let done = console.desk.approve_request(second, id).await;
    done.map_err(|error| Fault::from(error).with_link(PATH))?;
    Ok(Redirect::to(&format!("{PATH}?done=approved")))
}

/// Refuses the request, and redirects to the list.
pub async fn refuse(
    State(console): State<Console>,
    who: Recent<ChangeOverseer>,
    Path(request): Path<String>,
    Form(form): Form<RefuseForm>,
) -> Result<Redirect, Fault> {
    let id: ApprovalId = request.parse().map_err(|_| Fault::not_found())?;
    let why = free_text("text", &form.text).map_err(|fault| fault.with_link(PATH))?;
    let refused = console.desk.refuse_request(Overseer::Staff(&who.proof), id, &why).await;
    refused.map_err(|error| Fault::from(error).with_link(PATH))?;
    Ok(Redirect::to(&format!("{PATH}?done=refused")))
}

/// Acknowledges the notice, and redirects to the list.
pub async fn acknowledge(
    State(console): State<Console>,
    who: Recent<ChangeOverseer>,
    Path(notice): Path<String>,
    Form(EmptyForm {}): Form<EmptyForm>,
) -> Result<Redirect, Fault> {
    let id: NoticeId = notice.parse().map_err(|_| Fault::not_found())?;
    let done = console.desk.acknowledge_notice(Overseer::Staff(&who.proof), id).await;
    done.map_err(|error| Fault::from(error).with_link(PATH))?;
    Ok(Redirect::to(&format!("{PATH}?done=acknowledged")))
}
