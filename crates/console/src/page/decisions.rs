//! `GET /console/decisions`: one's own; for leads and auditors, all. No list by person or account.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::DecisionFilter;
use mamori_model::page::PageSize;
use mamori_model::{Decision, DecisionId, DecisionState, Outcome};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::{Asked, Choice, choices, decision};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// The most decisions on a page.
const ROWS: u32 = 50;

/// Decisions, the newest first.
#[derive(Debug, Template)]
#[template(path = "decisions.html")]
pub struct DecisionsPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether these are everybody's.
    pub is_all: bool,
    /// States to choose from.
    pub states: Vec<Choice>,
    /// Outcomes to choose from.
    pub outcomes: Vec<Choice>,
    /// The decisions.
    pub rows: Vec<Row>,
    /// Where older ones are.
    pub next: Option<String>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub made: Shown,
    /// Its policy.
    pub policy: Id,
    /// The outcome.
    pub outcome: Id,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
}

/// What stands behind the question mark of its address. There is no person and no account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behind {
    state: String,
    outcome: String,
    /// The last decision of the page before.
    before: String,
}

/// The page.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Asked(behind): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at("/console/decisions");
    let filter = DecisionFilter {
        state: chosen(&behind.state, DecisionState::parse)?,
        outcome: chosen(&behind.outcome, Outcome::parse)?,
        ..DecisionFilter::default()
    };
    let before: Option<DecisionId> = chosen(&behind.before, |text| text.parse().ok())?;
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let desk = &console.desk;
    let (is_all, found) = match (found.member.records(), found.member.reviewer()) {
        (Some(records), _) => (true, desk.decision_records(&records, &filter, before, size).await?),
        (None, Some(reviewer)) => (false, desk.decisions(&reviewer, &filter, before, size).await?),
        (None, None) => return Err(Fault::not_found()),
    };
    page(&DecisionsPage {
        frame: &frame,
        is_all,
        states: choices(
            &DecisionState::ALL,
            DecisionState::as_str,
            terms::decision_state,
            filter.state,
        ),
        outcomes: choices(&Outcome::ALL, Outcome::as_str, terms::outcome, filter.outcome),
        rows: found.rows.iter().map(row).collect(),
        next: found.next.map(|next| older(&behind, next)),
    })
}

/// The chosen value; nothing for an empty field, and a word that nobody knows is no page.
fn chosen<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    match text {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or_else(Fault::not_found),
    }
}

fn older(behind: &Behind, before: DecisionId) -> String {
    let mut query = Serializer::new(String::new());
    let kept = [("state", behind.state.as_str()), ("outcome", behind.outcome.as_str())];
    query.extend_pairs(kept.into_iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("before", &before.to_string());
    format!("/console/decisions?{}", query.finish())
}

fn row(made: &Decision) -> Row {
    Row {
        id: made.id.to_string(),
        made: show::time(made.made_at),
        policy: terms::purpose(made.purpose),
        outcome: terms::outcome(made.outcome),
        state: terms::decision_state(made.state),
        tone: decision::tone(made.state),
    }
}
