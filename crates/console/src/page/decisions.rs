//! `GET /console/decisions`: one's own; for leads and auditors, all. No list by person or account.

use askama::Template;

use super::Choice;
use crate::frame::Frame;
use crate::show::Shown;
use crate::words::Id;

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
