//! `GET /console`: what waits, how work flows, and where to go.

mod figures;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::queue::QueueView;
use mamori_model::{ActionState, CaseState};

use crate::app::Console;
use crate::chart::Chart;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::show::{self, Shown};

/// The first page.
#[derive(Debug, Template)]
#[template(path = "start.html")]
pub struct StartPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What waits, for whoever decides cases.
    pub work: Option<Work>,
    /// How work flowed, by policy and day, and never by person.
    pub charts: Vec<Chart>,
    /// How many actions services have not answered.
    pub unanswered: u64,
    /// How many of these nobody asks for any more.
    pub overdue: u64,
}

/// What waits.
#[derive(Clone, Debug)]
pub struct Work {
    /// How many cases wait.
    pub waiting: u64,
    /// Since when the oldest does.
    pub oldest: Option<Shown>,
    /// How many decisions wait for a second person.
    pub proposed: u64,
    /// The case that they have in hand.
    pub mine: Option<String>,
}

/// The page.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at("/console");
    let work = match found.member.reviewer() {
        Some(reviewer) => Some(work(&console.desk.queue(&reviewer).await?)),
        None => None,
    };
    let figures = console.desk.figures(&found.member).await?;
    let actions = figures.unanswered.iter();
    let overdue = actions.clone().filter(|some| some.state == ActionState::Overdue);
    page(&StartPage {
        frame: &frame,
        work,
        charts: figures::charts(frame.words, &figures),
        unanswered: actions.map(|some| some.actions).sum(),
        overdue: overdue.map(|some| some.actions).sum(),
    })
}

fn work(view: &QueueView) -> Work {
    let open = || {
        let counts = view.counts.iter();
        counts.filter(|count| count.state == CaseState::Open && !count.is_in_bulk)
    };
    let proposed = view.counts.iter().filter(|count| count.state == CaseState::Proposed);
    Work {
        waiting: open().map(|count| count.cases).sum(),
        oldest: open().map(|count| count.oldest).min().map(show::time),
        proposed: proposed.map(|count| count.cases).sum(),
        mine: view.in_hand.as_ref().map(|case| case.id.to_string()),
    }
}
