//! Reads a decision from the desk and fills its page.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::cases::read_case::CaseItems;
use mamori_desk::decisions::list_decisions::{ActionView, DecisionView};
use mamori_desk::{DeliverySummary, Error, SessionLookup};
use mamori_model::page::PageSize;
use mamori_model::staff::ViewMode;
use mamori_model::{
    ActionState, Approval, DecisionId, DecisionState, Line, MatchId, Refusal, StaffId, Subject,
};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::{
    ITEMS, ViewBy, add_pictures, display_name_of, earlier_box, fill_item, groups,
};
use crate::decisions::page::ActionRow;
use crate::decisions::page::CaseToReview;
use crate::decisions::page::DecisionPage;
use crate::decisions::page::DeliveryRow;
use crate::decisions::page::action_tone;
use crate::decisions::page::approver_text;
use crate::decisions::page::delivery_tone;
use crate::decisions::page::terms_of;
use crate::decisions::page::tone;
use crate::decisions::summary::{self, SummaryText};
use crate::decisions::views_box::{ViewsBox, rule_of_approver};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::messages::Messages;
use crate::query::PageQuery;
use crate::show;
use crate::terms;

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Cursor: the items of this page come after this one.
    #[serde(default)]
    items: Option<String>,
}

/// `GET /console/decisions/{decision}`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    Path(decision): Path<String>,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let id: DecisionId = decision.parse().map_err(|_| Fault::not_found())?;
    let after = match params.items.as_deref() {
        Some(items) => Some(items.parse::<MatchId>().map_err(|_| Fault::not_found())?),
        None => None,
    };
    let view = match (session.member.records(), session.member.reviewer()) {
        (Some(records), _) => console.desk.decision_record(&records, id).await?,
        (None, Some(reviewer)) => console.desk.decision(&reviewer, id).await?,
        (None, None) => return Err(Fault::not_found()),
    };
    let people = console.desk.people_of(&view).await?;
    let frame = Frame::of(&session).at("/console/decisions");
    let review = case_to_review(&console, &session, &view, after).await?;
    let mut filled = fill_page(&frame, &view, &people);
    let now = console.desk.clock().now();
    let decision = &view.decision;
    let (who, roles) = (session.member.staff(), session.member.roles());
    let window = console.desk.settings().cases.undo_window;
    filled.may_read_case = session.member.records().is_some();
    filled.may_undo =
        session.member.reviewer().is_some() && decision.may_undo(roles, who, now, window).is_ok();
    filled.is_approver = review.is_some();
    filled.may_approve = decision.approval.not_before().is_none_or(|from| from <= now);
    filled.must_prove = session.member.recently(now).is_err();
    for (row, action) in filled.actions.iter_mut().zip(&view.actions) {
        let is_overdue = action.request.state == ActionState::Overdue;
        row.may_request_again = is_overdue && roles.is_lead();
    }
    if let Some(case) = &review {
        let (review, has_pictures) =
            fill_review(frame.messages, &console, (&view, case), session.staff.view);
        filled.has_pictures = has_pictures;
        filled.review = Some(review);
        filled.views = views_of_approver(&console, &session, &view, frame.messages).await?;
    }
    page(&filled)
}

/// Returns the case if the staff member is the second approver, and records that they read it.
async fn case_to_review(
    console: &Console,
    session: &SessionLookup,
    view: &DecisionView,
    after: Option<MatchId>,
) -> Result<Option<CaseItems>, Fault> {
    let is_proposed = view.decision.state == DecisionState::Proposed;
    let Some(reviewer) = session.member.reviewer().filter(|_| is_proposed) else { return Ok(None) };
    let size = PageSize::new(ITEMS).unwrap_or(PageSize::DEFAULT);
    match console.desk.open_decision(&reviewer, view.decision.id, after, size).await {
        Ok(case) => Ok(Some(case)),
        // Not the second approver, or a colleague resolved it a moment ago.
        Err(
            Error::NotFound(_)
            | Error::Refused(Refusal::ApproverIsAuthor | Refusal::AlreadyDecided),
        ) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Returns which items the second approver still has to view.
async fn views_of_approver(
    console: &Console,
    session: &SessionLookup,
    view: &DecisionView,
    messages: Messages,
) -> Result<Option<ViewsBox>, Fault> {
    let Some(reviewer) = session.member.reviewer() else { return Ok(None) };
    let needed = console.desk.views_as_approver(&reviewer, view.decision.id).await?;
    let rule = rule_of_approver(messages, needed.demand, view.decision.approval);
    Ok(Some(ViewsBox::new(messages, &needed, rule)))
}

/// Fills in the case for the second approver; also returns whether an item can be viewed.
fn fill_review(
    messages: Messages,
    console: &Console,
    (view, case): (&DecisionView, &CaseItems),
    how: ViewMode,
) -> (CaseToReview, bool) {
    let (subject, is_account) = match &case.case.subject {
        Subject::Account(account) => (show::text(account.reveal()), true),
        Subject::Item(item) => (show::text(item.as_str()), false),
    };
    let seen = case.items.rows.as_slice();
    let mut items: Vec<_> =
        seen.iter().map(|item| fill_item(messages, &console.desk, item)).collect();
    let by = ViewBy { field: "decision", value: view.decision.id.to_string() };
    let has_pictures = add_pictures(&mut items, (case.case.id, seen), &by, how);
    let next = case.items.next;
    let review = CaseToReview {
        subject,
        is_account,
        service_name: case.service_name.as_ref().map(|name| show::text(name.as_str())),
        earlier: case.earlier.as_ref().map(earlier_box),
        wording: show::policy(messages, &case.policy.texts),
        item_count: case.case.items.into(),
        groups: groups(&console.desk, items, seen, &case.entries),
        next_items: next
            .map(|next| format!("/console/decisions/{}?items={next}", view.decision.id)),
    };
    (review, has_pictures)
}

/// Fills the page with what is the same for every reader.
fn fill_page<'a>(
    frame: &'a Frame,
    view: &DecisionView,
    people: &BTreeMap<StaffId, Line>,
) -> DecisionPage<'a> {
    let decision = &view.decision;
    let is_proposed = decision.state == DecisionState::Proposed;
    let approver = decision.approver_id.map(|by| display_name_of(by, people));
    let messages = frame.messages;
    let not_before = match decision.approval {
        Approval::Alone { not_before } if is_proposed => Some(show::time(not_before)),
        Approval::Alone { .. } | Approval::None | Approval::Colleague => None,
    };
    DecisionPage {
        frame,
        id: decision.id.to_string(),
        case: decision.case.to_string(),
        may_read_case: false,
        outcome: terms::outcome(decision.outcome),
        state: terms::decision_state(decision.state),
        tone: tone(decision.state),
        is_proposed,
        policy: terms::purpose(decision.purpose),
        version_of_policy: decision.policy_version.into(),
        made_by: display_name_of(decision.made_by, people),
        made: show::time(decision.made_at),
        approver: approver_text(frame.messages, decision.approval, approver),
        not_before,
        resolved: decision.resolved_at.map(show::time),
        undone_by: decision.undone_by.map(|by| display_name_of(by, people)),
        undone: decision.undone_at.map(show::time),
        reason: show::prose(decision.reason.as_str()),
        approver_note: decision.approver_note.as_ref().map(|note| show::prose(note.as_str())),
        undo_reason: decision.undo_reason.as_ref().map(|note| show::prose(note.as_str())),
        summary: SummaryText::of(messages, &view.summary, summary::heading(decision.state)),
        approve_act: summary::act(messages, &view.summary, Some(summary::APPROVE)),
        undo_summary: SummaryText::of(messages, &view.undo_summary, summary::UNDO_HEADING),
        undo_act: summary::act(messages, &view.undo_summary, Some(summary::UNDO)),
        author_viewing: terms::viewing(decision.author_viewing),
        approver_viewing: decision.approver_viewing.map(terms::viewing),
        is_unviewed: decision.is_without_viewing(),
        views: None,
        actions: view.actions.iter().map(|action| action_row(frame.messages, action)).collect(),
        review: None,
        has_pictures: false,
        is_approver: false,
        may_approve: false,
        must_prove: false,
        may_undo: false,
    }
}

fn action_row(messages: Messages, action: &ActionView) -> ActionRow {
    let request = &action.request;
    let about = match (request.what.item(), request.what.account()) {
        (Some(item), _) => show::text(item.as_str()),
        (None, Some(account)) => show::text(account.reveal()),
        (None, None) => show::text("–"),
    };
    ActionRow {
        id: request.id.to_string(),
        what: terms::action(request.what.kind()),
        terms: terms_of(messages, &request.what.terms()),
        about,
        state: terms::action_state(request.state),
        tone: action_tone(request.state),
        reminders: request.reminders.into(),
        answered: request.answered_at.map_or_else(|| show::text("–"), show::time),
        note: request.note.as_ref().map(|note| show::prose(note.reveal().as_str())),
        deliveries: action.deliveries.iter().map(delivery_row).collect(),
        delivery_count: u64::try_from(action.deliveries.len()).unwrap_or(u64::MAX),
        may_request_again: false,
    }
}

fn delivery_row(delivery: &DeliverySummary) -> DeliveryRow {
    DeliveryRow {
        at: show::time(delivery.created_at),
        state: terms::delivery_state(delivery.state),
        tone: delivery_tone(delivery.state),
        attempts: delivery.attempts.into(),
        result: delivery.last_result.as_deref().map(show::text),
    }
}
