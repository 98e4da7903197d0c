//! `GET /console/staff` and `GET /console/staff/{staff}`: the staff accounts, their roles, and the
//! record of changes. Exposure limits are shown, but never what a reviewer has viewed.

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

use crate::app::Console;
use crate::fault::{Fault, Said, page};
use crate::frame::Frame;
use crate::guard::People;
use crate::query::Asked;
use crate::query::place;
use crate::show::{self, Shown};
use crate::staff::me_page::Tongue;
use crate::staff::me_page::tongues;
use crate::terms;
use crate::words::Id;

/// The maximum number of rows of a table.
const ROWS: u32 = 50;

/// Path of the list.
pub const HERE: &str = "/console/staff";

/// The list of staff, and the record of changes.
#[derive(Debug, Template)]
#[template(path = "staff.html")]
pub struct StaffPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether the reader is an administrator, who may create accounts.
    pub may_change: bool,
    /// Whether the reader confirmed their identity a short while ago.
    pub is_recent: bool,
    /// Why the last form failed.
    pub problem: Option<Said>,
    /// What the last form contained.
    pub typed: Typed,
    /// The staff of this page, deactivated accounts included.
    pub rows: Vec<Row>,
    /// Link to more staff.
    pub more: Option<String>,
    /// Roles to choose from.
    pub roles: Vec<Given>,
    /// Languages to choose from.
    pub languages: Vec<Tongue>,
    /// The events of this page, newest first.
    pub events: Vec<Event>,
    /// Link to older events.
    pub older: Option<String>,
}

/// A staff account.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the staff member.
    pub id: String,
    /// Display name, which colleagues see.
    pub shown: Shown,
    /// Sign-in name.
    pub name: String,
    /// Names of the roles.
    pub roles: Vec<Id>,
    /// Time at which the account was created.
    pub since: Shown,
    /// Time at which the account was deactivated.
    pub left: Option<Shown>,
}

/// A role as a checkbox.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// The value that the form sends.
    pub word: &'static str,
    /// Name of the role.
    pub called: Id,
    /// Description of the role.
    pub about: Id,
    /// Whether it is ticked.
    pub is_given: bool,
}

/// An event in the record of staff accounts.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time of the event.
    pub at: Shown,
    /// Name of the event.
    pub what: Id,
    /// Display name of the staff member whom it is about.
    pub who: Shown,
    /// Display name of the staff member who caused it; `None`: the same staff member, the command
    /// line, or Mamori itself.
    pub by: Option<Shown>,
    /// Names of the roles after the event, if it changed them.
    pub roles: Vec<Id>,
}

/// The page of one staff account.
#[derive(Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether a change was saved just before.
    pub is_kept: bool,
    /// Whether the reader may change the account.
    pub may_change: bool,
    /// Whether the reader confirmed their identity a short while ago.
    pub is_recent: bool,
    /// Why the last form failed.
    pub problem: Option<Said>,
    /// The account.
    pub row: Row,
    /// The roles to choose from, those of the account ticked.
    pub roles: Vec<Given>,
    /// Exposure limits; empty for roles that do not view items.
    pub limits: Vec<Limit>,
}

/// An exposure limit within 24 hours.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Name of the form field.
    pub field: &'static str,
    /// Name of what is limited.
    pub called: Id,
    /// The staff member's own limit; `None`: the common one applies.
    pub own: Option<u32>,
    /// The common limit, set by the operator.
    pub common: u64,
}

/// What a form contained that failed, so that the administrator need not enter it twice.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Sign-in name.
    pub name: String,
    /// Display name.
    pub shown: String,
    /// Language of the pages.
    pub language: Option<Language>,
    /// Words of the roles that were ticked; `None` if the form was not about roles.
    pub roles: Option<Vec<String>>,
    /// Exposure limits; `None` if the form was not about them.
    pub dose: Option<OwnLimits>,
}

/// The last form, if it failed.
#[derive(Clone, Debug, Default)]
pub struct Last {
    /// What it contained.
    pub typed: Typed,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// The page that shows an enrolment link, once.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Display name of the staff member to whom the link belongs.
    pub shown: Shown,
    /// Id of that staff member.
    pub id: String,
    /// The link, with the ticket.
    pub link: String,
}

/// Parameters in the query of these addresses.
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

/// `GET /console/staff`.
pub async fn list(
    State(console): State<Console>,
    people: People,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    answer_list(&console, &people, &asked, Last::default()).await
}

/// Returns the list, with the last form if it failed.
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
        problem: last.fault.as_ref().map(|fault| fault.said(frame.words)),
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

/// `GET /console/staff/{staff}`.
pub async fn show(
    State(console): State<Console>,
    people: People,
    Path(staff): Path<String>,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let id: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    answer_person(&console, &people, id, asked.kept.is_some(), Last::default()).await
}

/// Returns the page of a staff account, with the last form if it failed.
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
        problem: last.fault.as_ref().map(|fault| fault.said(frame.words)),
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

/// Returns every role as a checkbox: ticked as in the form `typed`, or else as `staff` has it.
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

/// Reads the roles in the details of an event.
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
