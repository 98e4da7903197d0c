//! `GET /console/changes`: changes that wait for a second actor, and changes that narrowed and that
//! another actor is to acknowledge.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::approvals::list_requests::WhichRequests;
use mamori_desk::approvals::overseer::Overseer;
use mamori_model::page::PageSize;
use mamori_model::{ApprovalId, ApprovalRequest, AuditActor, BankId, ChangeNotice, NoticeId};
use serde::Deserialize;

use crate::app::Console;
use crate::approvals::change_table::{ChangeTable, change_table};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::ChangeOverseer;
use crate::messages::{MessageId, Messages};
use crate::query::{PageQuery, cursor};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of a list.
const ROWS: u32 = 20;

/// Path of the page.
pub const PATH: &str = "/console/changes";

/// The page.
#[derive(Debug, Template)]
#[template(path = "changes.html")]
pub struct ChangesPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// What was just done.
    pub done: Option<MessageId>,
    /// The requests that wait, newest first.
    pub requests: Vec<RequestRow>,
    /// Link to older requests.
    pub more_requests: Option<String>,
    /// The notices that were not acknowledged, newest first.
    pub notices: Vec<NoticeRow>,
    /// Link to older notices.
    pub more_notices: Option<String>,
}

/// A change that waits.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// Id of the request.
    pub id: String,
    /// What is to be done, and why it needs a second actor.
    pub reasons: Vec<MessageId>,
    /// Id of what it is to be done to.
    pub target: String,
    /// Name of the bank that it concerns, and its id.
    pub bank: Option<BankLink>,
    /// The fields that change.
    pub table: ChangeTable,
    /// The change as JSON, without hashes.
    pub change: Option<SafeHtml>,
    /// Name of the kind of actor who requested it.
    pub actor_kind: MessageId,
    /// Name of the key.
    pub actor: Option<SafeHtml>,
    /// Id of the key: names need not differ.
    pub actor_id: Option<String>,
    /// Time of the request.
    pub requested: SafeHtml,
    /// Time until which it can be approved.
    pub until: SafeHtml,
    /// Time from which the requester can have it take effect alone.
    pub alone_from: SafeHtml,
    /// Whether it can still be approved.
    pub may_approve: bool,
}

/// A bank with a page.
#[derive(Clone, Debug)]
pub struct BankLink {
    /// Id of the bank.
    pub id: String,
    /// Its name; `None` once it is deleted.
    pub name: Option<SafeHtml>,
}

/// A change that narrowed.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// Id of the notice.
    pub id: String,
    /// What narrowed.
    pub what: MessageId,
    /// The bank.
    pub bank: BankLink,
    /// How often.
    pub times: u32,
    /// Name of the kind of actor who did it.
    pub actor_kind: MessageId,
    /// Name of the key.
    pub actor: Option<SafeHtml>,
    /// Id of the key: names need not differ.
    pub actor_id: Option<String>,
    /// Time of the last change.
    pub last: SafeHtml,
}

/// Parameters in the query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    before: String,
    notices: String,
    done: String,
}

/// `GET /console/changes`.
pub async fn show(
    State(console): State<Console>,
    who: ChangeOverseer,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.session).at(PATH);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let (desk, overseer) = (&console.desk, Overseer::Staff(&who.proof));
    let before = cursor::<ApprovalId>(&params.before)?;
    let requests = desk.approval_requests(overseer, WhichRequests::Waiting, before, size).await?;
    let notices = desk.change_notices(overseer, cursor::<NoticeId>(&params.notices)?, size).await?;
    let now = desk.clock().now();
    let directory = desk.directory();
    let link = |id: BankId| BankLink {
        id: id.to_string(),
        name: directory.bank(id).map(|bank| show::text(bank.name.as_str())),
    };
    page(&ChangesPage {
        frame: &frame,
        done: done(&params.done)?,
        requests: requests
            .rows
            .iter()
            .map(|request| RequestRow {
                bank: request.bank.map(|at| link(at.bank)),
                may_approve: request.agree_until > now,
                ..request_row(frame.messages, request)
            })
            .collect(),
        more_requests: requests.next.map(|next| format!("{PATH}?before={next}")),
        notices: notices.rows.iter().map(|notice| notice_row(notice, link(notice.bank))).collect(),
        more_notices: notices.next.map(|next| format!("{PATH}?notices={next}")),
    })
}

fn done(word: &str) -> Result<Option<MessageId>, Fault> {
    match word {
        "" => Ok(None),
        "approved" => Ok(Some(MessageId("changes-approved"))),
        "refused" => Ok(Some(MessageId("changes-refused"))),
        "acknowledged" => Ok(Some(MessageId("changes-acknowledged"))),
        _ => Err(Fault::not_found()),
    }
}

/// Returns the row of a request, without its bank, as one that can no longer be approved.
pub fn request_row(messages: Messages, request: &ApprovalRequest) -> RequestRow {
    let change = request.change.as_deref();
    RequestRow {
        id: request.id.to_string(),
        reasons: request.reasons.iter().copied().map(terms::change_reason).collect(),
        target: request.target.as_str().to_owned(),
        bank: None,
        table: change
            .map(|change| change_table(messages, request.verb, change))
            .unwrap_or_default(),
        change: change.map(show::text),
        actor_kind: terms::actor_kind(&request.requested_by),
        actor: actor(&request.requested_by),
        actor_id: request.requested_by.id(),
        requested: show::time(request.requested_at),
        until: show::time(request.agree_until),
        alone_from: show::time(request.alone_from),
        may_approve: false,
    }
}

/// Returns the row of a notice.
pub fn notice_row(notice: &ChangeNotice, bank: BankLink) -> NoticeRow {
    NoticeRow {
        id: notice.id.to_string(),
        what: terms::narrowing(notice.what),
        bank,
        times: notice.times,
        actor_kind: terms::actor_kind(&notice.actor),
        actor: actor(&notice.actor),
        actor_id: notice.actor.id(),
        last: show::time(notice.last_at),
    }
}

fn actor(actor: &AuditActor) -> Option<SafeHtml> {
    actor.name().map(show::text)
}
