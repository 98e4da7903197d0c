//! `GET /console/bulk` and `GET /console/bulk/{bulk}`: one decision for many cases. What it affects,
//! and how many, is shown before anything is done.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::Error;
use mamori_desk::cases::account_alias::AccountAlias;
use mamori_desk::decisions::read_bulk::{BulkCase, BulkView};
use mamori_model::action::AccountMeasure;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::PageSize;
use mamori_model::{Approval, BulkId, CaseId, Decision, Line, Refusal, StaffId};
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::page as decision;
use crate::decisions::summary::{self, SummaryText};
use crate::decisions::views_box::{self, OpenRow, ViewsBox, open_rows};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::MessageId;
use crate::query::PageQuery;
use crate::query::cursor;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The aliases of the accounts of a list's cases.
type Aliases = BTreeMap<CaseId, AccountAlias>;

/// The maximum number of rows of a table.
const ROWS: u32 = 100;

/// Path of the list.
pub const PATH: &str = "/console/bulk";

/// The list of bulk decisions.
#[derive(Debug, Template)]
#[template(path = "bulks.html")]
pub struct BulksPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether the staff member may prepare one.
    pub may_prepare: bool,
    /// The bulk decisions, newest first.
    pub rows: Vec<Row>,
    /// Link to older ones.
    pub older: Option<String>,
}

/// A bulk decision in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the bulk decision.
    pub id: String,
    /// Time at which it was prepared.
    pub made: SafeHtml,
    /// Name of its policy.
    pub policy: MessageId,
    /// Name of its outcome.
    pub outcome: MessageId,
    /// Number of cases that it affects.
    pub cases: u64,
    /// Number of items that it affects.
    pub items: u64,
    /// Number of accounts on which it acts; `None` if it leaves them as they are.
    pub accounts: Option<u64>,
    /// Name of its state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
}

/// One bulk decision.
#[derive(Debug, Template)]
#[template(path = "bulk.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct BulkPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The fields that the list shows too.
    pub row: Row,
    /// Version of the policy under which it was prepared.
    pub version: u64,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// Display name of the reviewer who prepared it.
    pub made_by: SafeHtml,
    /// The second approver, or that it waits for one; `None` if it needs none.
    pub approver: Option<SafeHtml>,
    /// Time until which it can be confirmed; `None` if it is not waiting for that.
    pub until: Option<SafeHtml>,
    /// What it does, in sentences.
    pub summary: SummaryText,
    /// Label of the button that confirms it.
    pub confirm_act: String,
    /// Label of the button that approves it.
    pub approve_act: String,
    /// What undoing it would do, in sentences.
    pub undo_summary: SummaryText,
    /// Label of the button that undoes it.
    pub undo_act: String,
    /// Which items its author or its second approver still has to view.
    pub views: Option<ViewsBox>,
    /// These items, to be viewed on the page.
    pub open: Vec<OpenRow>,
    /// The cases of this page, oldest first.
    pub cases: Vec<CaseRow>,
    /// Link to more cases.
    pub more: Option<String>,
    /// Whether the staff member may confirm it.
    pub may_confirm: bool,
    /// Whether the staff member may discard it.
    pub may_drop: bool,
    /// Whether it waits for its second approver.
    pub is_proposed: bool,
    /// Whether the staff member may approve or refuse it as the second approver.
    pub is_approver: bool,
    /// Whether it can be approved already.
    pub may_approve: bool,
    /// Time from which it can be approved, if that is in the future.
    pub not_before: Option<SafeHtml>,
    /// Whether they must confirm their identity before that.
    pub must_prove: bool,
    /// Whether the staff member may undo it.
    pub may_undo: bool,
}

impl BulkPage<'_> {
    fn home(&self) -> String {
        format!("{PATH}/{}", self.row.id)
    }

    fn approve_act(&self) -> &str {
        &self.approve_act
    }
}

/// A case of a bulk decision.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// Id of the case.
    pub id: String,
    /// Name of its urgency.
    pub urgency: MessageId,
    /// Alias of its account in this list; `None` if the account is not known.
    pub account: Option<String>,
    /// Number of items.
    pub items: u64,
    /// Whether its decision is not proposed, and neither its author nor its approver viewed any item.
    pub is_unviewed: bool,
    /// Whether the case changed after the bulk decision was prepared.
    pub is_stale: bool,
    /// Name of the state of the case's decision, once the bulk decision is confirmed.
    pub state: Option<MessageId>,
}

/// Parameters in the query of the address: cursors of the lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
}

fn size() -> PageSize {
    PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT)
}

/// `GET /console/bulk`.
pub async fn list(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at(PATH);
    let before = cursor::<BulkId>(&params.before)?;
    let reviewer = session.member.reviewer();
    let bulks = match (session.member.records(), &reviewer) {
        (Some(records), _) => console.desk.bulk_records(&records, None, before, size()).await?,
        (None, Some(reviewer)) => console.desk.bulks(reviewer, None, before, size()).await?,
        (None, None) => return Err(Fault::not_found()),
    };
    page(&BulksPage {
        frame: &frame,
        may_prepare: reviewer.is_some(),
        rows: bulks.rows.iter().map(row).collect(),
        older: bulks.next.map(|next| format!("{PATH}?before={next}")),
    })
}

/// `GET /console/bulk/{bulk}`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    Path(bulk): Path<String>,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at(PATH);
    let id: BulkId = bulk.parse().map_err(|_| Fault::not_found())?;
    let (member, now) = (&session.member, console.desk.clock().now());
    let view = view(&console, member, id, cursor::<CaseId>(&params.after)?).await?;
    let bulk = &view.bulk;
    let listed = view.cases.rows.iter().map(|case| case.case.id);
    let aliases = console.desk.aliases_of_cases(member, &format!("bulk {id}"), listed).await?;
    let is_own = bulk.made_by == member.staff();
    let is_prepared = bulk.state == BulkState::Prepared;
    let not_before = bulk.approval.not_before().filter(|from| *from > now);
    let window = console.desk.settings().cases.undo_window;
    let messages = frame.messages;
    let is_approver = is_approver(&console, member, bulk).await?;
    let may_confirm = is_own && bulk.may_confirm(now).is_ok();
    let needed = match member.reviewer().filter(|_| is_approver || may_confirm) {
        Some(reviewer) => Some(console.desk.views_of_bulk(&reviewer, id).await?),
        None => None,
    };
    let how = session.staff.view;
    let waits = bulk.approval != Approval::None;
    let confirm_how = waits.then_some(summary::PROPOSE);
    let heading = summary::bulk_heading(bulk.state);
    let display_name = |who: StaffId| view.people.get(&who).map_or("–", Line::as_str);
    page(&BulkPage {
        frame: &frame,
        row: row(bulk),
        version: bulk.policy_version.into(),
        reason: show::prose(bulk.reason.as_str()),
        made_by: show::text(display_name(bulk.made_by)),
        approver: decision::approver_text(
            frame.messages,
            bulk.approval,
            bulk.approver_id.map(display_name).map(show::text),
        ),
        until: (bulk.state == BulkState::Prepared).then(|| show::time(bulk.expires_at)),
        summary: SummaryText::of(messages, &view.summary, heading),
        confirm_act: summary::act(messages, &view.summary, confirm_how),
        approve_act: summary::act(messages, &view.summary, Some(summary::APPROVE)),
        undo_summary: SummaryText::of(messages, &view.undo_summary, summary::UNDO_HEADING),
        undo_act: summary::act(messages, &view.undo_summary, Some(summary::UNDO)),
        views: needed.as_ref().map(|needed| {
            let rule = if is_approver {
                views_box::rule_of_approver(messages, needed.demand, bulk.approval)
            } else {
                views_box::rule_of_author(messages, needed.demand)
            };
            ViewsBox::new(messages, needed, rule)
        }),
        open: needed
            .map(|needed| open_rows(&needed, &bulk.id.to_string(), how))
            .unwrap_or_default(),
        cases: view.cases.rows.iter().map(|case| case_row(case, &aliases)).collect(),
        more: view.cases.next.map(|next| format!("{PATH}/{id}?after={next}")),
        may_confirm,
        may_drop: is_prepared && (is_own || member.lead().is_some()),
        is_proposed: bulk.state == BulkState::Proposed,
        is_approver,
        may_approve: not_before.is_none(),
        not_before: not_before.map(show::time),
        must_prove: member.recently(now).is_err(),
        may_undo: member.reviewer().is_some()
            && bulk.may_undo(member.roles(), member.staff(), now, window).is_ok(),
    })
}

/// Reads the bulk decision: any for leads and auditors, their own for other reviewers.
async fn view(
    console: &Console,
    member: &mamori_desk::Member,
    id: BulkId,
    after: Option<CaseId>,
) -> Result<BulkView, Error> {
    match (member.records(), member.reviewer()) {
        (Some(records), _) => console.desk.bulk_record(&records, id, after, size()).await,
        (None, Some(reviewer)) => console.desk.bulk(&reviewer, id, after, size()).await,
        (None, None) => Err(Error::NotFound("bulk decision")),
    }
}

/// Checks whether the staff member is the second approver, and records that they read it.
async fn is_approver(
    console: &Console,
    member: &mamori_desk::Member,
    bulk: &Bulk,
) -> Result<bool, Error> {
    let is_proposed = bulk.state == BulkState::Proposed;
    let Some(reviewer) = member.reviewer().filter(|_| is_proposed) else { return Ok(false) };
    match console.desk.open_bulk(&reviewer, bulk.id).await {
        Ok(()) => Ok(true),
        // Not the second approver, or a colleague resolved it a moment ago.
        Err(
            Error::NotFound(_)
            | Error::Refused(Refusal::ApproverIsAuthor | Refusal::AlreadyDecided),
        ) => Ok(false),
        Err(other) => Err(other),
    }
}

fn row(bulk: &Bulk) -> Row {
    Row {
        id: bulk.id.to_string(),
        made: show::time(bulk.made_at),
        policy: terms::purpose(bulk.purpose),
        outcome: terms::outcome(bulk.outcome),
        cases: bulk.cases.into(),
        items: bulk.items.into(),
        accounts: (bulk.measures.account != AccountMeasure::Leave).then(|| bulk.accounts.into()),
        state: terms::bulk_state(bulk.state),
        tone: tone(bulk.state),
    }
}

fn case_row(case: &BulkCase, aliases: &Aliases) -> CaseRow {
    CaseRow {
        id: case.case.id.to_string(),
        urgency: terms::urgency(case.case.urgency),
        account: aliases.get(&case.case.id).map(ToString::to_string),
        items: case.case.items.into(),
        is_unviewed: case.decision.as_ref().is_some_and(Decision::is_without_viewing),
        is_stale: case.is_stale,
        state: case.decision.as_ref().map(|decision| terms::decision_state(decision.state)),
    }
}

/// Returns the CSS class of a bulk decision's state. The name of the state is always shown beside
/// it.
pub fn tone(state: BulkState) -> &'static str {
    match state {
        BulkState::Prepared | BulkState::Proposed => " care",
        BulkState::Standing => " good",
        BulkState::Refused | BulkState::Undone | BulkState::Lapsed => "",
    }
}
