//! `GET /console/queue`: what waits to be decided.

use askama::Template;

use crate::frame::Frame;
use crate::show::Shown;
use crate::words::Id;

/// The queue.
#[derive(Debug, Template)]
#[template(path = "queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether somebody just asked for a case and got none.
    pub is_empty_now: bool,
    /// The case that they have in hand.
    pub mine: Option<String>,
    /// What waits, the most urgent first.
    pub rows: Vec<Row>,
    /// How many cases wait.
    pub total: u64,
    /// How many are in somebody's hands.
    pub claimed: u64,
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
    /// How many.
    pub cases: u64,
    /// Since when the oldest one waits.
    pub oldest: Shown,
}
