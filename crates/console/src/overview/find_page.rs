//! `GET /console/find`: searches for an id, an item by its exact name, a bank or a page. Accounts
//! and persons cannot be found.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::SessionLookup;
use mamori_desk::overview::search_console::Finding;
use mamori_model::CaseId;
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::MessageId;
use crate::query::PageQuery;
use crate::show::{self, SafeHtml};

/// The longest text that is searched for, in characters; the rest is cut off.
const TEXT_MAX: usize = 1_024;

/// The results of a search.
#[derive(Debug, Template)]
#[template(path = "find.html")]
pub struct FindPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The text that was searched for.
    pub text: String,
    /// The results, pages of the menu first.
    pub rows: Vec<Row>,
}

/// One result.
#[derive(Clone, Debug)]
pub struct Row {
    /// Path to it.
    pub path: String,
    /// Name of its kind, such as case or bank.
    pub kind: MessageId,
    /// Its id or name.
    pub name: SafeHtml,
    /// Alias of the account of a case in these results; `None` if the account is not known.
    pub account: Option<String>,
}

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    q: String,
}

/// Returns the results, or a redirect if there is one result and `q` is its whole id.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session);
    let text: String = params.q.trim().chars().take(TEXT_MAX).collect();
    let findings = console.desk.search_console(&session.member, &text).await?;
    let rows = rows(&console, &session, &text, &findings).await?;
    if let [only] = rows.as_slice()
        && only.path.rsplit('/').next() == Some(&text)
    {
        return Ok(Redirect::to(&only.path).into_response());
    }
    let rows = pages(&frame, &text).chain(rows).collect();
    page(&FindPage { frame: &frame, text: show::visible(&text), rows })
}

/// Returns the pages of the menu whose names contain `text`.
fn pages<'a>(frame: &'a Frame, text: &str) -> impl Iterator<Item = Row> + use<'a> {
    let part = text.to_lowercase();
    let menu = frame.menu().into_iter().filter(move |_| !part.is_empty());
    let part = text.to_lowercase();
    menu.filter_map(move |entry| {
        let name = frame.messages.message(entry.label);
        let is_meant = name.to_lowercase().contains(&part);
        is_meant.then(|| Row {
            path: entry.path.to_owned(),
            kind: MessageId("find-page"),
            name: show::text(&name),
            account: None,
        })
    })
}

/// Returns the results. What is searched for in another way is another list, with other aliases.
async fn rows(
    console: &Console,
    session: &SessionLookup,
    text: &str,
    findings: &[Finding],
) -> Result<Vec<Row>, Fault> {
    let cases: Vec<CaseId> = findings.iter().filter_map(case).collect();
    if cases.is_empty() {
        return Ok(findings.iter().map(row).collect());
    }
    let list = format!("find {text}");
    let aliases = console.desk.aliases_of_cases(&session.member, &list, cases).await?;
    let row = |finding: &Finding| {
        let account = case(finding).and_then(|case| aliases.get(&case)).map(ToString::to_string);
        Row { account, ..row(finding) }
    };
    Ok(findings.iter().map(row).collect())
}

fn case(finding: &Finding) -> Option<CaseId> {
    match finding {
        Finding::Case(case) => Some(*case),
        Finding::Decision(_) | Finding::Bank(_) => None,
    }
}

fn row(finding: &Finding) -> Row {
    let (path, kind, name) = match finding {
        Finding::Case(case) => {
            (format!("/console/cases/{case}"), MessageId("find-case"), case.to_string())
        }
        Finding::Decision(decision) => (
            format!("/console/decisions/{decision}"),
            MessageId("find-decision"),
            decision.to_string(),
        ),
        Finding::Bank(bank) => {
            (format!("/console/banks/{}", bank.id), MessageId("find-bank"), bank.name.to_string())
        }
    };
    Row { path, kind, name: show::text(&name), account: None }
}
