//! `GET /console/staff` and `GET /console/staff/{staff}`: who works here, with which roles, and who
//! gave them. Limits of a dose are seen here, and never what somebody has seen.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_model::page::PageSize;
use mamori_model::sign_in::StaffEvent;
use mamori_model::staff::OwnLimits;
use mamori_model::{EventId, Language, Line, Staff, StaffId, StaffRole};
use serde::Deserialize;

use super::me::{Tongue, tongues};
use super::{Asked, place};
use crate::app::Console;
use crate::fault::{Fault, Said, page};
use crate::frame::Frame;
use crate::guard::People;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// How many rows a table has.
const ROWS: u32 = 50;

/// Where the list is.
pub const HERE: &str = "/console/staff";

/// Everybody, and what happened to them.
#[derive(Debug, Template)]
#[template(path = "staff.html")]
pub struct StaffPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether the person lets people in.
    pub may_change: bool,
    /// Whether they proved a short while ago who they are.
    pub is_recent: bool,
    /// Why the last form did nothing.
    pub problem: Option<Said>,
    /// What it said.
    pub typed: Typed,
    /// Everybody, who left too.
    pub rows: Vec<Row>,
    /// Where more of them are.
    pub more: Option<String>,
    /// Roles to give.
    pub roles: Vec<Given>,
    /// Languages to choose from.
    pub languages: Vec<Tongue>,
    /// What happened, the newest first.
    pub events: Vec<Event>,
    /// Where older events are.
    pub older: Option<String>,
}

/// Somebody in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Their id.
    pub id: String,
    /// How colleagues see them.
    pub shown: Shown,
    /// What they sign in with.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Id>,
    /// Since when.
    pub since: Shown,
    /// When they left.
    pub left: Option<Shown>,
}

/// A role, to tick.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// What the form sends.
    pub word: &'static str,
    /// What it is called.
    pub called: Id,
    /// What whoever has it does.
    pub about: Id,
    /// Whether they have it.
    pub is_given: bool,
}

/// What happened to somebody.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Shown,
    /// What.
    pub what: Id,
    /// To whom.
    pub who: Shown,
    /// By whom; nothing: by themself, by the machine or at it.
    pub by: Option<Shown>,
    /// The roles that they have since.
    pub roles: Vec<Id>,
}

/// Somebody.
#[derive(Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether a change was just kept.
    pub is_kept: bool,
    /// Whether the person who looks may change them.
    pub may_change: bool,
    /// Whether they proved a short while ago who they are.
    pub is_recent: bool,
    /// Why the last form did nothing.
    pub problem: Option<Said>,
    /// Who it is.
    pub row: Row,
    /// Their roles.
    pub roles: Vec<Given>,
    /// Limits of their dose; nothing for whoever never sees pictures.
    pub limits: Vec<Limit>,
}

/// One limit of a dose.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The field of the form.
    pub field: &'static str,
    /// What is limited.
    pub called: Id,
    /// Their own limit.
    pub own: Option<u32>,
    /// Everybody's.
    pub common: u64,
}

/// What a form about somebody said that did nothing, so that nobody writes it twice.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What they shall sign in with.
    pub name: String,
    /// How colleagues shall see them.
    pub shown: String,
    /// Their language.
    pub language: Option<Language>,
    /// The words of their roles; nothing where the form asked for none.
    pub roles: Option<Vec<String>>,
    /// Their limits; nothing where the form asked for none.
    pub dose: Option<OwnLimits>,
}

/// What the last form said, and why it did nothing.
#[derive(Clone, Debug, Default)]
pub struct Last {
    /// What it said.
    pub typed: Typed,
    /// Why it did nothing.
    pub fault: Option<Fault>,
}

/// A link that is shown once.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// For whom.
    pub shown: Shown,
    /// Their page.
    pub id: String,
    /// The link.
    pub link: String,
}

/// What stands behind the question mark of these addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    kept: Option<String>,
}

/// The list.
pub async fn list(
    State(console): State<Console>,
    people: People,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    answer_list(&console, &people, &asked, Last::default()).await
}

/// The list, whatever a form did before.
pub async fn answer_list(
    console: &Console,
    people: &People,
    asked: &Behind,
    last: Last,
) -> Result<Response, Fault> {
    let frame = Frame::of(&people.found).at(HERE);
    let status = last.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let reader = people.proof.reader();
    let staff = console.desk.staff_page(reader, place::<StaffId>(&asked.after)?, size).await?;
    let record = console.desk.staff_events(reader, place::<EventId>(&asked.before)?, size).await?;
    let events = record.events.rows.iter().map(|event| event_row(event, &record.people));
    let answered = page(&StaffPage {
        frame: &frame,
        may_change: people.proof.may_change(),
        is_recent: people.found.member.recently(console.desk.clock().now()).is_ok(),
        problem: last.fault.as_ref().map(|fault| fault.said(&frame)),
        rows: staff.rows.iter().map(row).collect(),
        more: staff.next.map(|next| format!("{HERE}?after={next}")),
        roles: given(None, last.typed.roles.as_deref()),
        languages: tongues(last.typed.language.unwrap_or(Language::English)),
        events: events.collect(),
        older: record.events.next.map(|next| format!("{HERE}?before={next}#events")),
        typed: last.typed,
    })?;
    Ok((status, answered).into_response())
}

/// Somebody's page.
pub async fn show(
    State(console): State<Console>,
    people: People,
    Path(staff): Path<String>,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let id: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    answer_person(&console, &people, id, asked.kept.is_some(), Last::default()).await
}

/// Somebody's page, whatever a form did before.
pub async fn answer_person(
    console: &Console,
    people: &People,
    id: StaffId,
    is_kept: bool,
    last: Last,
) -> Result<Response, Fault> {
    let frame = Frame::of(&people.found).at(HERE);
    let status = last.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let staff = console.desk.staff(people.proof.reader(), id).await?;
    let dose = last.typed.dose.unwrap_or(staff.dose);
    let common = console.desk.settings().exposure;
    let limit =
        |field, called, own, common: u32| Limit { field, called, own, common: common.into() };
    let limits = vec![
        limit("looks", Id("me-looks"), dose.looks, common.looks),
        limit("minutes", Id("me-minutes"), dose.minutes, common.minutes),
        limit("points", Id("me-points"), dose.points, common.points),
    ];
    let answered = page(&PersonPage {
        frame: &frame,
        is_kept,
        may_change: people.proof.may_change() && staff.ended_at.is_none(),
        is_recent: people.found.member.recently(console.desk.clock().now()).is_ok(),
        problem: last.fault.as_ref().map(|fault| fault.said(&frame)),
        row: row(&staff),
        roles: given(Some(&staff), last.typed.roles.as_deref()),
        limits: if staff.roles.is_reviewer() { limits } else { Vec::new() },
    })?;
    Ok((status, answered).into_response())
}

fn row(staff: &Staff) -> Row {
    Row {
        id: staff.id.to_string(),
        shown: show::text(staff.shown.as_str()),
        name: staff.name.to_string(),
        roles: staff.roles.iter().map(terms::role).collect(),
        since: show::time(staff.created_at),
        left: staff.ended_at.map(show::time),
    }
}

/// Every role, with what it lets somebody do: ticked as a form said, or as somebody has it.
pub fn given(staff: Option<&Staff>, typed: Option<&[String]>) -> Vec<Given> {
    let has = |role: StaffRole| match typed {
        Some(words) => words.iter().any(|word| word == role.as_str()),
        None => staff.is_some_and(|staff| staff.roles.has(role)),
    };
    let role = |role: StaffRole| Given {
        word: role.as_str(),
        called: terms::role(role),
        about: terms::role_about(role),
        is_given: has(role),
    };
    StaffRole::ALL.into_iter().map(role).collect()
}

fn event_row(event: &StaffEvent, people: &BTreeMap<StaffId, Line>) -> Event {
    let shown = |id: StaffId| show::text(people.get(&id).map_or("–", Line::as_str));
    Event {
        at: show::time(event.at),
        what: terms::staff_event(event.kind),
        who: shown(event.staff),
        by: event.by.map(shown),
        roles: event.about.as_deref().map(roles_in).unwrap_or_default(),
    }
}

/// The roles that the record of an event names.
fn roles_in(about: &str) -> Vec<Id> {
    #[derive(Default, Deserialize)]
    struct About {
        #[serde(default)]
        roles: Vec<StaffRole>,
    }
    let about: About = serde_json::from_str(about).unwrap_or_default();
    about.roles.into_iter().map(terms::role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_of_an_event_are_read_and_nothing_else_is() {
        let roles = roles_in(r#"{"before":["lead"],"roles":["reviewer","lead"]}"#);

        assert_eq!(roles, [Id("role-reviewer"), Id("role-lead")]);
        for other in [r#"{"kind":"welcome"}"#, "", "[]", r#"{"roles":["king"]}"#] {
            assert!(roles_in(other).is_empty(), "{other}");
        }
    }
}
