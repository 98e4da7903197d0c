//! `GET /console/decisions`: a reviewer's own decisions, or all of them for leads and auditors.
//! They cannot be listed by staff member or by account.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::DecisionFilter;
use mamori_desk::cases::account_alias::AccountAlias;
use mamori_model::page::PageSize;
use mamori_model::{Decision, DecisionId, DecisionState, Outcome};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::Console;
use crate::decisions::page as decision;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::MessageId;
use crate::query::Choice;
use crate::query::PageQuery;
use crate::query::choices;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of decisions on a page.
const ROWS: u32 = 50;

/// The decisions, newest first.
#[derive(Debug, Template)]
#[template(path = "decisions.html")]
pub struct DecisionsPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether these are the decisions of all reviewers.
    pub is_all: bool,
    /// States by which the list can be filtered.
    pub states: Vec<Choice>,
    /// Outcomes by which the list can be filtered.
    pub outcomes: Vec<Choice>,
    /// The decisions of this page.
    pub rows: Vec<Row>,
    /// Link to older ones.
    pub next: Option<String>,
}

/// A decision in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the decision.
    pub id: String,
    /// Time at which it was made.
    pub made: SafeHtml,
    /// Alias of the account of its case in this list; `None` if the account is not known.
    pub account: Option<String>,
    /// Name of its policy.
    pub policy: MessageId,
    /// Name of its outcome.
    pub outcome: MessageId,
    /// Name of its state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
}

/// Parameters in the query of the address. There is none for a staff member or an account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    state: String,
    outcome: String,
    /// The last decision of the previous page.
    before: String,
}

/// `GET /console/decisions`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at("/console/decisions");
    let filter = DecisionFilter {
        state: parse_filter(&params.state, DecisionState::parse)?,
        outcome: parse_filter(&params.outcome, Outcome::parse)?,
        ..DecisionFilter::default()
    };
    let before: Option<DecisionId> = parse_filter(&params.before, |text| text.parse().ok())?;
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let desk = &console.desk;
    let (is_all, found) = match (session.member.records(), session.member.reviewer()) {
        (Some(records), _) => (true, desk.decision_records(&records, &filter, before, size).await?),
        (None, Some(reviewer)) => (false, desk.decisions(&reviewer, &filter, before, size).await?),
        (None, None) => return Err(Fault::not_found()),
    };
    let listed = found.rows.iter().map(|decision| decision.case);
    // What is filtered in another way is another list, with other aliases.
    let list = format!("decisions state={} outcome={}", params.state, params.outcome);
    let aliases = desk.aliases_of_cases(&session.member, &list, listed).await?;
    page(&DecisionsPage {
        frame: &frame,
        is_all,
        states: choices(
            DecisionState::ALL,
            DecisionState::as_str,
            terms::decision_state,
            filter.state,
        ),
        outcomes: choices(Outcome::ALL, Outcome::as_str, terms::outcome, filter.outcome),
        rows: found.rows.iter().map(|made| row(made, aliases.get(&made.case))).collect(),
        next: found.next.map(|next| older(&params, next)),
    })
}

/// Parses a filter; `None` for an empty field. An unknown word is a 404.
fn parse_filter<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    match text {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or_else(Fault::not_found),
    }
}

fn older(params: &Params, before: DecisionId) -> String {
    let mut query = Serializer::new(String::new());
    let kept = [("state", params.state.as_str()), ("outcome", params.outcome.as_str())];
    query.extend_pairs(kept.into_iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("before", &before.to_string());
    format!("/console/decisions?{}", query.finish())
}

fn row(made: &Decision, account: Option<&AccountAlias>) -> Row {
    Row {
        id: made.id.to_string(),
        made: show::time(made.made_at),
        account: account.map(ToString::to_string),
        policy: terms::purpose(made.purpose),
        outcome: terms::outcome(made.outcome),
        state: terms::decision_state(made.state),
        tone: decision::tone(made.state),
    }
}
