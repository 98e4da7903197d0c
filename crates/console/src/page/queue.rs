//! `GET /console/queue`: what waits to be decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use mamori_desk::queue::QueueView;
use mamori_model::{CaseState, Level, Purpose, Urgency};
use serde::Deserialize;

use super::Asked;
use super::case::{Before, Way};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Reviewer;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// The queue.
#[derive(Debug, Template)]
#[template(path = "queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What was decided a moment ago.
    pub before: Option<Before>,
    /// Whether somebody just asked for a case and got none.
    pub is_empty_now: bool,
    /// The case that they have in hand.
    pub mine: Option<String>,
    /// What waits, the most urgent first.
    pub rows: Vec<Row>,
    /// How many cases wait.
    pub total: u64,
    /// Whether what waits for a lead waits for nobody: no lead is there.
    pub is_lead_missing: bool,
    /// How many wait for a second person.
    pub proposed: u64,
    /// How many wait in a bulk decision.
    pub in_bulk: u64,
}

/// The cases of one policy and urgency.
#[derive(Clone, Debug)]
pub struct Row {
    /// The policy's word, for the form.
    pub purpose: &'static str,
    /// The policy.
    pub policy: Id,
    /// The urgency.
    pub urgency: Id,
    /// Whether a child is in danger now.
    pub is_urgent: bool,
    /// Whether a lead must take them.
    pub is_for_leads: bool,
    /// Whether the person may take one.
    pub may_take: bool,
    /// How many.
    pub cases: u64,
    /// Since when the oldest one waits.
    pub oldest: Shown,
}

/// What stands behind the question mark of the queue's address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Somebody just asked for a case and got none.
    #[serde(default)]
    none: Option<String>,
    /// The decision that was made a moment ago.
    #[serde(default)]
    after: Option<String>,
    /// What became of it.
    #[serde(default)]
    then: Option<String>,
}

/// The page.
pub async fn show(
    State(console): State<Console>,
    reviewer: Reviewer,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reviewer.found).at("/console/queue");
    let view = console.desk.queue(&reviewer.proof).await?;
    let way = Way { items: None, after: asked.after, then: asked.then, ..Way::default() };
    let may_lead = reviewer.found.member.roles().is_lead() || console.desk.settings().is_alone;
    let mut queue = drawn(&frame, &view, may_lead);
    queue.before = way.before();
    queue.is_empty_now = asked.none.is_some();
    page(&queue)
}

/// How many cases wait, and since when.
type Waiting = BTreeMap<(Urgency, Purpose, Level), (u64, Timestamp)>;

fn drawn<'a>(frame: &'a Frame, view: &QueueView, may_lead: bool) -> QueuePage<'a> {
    let mut waiting = Waiting::new();
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
        may_take: level == Level::Anybody || may_lead,
        cases,
        oldest: show::time(oldest),
    };
    QueuePage {
        frame,
        before: None,
        is_empty_now: false,
        mine: view.in_hand.as_ref().map(|case| case.id.to_string()),
        total: waiting.values().map(|(cases, _)| cases).sum(),
        rows: waiting.iter().map(row).collect(),
        is_lead_missing: view.is_lead_missing,
        proposed,
        in_bulk,
    }
}
