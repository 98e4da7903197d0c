//! `GET /console/staff` and `GET /console/staff/{staff}`: the staff accounts, their roles, and the
//! record of changes. Exposure limits are shown, but never what a reviewer has viewed.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_model::page::PageSize;
use mamori_model::staff::{Assignment, OwnLimits};
use mamori_model::{AuditId, Language, Staff, StaffId, StaffRole};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, FaultText, page};
use crate::frame::Frame;
use crate::guard::People;
use crate::messages::MessageId;
use crate::query::{Choice, PageQuery, cursor};
use crate::show::{self, SafeHtml};
use crate::staff::assignment::{AssignmentChoices, AssignmentInput, LimitedTo};
use crate::staff::events::{self, Event, EventParams};
use crate::staff::me_page::LanguageChoice;
use crate::staff::me_page::language_choices;
use crate::terms;

/// The maximum number of rows of a table.
const ROWS: u32 = 50;

/// Path of the list.
pub const PATH: &str = "/console/staff";

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
    pub problem: Option<FaultText>,
    /// What the last form contained.
    pub input: StaffInput,
    /// The staff of this page, deactivated accounts included.
    pub rows: Vec<Row>,
    /// Link to more staff.
    pub more: Option<String>,
    /// Roles to choose from.
    pub roles: Vec<RoleChoice>,
    /// Services and policies to choose from.
    pub assignment: AssignmentChoices,
    /// Languages to choose from.
    pub languages: Vec<LanguageChoice>,
    /// The kinds of events by which the record can be filtered.
    pub kinds: Vec<Choice>,
    /// The staff member by whom the record is filtered: their id and display name.
    pub of: Option<(String, SafeHtml)>,
    /// Address of the download of the record, for auditors.
    pub export: Option<String>,
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
    pub display_name: SafeHtml,
    /// Sign-in name.
    pub name: String,
    /// Names of the roles.
    pub roles: Vec<MessageId>,
    /// Whether they are limited to some services or policies.
    pub is_limited: bool,
    /// Time at which the account was created.
    pub since: SafeHtml,
    /// Time at which the account was deactivated.
    pub left: Option<SafeHtml>,
}

/// A role as a checkbox.
#[derive(Clone, Copy, Debug)]
pub struct RoleChoice {
    /// The value that the form sends.
    pub value: &'static str,
    /// Name of the role.
    pub label: MessageId,
    /// Description of the role.
    pub about: MessageId,
    /// Whether it is ticked.
    pub is_checked: bool,
}

/// The page of one staff account.
#[derive(Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether a change was saved just before.
    pub is_saved: bool,
    /// Whether the reader may change the account.
    pub may_change: bool,
    /// Whether the reader confirmed their identity a short while ago.
    pub is_recent: bool,
    /// Why the last form failed.
    pub problem: Option<FaultText>,
    /// The account.
    pub row: Row,
    /// The roles to choose from, those of the account ticked.
    pub roles: Vec<RoleChoice>,
    /// The services and policies to which the account is limited.
    pub limited_to: Option<LimitedTo>,
    /// The services and policies to choose from, those of the account ticked.
    pub assignment: AssignmentChoices,
    /// Exposure limits; empty for roles that do not view items.
    pub limits: Vec<Limit>,
}

/// An exposure limit within 24 hours.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Name of the form field.
    pub field: &'static str,
    /// Name of what is limited.
    pub label: MessageId,
    /// The staff member's own limit; `None`: the common one applies.
    pub own: Option<u32>,
    /// The common limit, set by the operator.
    pub common: u64,
}

/// What a form contained that failed, so that the administrator need not enter it twice.
#[derive(Clone, Debug, Default)]
pub struct StaffInput {
    /// Sign-in name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// Language of the pages.
    pub language: Option<Language>,
    /// Words of the roles that were ticked; `None` if the form was not about roles.
    pub roles: Option<Vec<String>>,
    /// Services and policies; `None` if the form was not about them.
    pub assignment: Option<AssignmentInput>,
    /// Exposure limits; `None` if the form was not about them.
    pub limits: Option<OwnLimits>,
}

/// The last form, if it failed.
#[derive(Clone, Debug, Default)]
pub struct LastForm {
    /// What it contained.
    pub input: StaffInput,
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
    pub display_name: SafeHtml,
    /// Id of that staff member.
    pub id: String,
    /// The link, with its token.
    pub link: String,
}

/// Parameters in the query of these addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    saved: Option<String>,
    #[serde(default)]
    what: String,
    #[serde(default)]
    who: String,
}

impl Params {
    /// Returns the filter of the record.
    fn events(&self) -> EventParams {
        EventParams { what: self.what.clone(), who: self.who.clone() }
    }
}

/// `GET /console/staff`.
pub async fn list(
    State(console): State<Console>,
    people: People,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    answer_list(&console, &people, &params, LastForm::default()).await
}

/// Returns the list, with the last form if it failed.
pub async fn answer_list(
    console: &Console,
    people: &People,
    params: &Params,
    last_form: LastForm,
) -> Result<Response, Fault> {
    let frame = Frame::of(&people.session).at(PATH);
    let status = last_form.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let reader = people.proof.reader();
    let staff = console.desk.staff_page(reader, cursor::<StaffId>(&params.after)?, size).await?;
    let filter = params.events();
    let selected = filter.filter()?;
    let before = cursor::<AuditId>(&params.before)?;
    let record = console.desk.staff_events(reader, &selected, before, size).await?;
    let of = match selected.staff {
        Some(id) => {
            let name = console.desk.staff(reader, id).await?.display_name;
            Some((id.to_string(), show::text(name.as_str())))
        }
        None => None,
    };
    let services = console.desk.services_for_staff(&people.session.member).await?;
    let answered = page(&StaffPage {
        frame: &frame,
        may_change: people.proof.may_change(),
        is_recent: people.session.member.recently(console.desk.clock().now()).is_ok(),
        problem: last_form.fault.as_ref().map(|fault| fault.text(frame.messages)),
        rows: staff.rows.iter().map(row).collect(),
        more: staff.next.map(|next| format!("{PATH}?after={next}")),
        roles: role_choices(None, last_form.input.roles.as_deref()),
        assignment: AssignmentChoices::new(
            &Assignment::EVERYTHING,
            last_form.input.assignment.as_ref(),
            &services,
        ),
        languages: language_choices(last_form.input.language.unwrap_or(Language::English)),
        kinds: filter.kinds(),
        of,
        export: people.session.member.auditor().map(|_| filter.export()),
        events: events::rows(frame.messages, &record),
        older: record.events.next.map(|next| filter.older(next)),
        input: last_form.input,
    })?;
    Ok((status, answered).into_response())
}

/// `GET /console/staff/{staff}`.
pub async fn show(
    State(console): State<Console>,
    people: People,
    Path(staff): Path<String>,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let id: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    answer_person(&console, &people, id, params.saved.is_some(), LastForm::default()).await
}

/// Returns the page of a staff account, with the last form if it failed.
pub async fn answer_person(
    console: &Console,
    people: &People,
    id: StaffId,
    is_saved: bool,
    last_form: LastForm,
) -> Result<Response, Fault> {
    let frame = Frame::of(&people.session).at(PATH);
    let status = last_form.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let staff = console.desk.staff(people.proof.reader(), id).await?;
    let services = console.desk.services_for_staff(&people.session.member).await?;
    let own_limits = last_form.input.limits.unwrap_or(staff.exposure_limits);
    let common = console.desk.settings().exposure;
    let limit = |field, label, own, common: u32| Limit { field, label, own, common: common.into() };
    let limits = vec![
        limit("views", MessageId("me-clear-views"), own_limits.views, common.views),
        limit("minutes", MessageId("me-minutes"), own_limits.minutes, common.minutes),
        limit("points", MessageId("me-points"), own_limits.points, common.points),
    ];
    let answered = page(&PersonPage {
        frame: &frame,
        is_saved,
        may_change: people.proof.may_change() && staff.ended_at.is_none(),
        is_recent: people.session.member.recently(console.desk.clock().now()).is_ok(),
        problem: last_form.fault.as_ref().map(|fault| fault.text(frame.messages)),
        row: row(&staff),
        roles: role_choices(Some(&staff), last_form.input.roles.as_deref()),
        limited_to: LimitedTo::of(&staff.assignment, &services),
        assignment: AssignmentChoices::new(
            &staff.assignment,
            last_form.input.assignment.as_ref(),
            &services,
        ),
        limits: if staff.roles.is_reviewer() { limits } else { Vec::new() },
    })?;
    Ok((status, answered).into_response())
}

fn row(staff: &Staff) -> Row {
    Row {
        id: staff.id.to_string(),
        display_name: show::text(staff.display_name.as_str()),
        name: staff.name.to_string(),
        roles: staff.roles.iter().map(terms::role).collect(),
        is_limited: staff.assignment.is_limited(),
        since: show::time(staff.created_at),
        left: staff.ended_at.map(show::time),
    }
}

/// Returns every role as a checkbox: ticked as in the form `input`, or else as `staff` has it.
pub fn role_choices(staff: Option<&Staff>, input: Option<&[String]>) -> Vec<RoleChoice> {
    let has = |role: StaffRole| match input {
        Some(words) => words.iter().any(|value| value == role.as_str()),
        None => staff.is_some_and(|staff| staff.roles.has(role)),
    };
    let role = |role: StaffRole| RoleChoice {
        value: role.as_str(),
        label: terms::role(role),
        about: terms::role_about(role),
        is_checked: has(role),
    };
    StaffRole::ALL.iter().copied().map(role).collect()
}
