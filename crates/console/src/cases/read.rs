//! Reads a case from the desk and fills its page.

use std::collections::BTreeMap;
use std::fmt::Display;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mamori_desk::cases::read_case::{CaseView, ItemView};
use mamori_desk::cases::read_history::{Before as Older, History, HistoryReader};
use mamori_desk::{Desk, Error, Found};
use mamori_model::case::CaseEvent;
use mamori_model::page::PageSize;
use mamori_model::staff::View;
use mamori_model::{
    CaseId, CaseState, Decision, EventId, Feature, Kept, Level, Line, Look, LookId, MatchId,
    Purpose, Refusal, StaffId, Subject, Urgency,
};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::Before;
use crate::cases::page::CasePage;
use crate::cases::page::ClaimPage;
use crate::cases::page::Colleague;
use crate::cases::page::DECIDED;
use crate::cases::page::GONE;
use crate::cases::page::Happened;
use crate::cases::page::Item;
use crate::cases::page::KEPT;
use crate::cases::page::Looked;
use crate::cases::page::Made;
use crate::cases::page::Near;
use crate::cases::page::PROPOSED;
use crate::cases::page::Picture;
use crate::cases::page::Rail;
use crate::cases::page::Typed;
use crate::cases::page::UNKEPT;
use crate::cases::page::how_near;
use crate::decisions::page::tone;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::query::Asked;
use crate::query::choices;
use crate::query::place;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Words;

/// The maximum number of items on a page of a case.
pub const ITEMS: u32 = 24;

/// Parameters in the query of a case's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Cursor: the items of this page come after this one.
    #[serde(default)]
    pub items: Option<String>,
    /// The decision that the reviewer made a moment ago.
    #[serde(default)]
    pub after: Option<String>,
    /// What became of it: `decided` or `proposed`.
    #[serde(default)]
    pub then: Option<String>,
    /// The policy of the queue in which the reviewer works.
    #[serde(default)]
    pub queue: Option<Purpose>,
    /// Cursor: the history of this page ends before this event.
    #[serde(default)]
    pub events: Option<String>,
    /// Cursor: the views of this page end before this one.
    #[serde(default)]
    pub looks: Option<String>,
}

impl Way {
    /// Returns the decision that the reviewer made a moment ago, if the address names one.
    pub fn before(&self) -> Option<Before> {
        let decision: mamori_model::DecisionId = self.after.as_deref()?.parse().ok()?;
        let is_proposed = self.then.as_deref() == Some("proposed");
        let said = if is_proposed { PROPOSED } else { DECIDED };
        Some(Before { said, decision: decision.to_string() })
    }

    /// Returns where the history of this page ends; `None`: it shows the newest.
    fn older_than(&self) -> Result<Option<Older>, Fault> {
        if self.events.is_none() && self.looks.is_none() {
            return Ok(None);
        }
        let event = place(self.events.as_deref().unwrap_or_default())?;
        let look = place(self.looks.as_deref().unwrap_or_default())?;
        Ok(Some(Older { event, look }))
    }
}

/// The last form, if it failed.
#[derive(Clone, Debug, Default)]
pub struct Last {
    /// What it contained.
    pub typed: Typed,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// `GET /console/cases/{case}`: shows the forms to the reviewer who has claimed the case, the
/// record to leads and auditors, and a button to claim it to every other reviewer.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Path(case): Path<String>,
    Asked(way): Asked<Way>,
) -> Result<Response, Fault> {
    let case: CaseId = case.parse().map_err(|_| Fault::not_found())?;
    answer(&console, &found, case, &way, Last::default()).await
}

/// Returns the page of a case, with the last form if it failed.
pub async fn answer(
    console: &Console,
    found: &Found,
    case: CaseId,
    way: &Way,
    mut last: Last,
) -> Result<Response, Fault> {
    if let Some(queue) = way.queue {
        queue.as_str().clone_into(&mut last.typed.queue);
    }
    let frame = Frame::of(found).at("/console/queue");
    let after = match way.items.as_deref() {
        Some(items) => Some(items.parse::<MatchId>().map_err(|_| Fault::not_found())?),
        None => None,
    };
    let size = PageSize::new(ITEMS).unwrap_or(PageSize::DEFAULT);
    let status = last.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let (reviewer, records) = (found.member.reviewer(), found.member.records());
    let held = match &reviewer {
        Some(reviewer) => Some((reviewer, console.desk.case(reviewer, case, after, size).await)),
        None => None,
    };
    match (held, records) {
        (Some((in_hand, Ok(view))), _) => {
            let mut page_of = drawn(&frame, console, &view);
            page_of.before = way.before();
            for item in &mut page_of.items {
                item.may_except = view.case.items > 1;
            }
            let by = format!("claim={}", view.case.claim.map_or(0, |claim| claim.number));
            page_of.has_pictures =
                pictured(&mut page_of.items, (case, &view.items.rows), &by, found.staff.view);
            page_of.rail = Some(rail(console, found, &view, &last.typed).await?);
            page_of.problem = last.fault.as_ref().map(|fault| fault.said(frame.words));
            page_of.typed = last.typed;
            if let Some(before) = way.older_than()? {
                let reader = HistoryReader::InHand(in_hand);
                let history = console.desk.history(reader, case, before).await?;
                older(&mut page_of, &history, before);
            }
            page_of.stay_in(way.queue);
            Ok((status, page(&page_of)?).into_response())
        }
        (_, Some(records)) => {
            let view = console.desk.case_record(&records, case, after, size).await?;
            let mut page_of = drawn(&frame, console, &view);
            if let Some(before) = way.older_than()? {
                let reader = HistoryReader::Records(&records);
                let history = console.desk.history(reader, case, before).await?;
                older(&mut page_of, &history, before);
            }
            page_of.may_claim = reviewer.is_some() && may_claim(&view, console.desk.clock().now());
            page_of.problem = last.fault.as_ref().map(|fault| fault.said(frame.words));
            page_of.typed = last.typed;
            Ok((status, page(&page_of)?).into_response())
        }
        (Some((_, Err(Error::Refused(why)))), None)
            if why == Refusal::ClaimLapsed || !last.typed.is_empty() =>
        {
            let may_claim = why == Refusal::ClaimLapsed;
            // Why the reviewer cannot have the case matters more than why the form failed.
            let fault = if may_claim { last.fault } else { Some(why.into()) };
            let status = fault.as_ref().map_or(StatusCode::OK, Fault::status);
            let problem = fault.map(|fault| fault.said(frame.words));
            let (typed, id) = (last.typed, case.to_string());
            let page_of = ClaimPage { frame: &frame, problem, typed, may_claim, id };
            Ok((status, page(&page_of)?).into_response())
        }
        (Some((_, Err(other))), None) => Err(Fault::from(other).on_to("/console/queue")),
        (None, None) => Err(Fault::not_found()),
    }
}

fn may_claim(view: &CaseView, now: Timestamp) -> bool {
    let case = &view.case;
    case.state == CaseState::Open
        && case.bulk.is_none()
        && case.claim.is_none_or(|claim| claim.until <= now)
}

async fn rail(
    console: &Console,
    found: &Found,
    view: &CaseView,
    typed: &Typed,
) -> Result<Rail, Fault> {
    let (Some(reviewer), Some(claim)) = (found.member.reviewer(), view.case.claim) else {
        return Err(Fault::not_found());
    };
    let colleagues = console.desk.colleagues(&reviewer).await?;
    let colleague = |(id, shown): (StaffId, Line)| Colleague {
        id: id.to_string(),
        shown: show::visible(shown.as_str()),
    };
    let features =
        |word: &str| choices(&Feature::ALL, Feature::as_str, terms::feature, Feature::parse(word));
    Ok(Rail {
        claim: claim.number,
        version: view.case.version,
        until: show::time(claim.until),
        features: features(&typed.feature),
        features_back: features(&typed.feature_back),
        urgencies: choices(&Urgency::ALL, Urgency::as_str, terms::urgency, Some(view.case.urgency)),
        colleagues: colleagues.into_iter().map(colleague).collect(),
    })
}

/// Fills the page with what is the same for every reader.
fn drawn<'a>(frame: &'a Frame, console: &'a Console, view: &CaseView) -> CasePage<'a> {
    let case = &view.case;
    let (subject, is_account) = match &case.subject {
        Subject::Account(account) => (show::text(account.reveal()), true),
        Subject::Item(item) => (show::text(item.as_str()), false),
    };
    let items = view.items.rows.iter().map(|item| drawn_item(frame.words, &console.desk, item));
    let next = view.items.next;
    CasePage {
        frame,
        before: None,
        problem: None,
        typed: Typed::default(),
        id: case.id.to_string(),
        policy: terms::purpose(case.purpose),
        wording: show::text(view.policy.wording.as_str()),
        version_of_policy: view.policy.version.into(),
        urgency: terms::urgency(case.urgency),
        is_urgent: case.urgency == Urgency::ChildInDanger,
        is_for_leads: case.level == Level::Lead,
        state: terms::case_state(case.state),
        danger_note: console.settings.danger_note.as_deref(),
        subject,
        is_account,
        service: case.service.to_string(),
        opened: show::time(case.opened_at),
        alike: view.alike.into(),
        item_count: case.items.into(),
        items: items.collect(),
        next_items: next.map(|next| format!("/console/cases/{}?items={next}", case.id)),
        has_pictures: false,
        rail: None,
        may_claim: false,
        decisions: view.decisions.iter().rev().map(made).collect(),
        history: view.history.iter().rev().map(|event| happened(event, &view.people)).collect(),
        older_events: older_events(case.id, view.older.event),
        older_looks: older_looks(case.id, view.older.look),
        newest: None,
        look_count: view.look_count,
        looks: view.looks.iter().rev().map(|look| looked(look, &view.people)).collect(),
    }
}

/// Replaces the newest part of the history by an older one.
fn older(page: &mut CasePage<'_>, history: &History, before: Older) {
    let case = &page.id;
    // A list whose cursor is not given stays at its newest part.
    if before.event.is_some() {
        page.history =
            history.events.iter().rev().map(|event| happened(event, &history.people)).collect();
        page.older_events = older_events(case, history.older.event);
    }
    if before.look.is_some() {
        page.looks = history.looks.iter().rev().map(|look| looked(look, &history.people)).collect();
        page.older_looks = older_looks(case, history.older.look);
    }
    page.newest = Some(format!("/console/cases/{case}#history"));
}

fn older_events(case: impl Display, before: Option<EventId>) -> Option<String> {
    before.map(|event| format!("/console/cases/{case}?events={event}#history"))
}

fn older_looks(case: impl Display, before: Option<LookId>) -> Option<String> {
    before.map(|look| format!("/console/cases/{case}?looks={look}#history"))
}

/// Adds to each item whose bytes are kept a way to view it, for the reason given in `by`. Returns
/// whether there is such an item.
pub fn pictured(
    items: &mut [Item],
    (case, seen): (CaseId, &[ItemView]),
    by: &str,
    how: View,
) -> bool {
    let mut has_any = false;
    for (item, seen) in items.iter_mut().zip(seen) {
        if !matches!(seen.evidence, Kept::Yes { .. }) {
            continue;
        }
        has_any = true;
        let case = format!("/console/cases/{case}");
        item.no_picture = None;
        item.picture = Some(Picture {
            veiled: format!("{case}/items/{}/veiled?{by}", item.id),
            looks: format!("{case}/looks"),
            by: by.to_owned(),
            view: how.as_str(),
            is_shown: how != View::Text,
        });
    }
    has_any
}

fn looked(look: &Look, people: &BTreeMap<StaffId, Line>) -> Looked {
    Looked {
        who: called(look.by, people),
        how: terms::clarity(look.clarity),
        at: show::time(look.opened_at),
        seconds: look.lasted().as_secs(),
    }
}

/// Fills in an item, without a way to view it.
pub fn drawn_item(words: Words, desk: &Desk, item: &ItemView) -> Item {
    let found = &item.found;
    let directory = desk.directory();
    let near = |hit: &mamori_model::Hit| {
        let bank = directory.bank(hit.bank)?;
        Some(Near { bank: show::text(bank.name.as_str()), how: how_near(words, hit) })
    };
    Item {
        id: found.id.to_string(),
        name: show::text(found.item.name.as_str()),
        plain: found.item.name.to_string(),
        may_except: false,
        picture: None,
        no_picture: Some(match item.evidence {
            Kept::Yes { .. } => KEPT,
            Kept::Gone => GONE,
            Kept::Never => UNKEPT,
        }),
        verdict: terms::verdict(found.verdict),
        surface: terms::surface(found.item.surface),
        country: found.item.country.as_ref().map(ToString::to_string),
        came: show::time(found.created_at),
        hits: found.hits.iter().filter_map(near).collect(),
    }
}

fn made(decision: &Decision) -> Made {
    Made {
        id: decision.id.to_string(),
        outcome: terms::outcome(decision.outcome),
        state: terms::decision_state(decision.state),
        tone: tone(decision.state),
        made: show::time(decision.made_at),
        reason: show::text(decision.reason.as_str()),
    }
}

fn happened(event: &CaseEvent, people: &BTreeMap<StaffId, Line>) -> Happened {
    Happened {
        what: terms::event(event.kind),
        who: event.by.map(|by| called(by, people)),
        at: show::time(event.at),
        note: event.note.as_ref().map(|note| show::text(note.as_str())),
    }
}

/// Returns the display name of a staff member, or their id if no name is known.
pub fn called(who: StaffId, people: &BTreeMap<StaffId, Line>) -> Shown {
    let shown = people.get(&who).map(|line| show::text(line.as_str()));
    shown.unwrap_or_else(|| show::text(&who.to_string()))
}
