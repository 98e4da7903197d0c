//! Reads a decision from the desk and fills its page.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::cases::read_case::CaseItems;
use mamori_desk::decisions::list_decisions::{ActionView, DecisionView};
use mamori_desk::{DeliverySummary, Error, Found};
use mamori_model::page::PageSize;
use mamori_model::{
    ActionState, DecisionId, DecisionState, Line, MatchId, Refusal, Second, StaffId, Subject,
};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::page::ITEMS;
use crate::cases::page::called;
use crate::cases::page::drawn_item;
use crate::cases::page::pictured;
use crate::decisions::page::Again;
use crate::decisions::page::Asked;
use crate::decisions::page::DecisionPage;
use crate::decisions::page::Message;
use crate::decisions::page::action_tone;
use crate::decisions::page::message_tone;
use crate::decisions::page::second;
use crate::decisions::page::terms_of;
use crate::decisions::page::tone;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::query::Asked as Behind;
use crate::show;
use crate::terms;
use crate::words::Words;

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Cursor: the items of this page come after this one.
    #[serde(default)]
    items: Option<String>,
}

/// `GET /console/decisions/{decision}`.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Path(decision): Path<String>,
    Behind(way): Behind<Way>,
) -> Result<Response, Fault> {
    let id: DecisionId = decision.parse().map_err(|_| Fault::not_found())?;
    let after = match way.items.as_deref() {
        Some(items) => Some(items.parse::<MatchId>().map_err(|_| Fault::not_found())?),
        None => None,
    };
    let view = match (found.member.records(), found.member.reviewer()) {
        (Some(records), _) => console.desk.decision_record(&records, id).await?,
        (None, Some(reviewer)) => console.desk.decision(&reviewer, id).await?,
        (None, None) => return Err(Fault::not_found()),
    };
    let people = console.desk.people_of(&view).await?;
    let frame = Frame::of(&found).at("/console/decisions");
    let again = again(&console, &found, &view, after).await?;
    let mut drawn = drawn(&frame, &view, &people);
    let now = console.desk.clock().now();
    let decision = &view.decision;
    let (who, roles) = (found.member.staff(), found.member.roles());
    let window = console.desk.settings().cases.undo_window;
    drawn.may_read_case = found.member.records().is_some();
    drawn.may_undo =
        found.member.reviewer().is_some() && decision.may_undo(roles, who, now, window).is_ok();
    drawn.may_settle = again.is_some();
    drawn.may_approve = decision.second.not_before().is_none_or(|from| from <= now);
    drawn.must_prove = found.member.recently(now).is_err();
    for (asked, action) in drawn.actions.iter_mut().zip(&view.actions) {
        let is_overdue = action.request.state == ActionState::Overdue;
        asked.may_ask_again = is_overdue && roles.is_lead();
    }
    if let Some(case) = &again {
        let mut again = read_again(frame.words, &console, &view, case);
        let by = format!("decision={}", decision.id);
        drawn.has_pictures =
            pictured(&mut again.items, (case.case.id, &case.items.rows), &by, found.staff.view);
        drawn.again = Some(again);
    }
    page(&drawn)
}

/// Returns the case if the staff member is the second person, and records that they read it.
async fn again(
    console: &Console,
    found: &Found,
    view: &DecisionView,
    after: Option<MatchId>,
) -> Result<Option<CaseItems>, Fault> {
    let is_proposed = view.decision.state == DecisionState::Proposed;
    let Some(reviewer) = found.member.reviewer().filter(|_| is_proposed) else { return Ok(None) };
    let size = PageSize::new(ITEMS).unwrap_or(PageSize::DEFAULT);
    match console.desk.read_again(&reviewer, view.decision.id, after, size).await {
        Ok(case) => Ok(Some(case)),
        // Not the second person, or a colleague settled it a moment ago.
        Err(
            Error::NotFound(_) | Error::Refused(Refusal::SecondIsFirst | Refusal::AlreadyDecided),
        ) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn read_again(words: Words, console: &Console, view: &DecisionView, case: &CaseItems) -> Again {
    let (subject, is_account) = match &case.case.subject {
        Subject::Account(account) => (show::text(account.reveal()), true),
        Subject::Item(item) => (show::text(item.as_str()), false),
    };
    let items = case.items.rows.iter().map(|item| drawn_item(words, &console.desk, item));
    let next = case.items.next;
    Again {
        subject,
        is_account,
        wording: show::text(case.policy.wording.as_str()),
        item_count: case.case.items.into(),
        items: items.collect(),
        next_items: next
            .map(|next| format!("/console/decisions/{}?items={next}", view.decision.id)),
    }
}

/// Fills the page with what is the same for every reader.
fn drawn<'a>(
    frame: &'a Frame,
    view: &DecisionView,
    people: &BTreeMap<StaffId, Line>,
) -> DecisionPage<'a> {
    let decision = &view.decision;
    let is_proposed = decision.state == DecisionState::Proposed;
    let second_by = decision.second_by.map(|by| called(by, people));
    let not_before = match decision.second {
        Second::Alone { not_before } if is_proposed => Some(show::time(not_before)),
        Second::Alone { .. } | Second::None | Second::Colleague => None,
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
        made_by: called(decision.made_by, people),
        made: show::time(decision.made_at),
        second: second(frame.words, decision.second, second_by),
        not_before,
        settled: decision.settled_at.map(show::time),
        undone_by: decision.undone_by.map(|by| called(by, people)),
        undone: decision.undone_at.map(show::time),
        reason: show::text(decision.reason.as_str()),
        second_note: decision.second_note.as_ref().map(|note| show::text(note.as_str())),
        undo_reason: decision.undo_reason.as_ref().map(|note| show::text(note.as_str())),
        actions: view.actions.iter().map(|action| asked(frame.words, action)).collect(),
        again: None,
        has_pictures: false,
        may_settle: false,
        may_approve: false,
        must_prove: false,
        may_undo: false,
    }
}

fn asked(words: Words, action: &ActionView) -> Asked {
    let request = &action.request;
    let about = match (request.what.item(), request.what.account()) {
        (Some(item), _) => show::text(item.as_str()),
        (None, Some(account)) => show::text(account.reveal()),
        (None, None) => show::text("–"),
    };
    Asked {
        id: request.id.to_string(),
        what: terms::action(request.what.kind()),
        terms: terms_of(words, &request.what.terms()),
        about,
        state: terms::action_state(request.state),
        tone: action_tone(request.state),
        reminders: request.reminders.into(),
        answered: request.answered_at.map_or_else(|| show::text("–"), show::time),
        note: request.note.as_ref().map(|note| show::text(note.reveal().as_str())),
        messages: action.deliveries.iter().map(message).collect(),
        message_count: u64::try_from(action.deliveries.len()).unwrap_or(u64::MAX),
        may_ask_again: false,
    }
}

fn message(delivery: &DeliverySummary) -> Message {
    Message {
        at: show::time(delivery.created_at),
        state: terms::delivery_state(delivery.state),
        tone: message_tone(delivery.state),
        attempts: delivery.attempts.into(),
        result: delivery.last_result.as_deref().map(show::text),
    }
}
