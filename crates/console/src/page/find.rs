//! `GET /console/find`: an id, an item by its exact name, a bank or a page. Never an account, and
//! never a person.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::seek::Finding;
use serde::Deserialize;

use super::Asked;
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::show::{self, Shown};
use crate::words::Id;

/// The longest text that is looked for, in characters.
const TEXT_MAX: usize = 1_024;

/// What was found.
#[derive(Debug, Template)]
#[template(path = "find.html")]
pub struct FindPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What was looked for.
    pub text: String,
    /// What was found.
    pub rows: Vec<Row>,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub kind: Id,
    /// Its id or name.
    pub name: Shown,
}

/// What stands behind the question mark of its address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    #[serde(default)]
    q: String,
}

/// The page, or a redirect to the only thing found if `q` is its whole id.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Asked(behind): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found);
    let text: String = behind.q.trim().chars().take(TEXT_MAX).collect();
    let findings = console.desk.seek(&found.member, &text).await?;
    let rows: Vec<Row> = findings.iter().filter_map(|finding| row(&frame, finding)).collect();
    if let [only] = rows.as_slice()
        && only.path.rsplit('/').next() == Some(&text)
    {
        return Ok(Redirect::to(&only.path).into_response());
    }
    let rows = pages(&frame, &text).chain(rows).collect();
    page(&FindPage { frame: &frame, text: show::visible(&text), rows })
}

/// The pages of the menu whose names have `text` in them.
fn pages<'a>(frame: &'a Frame, text: &str) -> impl Iterator<Item = Row> + use<'a> {
    let part = text.to_lowercase();
    let menu = frame.menu().into_iter().filter(move |_| !part.is_empty());
    let part = text.to_lowercase();
    menu.filter_map(move |entry| {
        let name = frame.words.call(entry.called);
        let is_meant = name.to_lowercase().contains(&part);
        is_meant.then(|| Row {
            path: entry.path.to_owned(),
            kind: Id("find-page"),
            name: show::text(&name),
        })
    })
}

fn row(frame: &Frame, finding: &Finding) -> Option<Row> {
    let (route, path, kind, name) = match finding {
        Finding::Case(case) => (
            "/console/cases/{case}",
            format!("/console/cases/{case}"),
            Id("find-case"),
            case.to_string(),
        ),
        Finding::Decision(decision) => (
            "/console/decisions/{decision}",
            format!("/console/decisions/{decision}"),
            Id("find-decision"),
            decision.to_string(),
        ),
        Finding::Bank(bank) => (
            "/console/banks/{bank}",
            format!("/console/banks/{}", bank.id),
            Id("find-bank"),
            bank.name.to_string(),
        ),
    };
    frame.is_routed("GET", route).then(|| Row { path, kind, name: show::text(&name) })
}
