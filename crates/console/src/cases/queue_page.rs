//! `GET /console/queue`: the open cases, counted by policy and urgency.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use mamori_desk::Paced;
use mamori_desk::cases::pace_limit::PaceReached;
use mamori_desk::cases::queue::QueueView;
use mamori_model::case::Lowering;
use mamori_model::{CaseState, Level, Purpose, Urgency};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::CaseParams;
use crate::cases::page::PreviousDecision;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Reviewer;
use crate::messages::MessageId;
use crate::query::PageQuery;
use crate::show::{self, SafeHtml};
use crate::staff::assignment::LimitedTo;
use crate::terms;

/// The queue.
#[derive(Debug, Template)]
#[template(path = "queue.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct QueuePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The decision that the reviewer made a moment ago.
    pub previous: Option<PreviousDecision>,
    /// Whether the reviewer just requested a case and there was none for them.
    pub is_empty_now: bool,
    /// Id of the case that the reviewer has claimed.
    pub claimed_case: Option<String>,
    /// The pace limit that the reviewer has reached.
    pub limit: Option<LimitNotice>,
    /// Whether the reader may list the undecided cases.
    pub may_list: bool,
    /// The services and policies to which the reader is limited.
    pub limited_to: Option<LimitedTo>,
    /// The open cases, most urgent first.
    pub rows: Vec<Row>,
    /// Number of open cases, without those in bulk decisions.
    pub total: u64,
    /// Proposals to lower the urgency of a case, for those who act as a lead, the oldest first.
    pub lowerings: Vec<LoweringRow>,
    /// Whether cases wait for a lead although no staff member is one.
    pub is_lead_missing: bool,
    /// Whether reviewers decide without pictures because no policy keeps any; said to leads only.
    pub is_without_pictures: bool,
    /// Number of cases whose decision waits for a second approver.
    pub proposed: u64,
    /// Number of cases in bulk decisions that are not resolved.
    pub in_bulk: u64,
    /// Number of undecided cases, in the queue and elsewhere, of services that are leaving.
    pub of_leaving: u64,
}

/// A pace limit that the reviewer has reached.
#[derive(Clone, Debug)]
pub struct LimitNotice {
    /// Which limit; the time follows the message.
    pub what: MessageId,
    /// From when the reviewer may claim a case again.
    pub until: SafeHtml,
}

/// A proposal to lower the urgency of a case.
#[derive(Clone, Debug)]
pub struct LoweringRow {
    /// Id of the case.
    pub case: String,
    /// Name of the urgency that it is to have.
    pub to: MessageId,
    /// Time of the proposal.
    pub at: SafeHtml,
}

/// The open cases of one policy, urgency and level.
#[derive(Clone, Debug)]
pub struct Row {
    /// The word of the policy, for the form.
    pub purpose: &'static str,
    /// Name of the policy.
    pub policy: MessageId,
    /// Name of the urgency.
    pub urgency: MessageId,
    /// Whether a child may be in danger now.
    pub is_urgent: bool,
    /// Whether only a lead may claim them.
    pub is_for_leads: bool,
    /// Whether this reviewer may claim one.
    pub may_claim: bool,
    /// Number of cases.
    pub cases: u64,
    /// How long ago the oldest one was opened.
    pub oldest: SafeHtml,
}

/// Parameters in the query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Present if the reviewer just requested a case and there was none for them.
    #[serde(default)]
    none: Option<String>,
    /// The decision that the reviewer made a moment ago.
    #[serde(default)]
    after: Option<String>,
    /// What became of it: `decided` or `proposed`.
    #[serde(default)]
    then: Option<String>,
}

/// `GET /console/queue`.
pub async fn show(
    State(console): State<Console>,
    reviewer: Reviewer,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reviewer.session).at("/console/queue");
    let view = console.desk.queue(&reviewer.proof).await?;
    let params_of_case =
        CaseParams { items: None, after: params.after, then: params.then, ..CaseParams::default() };
    let may_lead =
        reviewer.session.member.roles().is_lead() || console.desk.settings().is_single_person;
    let mut queue = drawn(&frame, &view, (may_lead, console.desk.clock().now()));
    queue.previous = params_of_case.previous_decision();
    queue.is_empty_now = params.none.is_some();
    queue.may_list = reviewer.session.member.records().is_some();
    if reviewer.proof.assignment().is_limited() {
        let services = console.desk.services_for_staff(&reviewer.session.member).await?;
        queue.limited_to = LimitedTo::of(reviewer.proof.assignment(), &services);
    }
    page(&queue)
}

fn limit_notice(reached: PaceReached) -> LimitNotice {
    let what = match reached.what {
        Paced::Claims => MessageId("queue-claim-limit"),
        Paced::Leaves => MessageId("queue-leave-limit"),
    };
    LimitNotice { what, until: show::time(reached.until) }
}

fn lowering(lowering: &Lowering) -> LoweringRow {
    LoweringRow {
        case: lowering.case.to_string(),
        to: terms::urgency(lowering.to),
        at: show::time(lowering.at),
    }
}

/// Number of open cases, and the time at which the oldest was opened.
type OpenCounts = BTreeMap<(Urgency, Purpose, Level), (u64, Timestamp)>;

fn drawn<'a>(
    frame: &'a Frame,
    view: &QueueView,
    (may_lead, now): (bool, Timestamp),
) -> QueuePage<'a> {
    let mut waiting = OpenCounts::new();
    let (mut proposed, mut in_bulk) = (0, 0);
    for count in &view.counts {
        if count.is_in_bulk {
            in_bulk += count.cases;
        } else if count.state == CaseState::Proposed {
            proposed += count.cases;
        } else {
            let key = (count.urgency, count.purpose, count.level);
            let (cases, oldest) = waiting.entry(key).or_insert((0, count.oldest));
            *cases += count.cases;
            *oldest = (*oldest).min(count.oldest);
        }
    }
    let row = |(&(urgency, purpose, level), &(cases, oldest)): (&_, &(u64, Timestamp))| Row {
        purpose: Purpose::as_str(purpose),
        policy: terms::purpose(purpose),
        urgency: terms::urgency(urgency),
        is_urgent: urgency == Urgency::ChildInDanger,
        is_for_leads: level == Level::Lead,
        may_claim: level == Level::Reviewer || may_lead,
        cases,
        oldest: show::age(frame.messages, oldest, now),
    };
    QueuePage {
        frame,
        previous: None,
        is_empty_now: false,
        may_list: false,
        limited_to: None,
        limit: view.pace_reached.map(limit_notice),
        claimed_case: view.claimed.as_ref().map(|case| case.id.to_string()),
        total: waiting.values().map(|(cases, _)| cases).sum(),
        rows: waiting.iter().map(row).collect(),
        lowerings: view.lowerings.iter().map(lowering).collect(),
        is_lead_missing: view.is_lead_missing,
        is_without_pictures: view.is_without_pictures,
        proposed,
        in_bulk,
        of_leaving: view.of_leaving_services,
    }
}
