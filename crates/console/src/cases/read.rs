//! Reads a case from the desk and fills its page.

use std::collections::BTreeMap;
use std::fmt::Display;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mamori_desk::cases::account_alias::ShownSubject;
use mamori_desk::cases::read_case::{CaseView, ItemView};
use mamori_desk::cases::read_history::{History, HistoryCursor as Older, HistoryReader};
use mamori_desk::{Desk, Error, SessionLookup};
use mamori_model::case::CaseEvent;
use mamori_model::page::PageSize;
use mamori_model::staff::ViewMode;
use mamori_model::{
    CaseId, CaseState, Decision, EventId, EvidenceStatus, Feature, Level, Line, MatchId, Purpose,
    Refusal, StaffId, Urgency, View, ViewId,
};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::CaseForms;
use crate::cases::page::CaseInput;
use crate::cases::page::CasePage;
use crate::cases::page::ClaimPage;
use crate::cases::page::Colleague;
use crate::cases::page::DECIDED;
use crate::cases::page::DecisionRow;
use crate::cases::page::EXPIRED;
use crate::cases::page::EventRow;
use crate::cases::page::HitRow;
use crate::cases::page::Item;
use crate::cases::page::LoweringBox;
use crate::cases::page::NEVER_STORED;
use crate::cases::page::PROPOSED;
use crate::cases::page::Picture;
use crate::cases::page::PreviousDecision;
use crate::cases::page::STORED;
use crate::cases::page::ViewRow;
use crate::cases::page::hit_text;
use crate::decisions::page::tone;
use crate::decisions::views_box::{self, ViewsBox};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::Messages;
use crate::query::PageQuery;
use crate::query::choices;
use crate::query::cursor;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of items on a page of a case.
pub const ITEMS: u32 = 24;

/// Parameters in the query of a case's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseParams {
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
    pub views: Option<String>,
}

impl CaseParams {
    /// Returns the decision that the reviewer made a moment ago, if the address names one.
    pub fn previous_decision(&self) -> Option<PreviousDecision> {
        let decision: mamori_model::DecisionId = self.after.as_deref()?.parse().ok()?;
        let is_proposed = self.then.as_deref() == Some("proposed");
        let message = if is_proposed { PROPOSED } else { DECIDED };
        Some(PreviousDecision { message, decision: decision.to_string() })
    }

    /// Returns where the history of this page ends; `None`: it shows the newest.
    fn older_than(&self) -> Result<Option<Older>, Fault> {
        if self.events.is_none() && self.views.is_none() {
            return Ok(None);
        }
        let event = cursor(self.events.as_deref().unwrap_or_default())?;
        let look = cursor(self.views.as_deref().unwrap_or_default())?;
        Ok(Some(Older { event, view: look }))
    }
}

/// The last form, if it failed.
#[derive(Clone, Debug, Default)]
pub struct LastForm {
    /// What it contained.
    pub input: CaseInput,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// `GET /console/cases/{case}`: shows the forms to the reviewer who has claimed the case, the
/// record to leads and auditors, and a button to claim it to every other reviewer.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    Path(case): Path<String>,
    PageQuery(params): PageQuery<CaseParams>,
) -> Result<Response, Fault> {
    let case: CaseId = case.parse().map_err(|_| Fault::not_found())?;
    answer(&console, &session, case, &params, LastForm::default()).await
}

/// Returns the page of a case, with the last form if it failed.
pub async fn answer(
    console: &Console,
    session: &SessionLookup,
    case: CaseId,
    params: &CaseParams,
    mut last_form: LastForm,
) -> Result<Response, Fault> {
    if let Some(queue) = params.queue {
        queue.as_str().clone_into(&mut last_form.input.queue);
    }
    let frame = Frame::of(session).at("/console/queue");
    let after = match params.items.as_deref() {
        Some(items) => Some(items.parse::<MatchId>().map_err(|_| Fault::not_found())?),
        None => None,
    };
    let size = PageSize::new(ITEMS).unwrap_or(PageSize::DEFAULT);
    let status = last_form.fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let (reviewer, records) = (session.member.reviewer(), session.member.records());
    let held = match &reviewer {
        Some(reviewer) => Some((reviewer, console.desk.case(reviewer, case, after, size).await)),
        None => None,
    };
    match (held, records) {
        (Some((in_hand, Ok(view))), _) => {
            let mut page_of = fill_page(&frame, console, &view);
            page_of.previous = params.previous_decision();
            for item in &mut page_of.items {
                item.may_except = view.case.items > 1;
            }
            let by = format!("claim={}", view.case.claim.map_or(0, |claim| claim.number));
            page_of.has_pictures =
                add_pictures(&mut page_of.items, (case, &view.items.rows), &by, session.staff.view);
            page_of.forms = Some(forms(console, session, &view, &last_form.input).await?);
            page_of.lowering = lowering_box(console, session, &view);
            page_of.problem = last_form.fault.as_ref().map(|fault| fault.text(frame.messages));
            page_of.input = last_form.input;
            if let Some(before) = params.older_than()? {
                let reader = HistoryReader::Claimant(in_hand);
                let history = console.desk.history(reader, case, before).await?;
                older(&mut page_of, &history, before);
            }
            page_of.add_queue_to_links(params.queue);
            Ok((status, page(&page_of)?).into_response())
        }
        (_, Some(records)) => {
            let view = console.desk.case_record(&records, case, after, size).await?;
            let mut page_of = fill_page(&frame, console, &view);
            if let Some(before) = params.older_than()? {
                let reader = HistoryReader::Records(&records);
                let history = console.desk.history(reader, case, before).await?;
                older(&mut page_of, &history, before);
            }
            page_of.lowering = lowering_box(console, session, &view);
            page_of.may_claim = reviewer.is_some() && may_claim(&view, console.desk.clock().now());
            page_of.problem = last_form.fault.as_ref().map(|fault| fault.text(frame.messages));
            page_of.input = last_form.input;
            Ok((status, page(&page_of)?).into_response())
        }
        (Some((_, Err(Error::Refused(why)))), None)
            if why == Refusal::ClaimLapsed || !last_form.input.is_empty() =>
        {
            let may_claim = why == Refusal::ClaimLapsed;
            // Why the reviewer cannot have the case matters more than why the form failed.
            let fault = if may_claim { last_form.fault } else { Some(why.into()) };
            let status = fault.as_ref().map_or(StatusCode::OK, Fault::status);
            let problem = fault.map(|fault| fault.text(frame.messages));
            let (input, id) = (last_form.input, case.to_string());
            let page_of = ClaimPage { frame: &frame, problem, input, may_claim, id };
            Ok((status, page(&page_of)?).into_response())
        }
        (Some((_, Err(other))), None) => Err(Fault::from(other).with_link("/console/queue")),
        (None, None) => Err(Fault::not_found()),
    }
}

fn may_claim(view: &CaseView, now: Timestamp) -> bool {
    let case = &view.case;
    case.state == CaseState::Open
        && case.bulk.is_none()
        && case.claim.is_none_or(|claim| claim.until <= now)
}

async fn forms(
    console: &Console,
    session: &SessionLookup,
    view: &CaseView,
    input: &CaseInput,
) -> Result<CaseForms, Fault> {
    let (Some(reviewer), Some(claim)) = (session.member.reviewer(), view.case.claim) else {
        return Err(Fault::not_found());
    };
    let colleagues = console.desk.colleagues(&reviewer).await?;
    let colleague = |(id, display_name): (StaffId, Line)| Colleague {
        id: id.to_string(),
        display_name: show::visible(display_name.as_str()),
    };
    let needed = console.desk.views_of_case(&reviewer, view.case.id).await?;
    let messages = Messages(session.staff.language);
    let days_alone = console.desk.settings().cases.feature_limit_days_alone;
    let rule = views_box::rule_of_case(messages, days_alone);
    let urgencies = |is_offered: &dyn Fn(Urgency) -> bool| {
        let offered = Urgency::ALL.iter().copied().filter(|urgency| is_offered(*urgency));
        let offered: Vec<Urgency> = offered.collect();
        choices(&offered, Urgency::as_str, terms::urgency, Some(view.case.urgency))
    };
    let features =
        |word: &str| choices(Feature::ALL, Feature::as_str, terms::feature, Feature::parse(word));
    Ok(CaseForms {
        claim: claim.number,
        version: view.case.version,
        until: show::time(claim.until),
        features: features(&input.feature),
        features_back: features(&input.feature_back),
        urgencies: urgencies(&|urgency: Urgency| !urgency.is_below(view.case.urgency)),
        lower_urgencies: urgencies(&|urgency: Urgency| urgency.is_below(view.case.urgency)),
        colleagues: colleagues.into_iter().map(colleague).collect(),
        views: ViewsBox::new(messages, &needed, rule),
    })
}

/// Returns the proposal to lower the urgency, and what the reader can do about it.
fn lowering_box(
    console: &Console,
    session: &SessionLookup,
    view: &CaseView,
) -> Option<LoweringBox> {
    let lowering = view.lowering.as_ref()?;
    let now = console.desk.clock().now();
    let not_before = lowering.approval.not_before().filter(|from| *from > now);
    let reviewer = session.member.reviewer();
    Some(LoweringBox {
        to: terms::urgency(lowering.to),
        by: display_name_of(lowering.by, &view.people),
        at: show::time(lowering.at),
        reason: show::prose(lowering.reason.as_str()),
        is_approver: reviewer.is_some_and(|who| console.desk.may_judge_lowering(&who, lowering)),
        may_agree: not_before.is_none(),
        not_before: not_before.map(show::time),
        must_prove: session.member.recently(now).is_err(),
    })
}

/// Fills the page with what is the same for every reader.
fn fill_page<'a>(frame: &'a Frame, console: &'a Console, view: &CaseView) -> CasePage<'a> {
    let case = &view.case;
    let (subject, is_account) = match &view.subject {
        ShownSubject::Account(account) => (show::text(account.reveal()), true),
        ShownSubject::Alias(alias) => (show::text(alias.as_str()), true),
        ShownSubject::Item(item) => (show::text(item.as_str()), false),
    };
    let items = view.items.rows.iter().map(|item| fill_item(frame.messages, &console.desk, item));
    let next = view.items.next;
    CasePage {
        frame,
        previous: None,
        problem: None,
        input: CaseInput::default(),
        id: case.id.to_string(),
        policy: terms::purpose(case.purpose),
        wording: show::prose(view.policy.wording.as_str()),
        version_of_policy: view.policy.version.into(),
        urgency: terms::urgency(case.urgency),
        is_urgent: case.urgency == Urgency::ChildInDanger,
        is_for_leads: case.level == Level::Lead,
        state: terms::case_state(case.state),
        danger_note: console.settings.danger_note.as_deref(),
        lowering: None,
        subject,
        is_account,
        is_alias: matches!(view.subject, ShownSubject::Alias(_)),
        service: case.service.to_string(),
        is_service_leaving: view.is_service_leaving,
        opened: show::time(case.opened_at),
        alike: view.same_entry_count.into(),
        item_count: case.items.into(),
        items: items.collect(),
        next_items: next.map(|next| format!("/console/cases/{}?items={next}", case.id)),
        has_pictures: false,
        forms: None,
        may_claim: false,
        decisions: view.decisions.iter().rev().map(decision_row).collect(),
        history: view.history.iter().rev().map(|event| event_row(event, &view.people)).collect(),
        older_events: older_events(case.id, view.older.event),
        older_views: older_views(case.id, view.older.view),
        newest: None,
        view_count: view.view_count,
        views: view.views.iter().rev().map(|one| view_row(one, &view.people)).collect(),
    }
}

/// Replaces the newest part of the history by an older one.
fn older(page: &mut CasePage<'_>, history: &History, before: Older) {
    let case = &page.id;
    // A list whose cursor is not given stays at its newest part.
    if before.event.is_some() {
        page.history =
            history.events.iter().rev().map(|event| event_row(event, &history.people)).collect();
        page.older_events = older_events(case, history.older.event);
    }
    if before.view.is_some() {
        page.views = history.views.iter().rev().map(|one| view_row(one, &history.people)).collect();
        page.older_views = older_views(case, history.older.view);
    }
    page.newest = Some(format!("/console/cases/{case}#history"));
}

fn older_events(case: impl Display, before: Option<EventId>) -> Option<String> {
    before.map(|event| format!("/console/cases/{case}?events={event}#history"))
}

fn older_views(case: impl Display, before: Option<ViewId>) -> Option<String> {
    before.map(|view| format!("/console/cases/{case}?views={view}#history"))
}

/// Adds to each item whose bytes are stored the URLs with which it is viewed, for the reason given
/// in `by`. Returns whether there is such an item.
pub fn add_pictures(
    items: &mut [Item],
    (case, seen): (CaseId, &[ItemView]),
    by: &str,
    how: ViewMode,
) -> bool {
    let mut has_any = false;
    for (item, seen) in items.iter_mut().zip(seen) {
        if !matches!(seen.evidence, EvidenceStatus::Available { .. }) {
            continue;
        }
        has_any = true;
        item.no_picture = None;
        item.picture = Some(Picture::of(case, seen.found.id, by, how));
    }
    has_any
}

impl Picture {
    /// Returns the URLs with which an item of a case is viewed, for the reason given in `by`.
    pub fn of(case: CaseId, item: MatchId, by: &str, how: ViewMode) -> Self {
        let case = format!("/console/cases/{case}");
        Self {
            blurred: format!("{case}/items/{item}/blurred?{by}"),
            views: format!("{case}/views"),
            by: by.to_owned(),
            view: how.as_str(),
            is_shown: how != ViewMode::Text,
        }
    }
}

fn view_row(view: &View, people: &BTreeMap<StaffId, Line>) -> ViewRow {
    ViewRow {
        who: display_name_of(view.by, people),
        how: terms::clarity(view.clarity),
        at: show::time(view.opened_at),
        seconds: view.lasted().as_secs(),
    }
}

/// Fills in an item, without the URLs with which it is viewed; [`add_pictures`] adds them.
pub fn fill_item(messages: Messages, desk: &Desk, item: &ItemView) -> Item {
    let found = &item.found;
    let directory = desk.directory();
    let hit_row = |hit: &mamori_model::Hit| {
        let bank = directory.bank(hit.bank)?;
        Some(HitRow { bank: show::text(bank.name.as_str()), how: hit_text(messages, hit) })
    };
    Item {
        id: found.id.to_string(),
        name: show::text(found.item.name.as_str()),
        plain: found.item.name.to_string(),
        may_except: false,
        picture: None,
        no_picture: Some(match item.evidence {
            EvidenceStatus::Available { .. } => STORED,
            EvidenceStatus::Gone => EXPIRED,
            EvidenceStatus::NeverStored => NEVER_STORED,
        }),
        is_earlier_version: item.is_earlier_version
            && matches!(item.evidence, EvidenceStatus::Available { .. }),
        verdict: terms::verdict(found.verdict),
        surface: terms::surface(found.item.surface),
        country: found.item.country.as_ref().map(ToString::to_string),
        matched: show::time(found.created_at),
        hits: found.hits.iter().filter_map(hit_row).collect(),
    }
}

fn decision_row(decision: &Decision) -> DecisionRow {
    DecisionRow {
        id: decision.id.to_string(),
        outcome: terms::outcome(decision.outcome),
        state: terms::decision_state(decision.state),
        tone: tone(decision.state),
        made: show::time(decision.made_at),
        reason: show::prose(decision.reason.as_str()),
        is_unviewed: decision.is_without_viewing(),
    }
}

fn event_row(event: &CaseEvent, people: &BTreeMap<StaffId, Line>) -> EventRow {
    EventRow {
        what: terms::event(event.kind),
        urgency: event.about.urgency.map(terms::urgency),
        who: event.by.map(|by| display_name_of(by, people)),
        at: show::time(event.at),
        note: event.note.as_ref().map(|note| show::prose(note.as_str())),
    }
}

/// Returns the display name of a staff member, or their id if no name is known.
pub fn display_name_of(who: StaffId, people: &BTreeMap<StaffId, Line>) -> SafeHtml {
    let display_name = people.get(&who).map(|line| show::text(line.as_str()));
    display_name.unwrap_or_else(|| show::text(&who.to_string()))
}
