//! `GET /console/find`: searches for an id, an item by its exact name, a bank, a page or a command;
//! `GET /console/find/results`: the same results for the script that shows them while the text is
//! typed. Accounts and persons cannot be found.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::SessionLookup;
use mamori_desk::overview::search_console::Finding;
use mamori_model::CaseId;
use serde::{Deserialize, Serialize};

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::{MessageId, Messages};
use crate::overview::commands::commands;
use crate::query::PageQuery;
use crate::show::{self, SafeHtml};
use crate::terms;

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
    /// The results, pages of the menu and commands first.
    pub rows: Vec<Row>,
}

/// One result.
#[derive(Clone, Debug)]
pub struct Row {
    /// Path to it; of a command that is a form, where the form is sent.
    pub path: String,
    /// Whether it is a form without fields.
    pub is_form: bool,
    /// Name of its kind, such as case or bank.
    pub kind: MessageId,
    /// Its id or name.
    pub name: String,
    /// The policy of a case or a decision, or the purpose of a bank; its state.
    pub about: Vec<MessageId>,
    /// Alias of the account of a case in these results; `None` if the account is not known.
    pub account: Option<String>,
}

impl Row {
    /// Returns its id or name for the page.
    pub fn shown(&self) -> SafeHtml {
        show::text(&self.name)
    }
}

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    q: String,
}

impl Params {
    fn text(&self) -> String {
        self.q.trim().chars().take(TEXT_MAX).collect()
    }
}

/// Returns the results, or a redirect if there is one result and `q` is its whole id.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session);
    let text = params.text();
    let findings = findings(&console, &session, &text).await?;
    if let [only] = findings.as_slice()
        && only.path.rsplit('/').next() == Some(&text)
    {
        return Ok(Redirect::to(&only.path).into_response());
    }
    let rows = pages(&frame, &text).chain(commands(&frame, &text)).chain(findings).collect();
    page(&FindPage { frame: &frame, text: show::visible(&text), rows })
}

/// The results as the script of every page reads them.
#[derive(Debug, Serialize)]
struct Results {
    rows: Vec<FoundRow>,
    /// What is said if there are none.
    none: String,
}

/// A result in the language of the reader.
#[derive(Debug, Serialize)]
struct FoundRow {
    path: String,
    is_form: bool,
    kind: String,
    name: String,
    about: Vec<String>,
    account: Option<String>,
}

/// Returns the results as JSON, for the search that is open on every page.
pub async fn results(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session);
    let text = params.text();
    let findings = findings(&console, &session, &text).await?;
    let rows = pages(&frame, &text).chain(commands(&frame, &text)).chain(findings);
    let results = Results {
        rows: rows.map(|row| in_language(frame.messages, row)).collect(),
        none: frame.say("find-none"),
    };
    // Texts always serialise.
    let json = serde_json::to_string(&results).unwrap_or_default();
    let headers: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];
    Ok((headers, json).into_response())
}

fn in_language(messages: Messages, row: Row) -> FoundRow {
    let account = row.account.map(|alias| format!("{}: {alias}", messages.say("alias-account")));
    FoundRow {
        path: row.path,
        is_form: row.is_form,
        kind: messages.message(row.kind),
        name: show::visible(&row.name),
        about: row.about.into_iter().map(|about| messages.message(about)).collect(),
        account,
    }
}

/// Returns the pages of the menu whose names contain `text`.
fn pages<'a>(frame: &'a Frame, text: &str) -> impl Iterator<Item = Row> + use<'a> {
    let part = text.to_lowercase();
    let menu = frame.menu().into_iter();
    menu.filter_map(move |entry| {
        let name = frame.messages.message(entry.label);
        let is_meant = !part.is_empty() && name.to_lowercase().contains(&part);
        is_meant.then(|| Row {
            path: entry.path.to_owned(),
            is_form: false,
            kind: MessageId("find-page"),
            name,
            about: Vec::new(),
            account: None,
        })
    })
}

/// Returns what `text` names. What is searched for in another way is another list, with other aliases.
async fn findings(
    console: &Console,
    session: &SessionLookup,
    text: &str,
) -> Result<Vec<Row>, Fault> {
    let findings = console.desk.search_console(&session.member, text).await?;
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
        Finding::Case(case) => Some(case.id),
        Finding::Decision(_) | Finding::Bank(_) => None,
    }
}

fn row(finding: &Finding) -> Row {
    let (path, kind, name, about) = match finding {
        Finding::Case(case) => (
            format!("/console/cases/{}", case.id),
            MessageId("find-case"),
            case.id.to_string(),
            vec![terms::purpose(case.purpose), terms::case_state(case.state)],
        ),
        Finding::Decision(decision) => (
            format!("/console/decisions/{}", decision.id),
            MessageId("find-decision"),
            decision.id.to_string(),
            vec![terms::purpose(decision.purpose), terms::decision_state(decision.state)],
        ),
        Finding::Bank(bank) => {
            let state =
                if bank.is_enabled { MessageId("banks-on") } else { MessageId("banks-off") };
            let about = vec![terms::purpose(bank.purpose), state];
            let path = format!("/console/banks/{}", bank.id);
            (path, MessageId("find-bank"), bank.name.to_string(), about)
        }
    };
    Row { path, is_form: false, kind, name, about, account: None }
}
