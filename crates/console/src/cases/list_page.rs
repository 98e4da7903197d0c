//! `GET /console/cases`: the undecided cases, for leads and auditors. They cannot be listed by account
//! or by staff member.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use mamori_desk::CaseFilter;
use mamori_desk::cases::account_alias::AccountAlias;
use mamori_model::key::Service;
use mamori_model::page::PageSize;
use mamori_model::{Case, CaseId, CaseState, Level, Purpose, ServiceId, Urgency};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Records;
use crate::messages::{MessageId, Messages};
use crate::query::{Choice, PageQuery, choices, cursor};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of the table.
const ROWS: u32 = 50;

/// Path of the page.
pub const PATH: &str = "/console/cases";

/// The undecided cases.
#[derive(Debug, Template)]
#[template(path = "cases.html")]
pub struct CasesPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Parts of the work by which the list can be filtered.
    pub parts: Vec<Choice>,
    /// Policies by which the list can be filtered.
    pub policies: Vec<Choice>,
    /// Services by which the list can be filtered.
    pub services: Vec<ServiceChoice>,
    /// Ages by which the list can be filtered.
    pub ages: Vec<Choice>,
    /// The cases of this page, the oldest first.
    pub rows: Vec<Row>,
    /// Link to newer cases.
    pub next: Option<String>,
    /// Whether the staff member works on the queue, and gets a link to it.
    pub has_queue: bool,
}

/// A service in the filter.
#[derive(Clone, Debug)]
pub struct ServiceChoice {
    /// Id of the service.
    pub value: String,
    /// Name of the service.
    pub name: String,
    /// Whether it is selected.
    pub is_selected: bool,
}

/// An undecided case.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the case.
    pub id: String,
    /// How long ago it was opened.
    pub age: SafeHtml,
    /// Name of its policy.
    pub policy: MessageId,
    /// Name of its service, or the service's id if it is deleted.
    pub service: SafeHtml,
    /// Alias of its account in this list; `None` if the account is not known.
    pub account: Option<String>,
    /// Name of its urgency.
    pub urgency: MessageId,
    /// Whether a child may be in danger now.
    pub is_urgent: bool,
    /// Whether only a lead may claim it.
    pub is_for_leads: bool,
    /// Where it is: unclaimed, claimed, in a bulk decision, or waiting for second approval.
    pub place: MessageId,
    /// Number of its items.
    pub items: u32,
}

/// A part of the undecided cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Open,
    Escalated,
    Proposed,
}

impl Part {
    const ALL: &'static [Self] = &[Self::Open, Self::Escalated, Self::Proposed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Escalated => "escalated",
            Self::Proposed => "proposed",
        }
    }

    fn label(self) -> MessageId {
        match self {
            Self::Open => MessageId("cases-open"),
            Self::Escalated => MessageId("cases-escalated"),
            Self::Proposed => MessageId("cases-proposed"),
        }
    }

    /// Returns the filter that selects the part.
    fn filter(self) -> CaseFilter {
        let (state, level) = match self {
            Self::Open => (CaseState::Open, None),
            Self::Escalated => (CaseState::Open, Some(Level::Lead)),
            Self::Proposed => (CaseState::Proposed, None),
        };
        CaseFilter { state: Some(state), level, ..CaseFilter::default() }
    }
}

/// The least age of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Hour,
    Day,
    Week,
}

impl Age {
    const ALL: &'static [Self] = &[Self::Hour, Self::Day, Self::Week];

    fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    fn label(self) -> MessageId {
        match self {
            Self::Hour => MessageId("cases-age-hour"),
            Self::Day => MessageId("cases-age-day"),
            Self::Week => MessageId("cases-age-week"),
        }
    }

    /// Returns the time at or before which a case of this age was opened.
    fn opened_until(self, now: Timestamp) -> Timestamp {
        let age = match self {
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
            Self::Week => SignedDuration::from_hours(7 * 24),
        };
        now.checked_sub(age).unwrap_or(Timestamp::MIN)
    }
}

/// Parameters in the query of the address: the filter, and a cursor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    part: String,
    policy: String,
    service: String,
    age: String,
    after: String,
}

impl Params {
    /// Returns the fields of the filter that are set, with their names.
    fn set(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("part", self.part.as_str()),
            ("policy", self.policy.as_str()),
            ("service", self.service.as_str()),
            ("age", self.age.as_str()),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty())
    }

    /// Returns the address of the page that begins after `next`.
    fn link(&self, next: CaseId) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.set()).append_pair("after", &next.to_string());
        format!("{PATH}?{}", query.finish())
    }

    /// Returns the name of the list: what is filtered in another way is another list, with other
    /// aliases.
    fn list(&self) -> String {
        let mut query = Serializer::new(String::new());
        format!("cases {}", query.extend_pairs(self.set()).finish())
    }
}

/// Parses a field of the filter; `None` if it is empty. An unknown word is a 404.
fn parse<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    match text {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or_else(Fault::not_found),
    }
}

/// `GET /console/cases`.
pub async fn show(
    State(console): State<Console>,
    who: Records,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.session).at("/console/queue");
    let (desk, now) = (&console.desk, console.desk.clock().now());
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let find = |all: &'static [Part], word: &str| all.iter().copied().find(|p| p.as_str() == word);
    let part = parse(&params.part, |word| find(Part::ALL, word))?;
    let age = parse(&params.age, |word| Age::ALL.iter().copied().find(|age| age.as_str() == word))?;
    let purpose = parse(&params.policy, |word| word.parse::<Purpose>().ok())?;
    let service = parse(&params.service, |word| word.parse::<ServiceId>().ok())?;
    let filter = CaseFilter {
        purpose,
        service,
        opened_until: age.map(|age| age.opened_until(now)),
        ..part.map(Part::filter).unwrap_or_default()
    };
    let found =
        desk.undecided_cases(&who.proof, &filter, cursor::<CaseId>(&params.after)?, size).await?;
    let services = desk.services_for_staff(&who.session.member).await?;
    let listed = found.rows.iter().map(|case| case.id);
    let aliases = desk.aliases_of_cases(&who.session.member, &params.list(), listed).await?;
    let covered: Vec<Purpose> = Purpose::ALL
        .iter()
        .copied()
        .filter(|purpose| !purpose.is_negative())
        .filter(|purpose| who.proof.assignment().covers_purpose(*purpose))
        .collect();
    page(&CasesPage {
        frame: &frame,
        parts: choices(Part::ALL, Part::as_str, Part::label, part),
        policies: choices(&covered, Purpose::as_str, terms::purpose, purpose),
        services: services.iter().map(|one| service_choice(one, service)).collect(),
        ages: choices(Age::ALL, Age::as_str, Age::label, age),
        rows: rows(&found.rows, &services, &aliases, (frame.messages, now)),
        next: found.next.map(|next| params.link(next)),
        has_queue: who.session.staff.roles.is_reviewer(),
    })
}

fn service_choice(service: &Service, selected: Option<ServiceId>) -> ServiceChoice {
    ServiceChoice {
        value: service.id.to_string(),
        name: show::visible(service.name.as_str()),
        is_selected: Some(service.id) == selected,
    }
}

fn rows(
    cases: &[Case],
    services: &[Service],
    aliases: &BTreeMap<CaseId, AccountAlias>,
    (messages, now): (Messages, Timestamp),
) -> Vec<Row> {
    let names: BTreeMap<ServiceId, &str> =
        services.iter().map(|service| (service.id, service.name.as_str())).collect();
    let row = |case: &Case| Row {
        id: case.id.to_string(),
        age: show::age(messages, case.opened_at, now),
        policy: terms::purpose(case.purpose),
        service: names
            .get(&case.service)
            .map_or_else(|| show::text(&case.service.to_string()), |name| show::text(name)),
        account: aliases.get(&case.id).map(ToString::to_string),
        urgency: terms::urgency(case.urgency),
        is_urgent: case.urgency == Urgency::ChildInDanger,
        is_for_leads: case.level == Level::Lead,
        place: place(case, now),
        items: case.items,
    };
    cases.iter().map(row).collect()
}

/// Names where an undecided case is.
fn place(case: &Case, now: Timestamp) -> MessageId {
    if case.state == CaseState::Proposed {
        MessageId("cases-proposed")
    } else if case.bulk.is_some() {
        MessageId("cases-in-bulk")
    } else if case.claim.is_some_and(|claim| claim.until > now) {
        MessageId("cases-claimed")
    } else {
        MessageId("cases-unclaimed")
    }
}
