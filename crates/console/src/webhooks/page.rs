//! `GET /console/webhooks`: the webhook deliveries to all services, their endpoints, and the
//! actions that no service has answered.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::webhooks::list_deliveries::{DeliveryListing, EndpointStatus};
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionId, DeliveryId, EndpointId};
use serde::Deserialize;

use crate::app::Console;
use crate::decisions::page::action_tone;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::DeliveryReader;
use crate::messages::MessageId;
use crate::query::Choice;
use crate::query::PageQuery;
use crate::query::choices;
use crate::query::cursor;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of a table.
const ROWS: u32 = 50;

/// Path of the page.
pub const PATH: &str = "/console/webhooks";

/// The page.
#[derive(Debug, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Whether a delivery was just enqueued again.
    pub is_sent: bool,
    /// Number of actions that wait for an answer.
    pub waiting: u64,
    /// Number of actions that are overdue: no more reminders are sent.
    pub overdue: u64,
    /// The actions without an answer, oldest first; empty for staff members who may not read cases.
    pub actions: Vec<OpenActionRow>,
    /// Link to later actions.
    pub more_actions: Option<String>,
    /// The endpoints, oldest first.
    pub endpoints: Vec<EndpointRow>,
    /// Link to more endpoints.
    pub more_endpoints: Option<String>,
    /// States by which the deliveries can be filtered.
    pub states: Vec<Choice>,
    /// The deliveries, newest first.
    pub rows: Vec<Row>,
    /// Link to older deliveries.
    pub next: Option<String>,
}

/// An action without an answer.
#[derive(Clone, Debug)]
pub struct OpenActionRow {
    /// Id of its decision.
    pub decision: String,
    /// Name of the action.
    pub what: MessageId,
    /// Name of the service.
    pub service: SafeHtml,
    /// Time at which the action was requested.
    pub requested: Option<SafeHtml>,
    /// Number of reminders.
    pub reminders: u32,
    /// Name of its state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// Its id.
    pub id: String,
    /// Host and port of its URL; the rest may contain a secret.
    pub host: SafeHtml,
    /// Name of its service.
    pub service: SafeHtml,
    /// Since when nothing is sent to it, because it answered 410 Gone.
    pub disabled: Option<SafeHtml>,
    /// Number of deliveries that wait.
    pub waiting: u64,
    /// Result of the newest delivery that was tried.
    pub last: Option<SafeHtml>,
    /// CSS class of that result.
    pub last_tone: &'static str,
    /// When the next delivery to it is due.
    pub next: Option<SafeHtml>,
}

/// A webhook delivery.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the delivery, the same at every attempt.
    pub id: String,
    /// Name of the event that it reports.
    pub event: MessageId,
    /// Time at which the delivery was created.
    pub created: SafeHtml,
    /// Name of the service.
    pub service: SafeHtml,
    /// Id of the endpoint.
    pub endpoint: String,
    /// Host and port of the endpoint; `None` if the endpoint was removed.
    pub host: Option<SafeHtml>,
    /// Name of its state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Number of attempts.
    pub attempts: u32,
    /// Result of the last attempt.
    pub last: Option<SafeHtml>,
    /// CSS class of that result.
    pub last_tone: &'static str,
    /// State of the action that it requests; `None` if it requests none.
    pub answer: Option<MessageId>,
    /// When it is tried next, if it waits.
    pub next: Option<SafeHtml>,
    /// How the staff member may send it again; `None`: not.
    pub resend: Option<Resend>,
}

/// How a delivery can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// It waits for its next attempt: at once.
    Now,
    /// It failed: again.
    Again,
    /// It was received: again, which is rarely needed and so takes two steps.
    AgainBehind,
}

/// Parameters in the query of the address: a state, and cursors of the lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    endpoints: String,
    #[serde(default)]
    actions: String,
    #[serde(default)]
    sent: Option<String>,
}

/// `GET /console/webhooks`.
pub async fn show(
    State(console): State<Console>,
    who: DeliveryReader,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.session).at(PATH);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let state = match params.state.as_str() {
        "" => None,
        word => Some(DeliveryState::parse(word).ok_or_else(Fault::not_found)?),
    };
    let (desk, proof) = (&console.desk, &who.proof);
    let counts = desk.count_open_actions(proof).await?;
    let (actions, more_actions) = match who.session.member.records() {
        Some(records) => {
            let after: Option<ActionId> = cursor(&params.actions)?;
            let open = desk.open_actions(&records, after, size).await?;
            (open.rows.into_iter().map(|action| open_action_row(&action)).collect(), open.next)
        }
        None => (Vec::new(), None),
    };
    let endpoints =
        desk.endpoint_statuses(proof, cursor::<EndpointId>(&params.endpoints)?, size).await?;
    let messages =
        desk.delivery_listings(proof, state, cursor::<DeliveryId>(&params.before)?, size).await?;
    let may_resend = who.session.member.resender().is_some();
    let word = state.map_or("", DeliveryState::as_str);
    page(&WebhooksPage {
        frame: &frame,
        is_sent: params.sent.is_some(),
        waiting: counts.waiting,
        overdue: counts.overdue,
        actions,
        more_actions: more_actions.map(|next| format!("{PATH}?actions={next}")),
        endpoints: endpoints.rows.iter().map(endpoint_row).collect(),
        more_endpoints: endpoints.next.map(|next| format!("{PATH}?endpoints={next}")),
        states: choices(DeliveryState::ALL, DeliveryState::as_str, terms::delivery_state, state),
        rows: messages.rows.iter().map(|message| row(message, may_resend)).collect(),
        next: messages.next.map(|next| format!("{PATH}?state={word}&before={next}")),
    })
}

fn open_action_row(action: &mamori_desk::OpenAction) -> OpenActionRow {
    OpenActionRow {
        decision: action.decision.to_string(),
        what: terms::action(action.kind),
        service: show::text(action.service.as_str()),
        requested: action.requested_at.map(show::time),
        reminders: action.reminders,
        state: terms::action_state(action.state),
        tone: action_tone(action.state),
    }
}

fn endpoint_row(endpoint: &EndpointStatus) -> EndpointRow {
    let last = endpoint.last_result.as_deref();
    EndpointRow {
        id: endpoint.id.to_string(),
        next: endpoint.next_attempt.map(show::time),
        host: show::text(&endpoint.host),
        service: show::text(endpoint.service.as_str()),
        disabled: endpoint.disabled_at.map(show::time),
        waiting: endpoint.waiting,
        last: last.map(show::text),
        last_tone: result_tone(last),
    }
}

fn row(message: &DeliveryListing, may_resend: bool) -> Row {
    let line = &message.line;
    Row {
        id: line.id.to_string(),
        event: terms::webhook_event(line.event),
        created: show::time(line.created_at),
        service: show::text(line.service.as_str()),
        endpoint: line.endpoint.to_string(),
        host: message.host.as_deref().map(show::text),
        next: message.next_attempt.map(show::time),
        state: terms::delivery_state(line.state),
        tone: tone(line.state),
        attempts: line.attempts,
        last: line.last_result.as_deref().map(show::text),
        last_tone: result_tone(line.last_result.as_deref()),
        answer: line.action.map(terms::action_state),
        resend: resend(message).filter(|_| may_resend),
    }
}

/// Returns how a delivery can be sent again; `None` if its endpoint was removed.
fn resend(message: &DeliveryListing) -> Option<Resend> {
    message.host.as_ref()?;
    Some(match message.line.state {
        DeliveryState::Waiting => Resend::Now,
        DeliveryState::Failed => Resend::Again,
        DeliveryState::Delivered => Resend::AgainBehind,
    })
}

/// Returns the CSS class of a delivery's state. The name of the state is always shown beside it.
pub fn tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Delivered => " good",
        DeliveryState::Waiting => " care",
        DeliveryState::Failed => " bad",
    }
}

/// Returns the CSS class of an attempt's result: a status of success, or else a failure.
fn result_tone(result: Option<&str>) -> &'static str {
    match result.map(str::parse::<u16>) {
        None => "",
        Some(Ok(200..=299)) => " good",
        Some(_) => " bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_of_success_has_the_tone_of_success() {
        assert_eq!(result_tone(None), "");
        for success in ["200", "204", "299"] {
            assert_eq!(result_tone(Some(success)), " good");
        }
        for failure in ["199", "301", "410", "503", "timeout", "no connection", "20"] {
            assert_eq!(result_tone(Some(failure)), " bad", "{failure}");
        }
    }
}
