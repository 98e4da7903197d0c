//! Reads a case from the desk and fills its page.

use std::collections::BTreeMap;
use std::fmt::Display;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mamori_desk::cases::account_alias::ShownSubject;
use mamori_desk::cases::case_context::EarlierOutcomes;
use mamori_desk::cases::read_case::CaseView;
use mamori_desk::cases::read_history::{History, HistoryCursor as Older, HistoryReader};
use mamori_desk::{Error, SessionLookup};
use mamori_model::page::PageSize;
use mamori_model::{
    CaseId, CaseState, Decision, EventId, Feature, Level, Line, MatchId, Outcome, Purpose, Refusal,
    StaffId, Urgency, View, ViewId,
};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::history::{self, display_name_of};
use crate::cases::page::{
    CaseForms, CaseInput, CasePage, ClaimPage, Colleague, DECIDED, DecisionRow, EarlierBox,
    LoweringBox, PLACES, PROPOSED, PreviousDecision, ViewBy, ViewRow, add_pictures, fill_item,
    groups,
};
use crate::decisions::page::tone;
use crate::decisions::views_box::{self, ViewsBox};
use crate::fault::{Fault, FieldProblem, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::Messages;
use crate::query::PageQuery;
use crate::query::choices;
use crate::query::cursor;
use crate::show;
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
        let decision = decision.to_string();
        let is_in_effect = !is_proposed;
        Some(PreviousDecision { message, decision, is_in_effect, is_next: false })
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
    /// Name of the form: the part before the hyphen of its [`PLACES`].
    pub form: &'static str,
}

impl LastForm {
    /// Returns the field of the page that made the form fail, if the fault names one. Without an
    /// account, the page has no field for it.
    fn field_problem(&self, messages: Messages, has_account: bool) -> Option<FieldProblem> {
        let fault = self.fault.as_ref()?;
        let place = format!("{}-{}", self.form, fault.field()?);
        let place = PLACES.iter().find(|known| **known == place)?;
        let is_there = has_account || !ABOUT_ACCOUNTS.contains(place);
        is_there.then(|| FieldProblem { place, text: fault.text_at_field(messages) })
    }
}

/// The fields that a page without an account does not have.
const ABOUT_ACCOUNTS: [&str; 5] = [
    "decide-account",
    "decide-feature",
    "decide-feature_until",
    "decide-feature_back",
    "decide-suspend_until",
];

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
            page_of.previous = params
                .previous_decision()
                .map(|previous| PreviousDecision { is_next: true, ..previous });
            fill_items(&mut page_of, console, (session, &last_form.input), &view);
            page_of.forms = Some(forms(console, session, &view, &last_form.input).await?);
            page_of.lowering = lowering_box(console, session, &view);
            page_of.field_problem = last_form.field_problem(frame.messages, page_of.is_account);
            if page_of.field_problem.is_none() {
                page_of.problem = last_form.fault.as_ref().map(|fault| fault.text(frame.messages));
            }
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
    let language = session.staff.language;
    let saved = console.desk.saved_reasons(&session.member, view.case.purpose, language).await?;
    let messages = Messages(language);
    let now = console.desk.clock().now();
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
        left_s: claim.until.duration_since(now).as_secs(),
        claim_s: console.desk.settings().cases.lease.as_secs(),
        saved_reasons: saved.reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
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

/// Fills in the items for the reviewer who has claimed the case: with pictures, the forms that open
/// their pages at the service, and measures for single items.
fn fill_items(
    page: &mut CasePage<'_>,
    console: &Console,
    (session, input): (&SessionLookup, &CaseInput),
    view: &CaseView,
) {
    let (case, seen) = (view.case.id, view.items.rows.as_slice());
    let fill = |item| fill_item(page.frame.messages, &console.desk, item);
    let mut items: Vec<_> = seen.iter().map(fill).collect();
    for item in &mut items {
        item.may_except = view.case.items > 1;
        input.except_of(&item.plain).clone_into(&mut item.except);
    }
    let number = view.case.claim.map_or(0, |claim| claim.number);
    let by = ViewBy { field: "claim", value: number.to_string() };
    page.has_pictures = add_pictures(&mut items, (case, seen), &by, session.staff.view);
    page.groups = groups(&console.desk, items, seen, &view.entries);
}

/// Fills in earlier decisions about an account.
pub fn earlier_box(earlier: &EarlierOutcomes) -> EarlierBox {
    let row = |(outcome, count): (&Outcome, &u64)| (terms::outcome(*outcome), *count);
    EarlierBox { rows: earlier.counts.iter().map(row).collect(), days: earlier.days.into() }
}

/// Fills the page with what is the same for every reader.
fn fill_page<'a>(frame: &'a Frame, console: &'a Console, view: &CaseView) -> CasePage<'a> {
    let case = &view.case;
    let (subject, is_account) = match &view.subject {
        ShownSubject::Account(account) => (show::text(account.reveal()), true),
        ShownSubject::Alias(alias) => (show::text(alias.as_str()), true),
        ShownSubject::Item(item) => (show::text(item.as_str()), false),
    };
    let seen = view.items.rows.as_slice();
    let items = seen.iter().map(|item| fill_item(frame.messages, &console.desk, item));
    let next = view.items.next;
    let (history, earlier_history) = history::rows(&view.history, &view.people);
    CasePage {
        frame,
        previous: None,
        problem: None,
        field_problem: None,
        input: CaseInput::default(),
        id: case.id.to_string(),
        policy: terms::purpose(case.purpose),
        wording: show::policy(frame.messages, &view.policy.texts),
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
        service_name: view.service_name.as_ref().map(|name| show::text(name.as_str())),
        service: case.service.to_string(),
        earlier: view.earlier.as_ref().map(earlier_box),
        is_service_leaving: view.is_service_leaving,
        opened: show::time(case.opened_at),
        alike: view.same_entry_count.into(),
        item_count: case.items.into(),
        groups: groups(&console.desk, items.collect(), seen, &view.entries),
        next_items: next.map(|next| format!("/console/cases/{}?items={next}", case.id)),
        has_pictures: false,
        forms: None,
        may_claim: false,
        decisions: view.decisions.iter().rev().map(decision_row).collect(),
        earlier_history_count: count(&earlier_history),
        history,
        earlier_history,
        older_events: older_events(case.id, view.older.event),
        older_views: older_views(case.id, view.older.view),
        newest: None,
        view_count: view.view_count,
        clear_view_count: view.clear_view_count,
        views: view.views.iter().rev().map(|one| view_row(one, &view.people)).collect(),
    }
}

fn count<T>(rows: &[T]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

/// Replaces the newest part of the history by an older one.
fn older(page: &mut CasePage<'_>, history: &History, before: Older) {
    let case = &page.id;
    // A list whose cursor is not given stays at its newest part.
    if before.event.is_some() {
        (page.history, page.earlier_history) = history::rows(&history.events, &history.people);
        page.earlier_history_count = count(&page.earlier_history);
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

fn view_row(view: &View, people: &BTreeMap<StaffId, Line>) -> ViewRow {
    ViewRow {
        who: display_name_of(view.by, people),
        how: terms::clarity(view.clarity),
        at: show::time(view.opened_at),
        seconds: view.lasted().as_secs(),
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
