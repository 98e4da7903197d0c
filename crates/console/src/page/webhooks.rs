//! `GET /console/webhooks`: how messages to services go, and what no service has answered.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mamori_desk::list_messages::{Message, Place};
use mamori_model::page::PageSize;
use mamori_model::webhook::DeliveryState;
use mamori_model::{ActionId, DeliveryId, EndpointId};
use serde::Deserialize;

use super::decision::action_tone;
use super::{Asked, Choice, choices, place};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Messages;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// How many rows a table has.
const ROWS: u32 = 50;

/// Where the page is.
pub const HERE: &str = "/console/webhooks";

/// How messages go.
#[derive(Debug, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether a message was just put on its way again.
    pub is_sent: bool,
    /// How many actions wait for an answer.
    pub waiting: u64,
    /// How many have waited for too long.
    pub overdue: u64,
    /// Those, for whoever reads cases.
    pub actions: Vec<Open>,
    /// Where later ones are.
    pub more_actions: Option<String>,
    /// The endpoints.
    pub places: Vec<PlaceRow>,
    /// Where more of them are.
    pub more_places: Option<String>,
    /// States of messages to choose from.
    pub states: Vec<Choice>,
    /// The messages.
    pub rows: Vec<Row>,
    /// Where older ones are.
    pub next: Option<String>,
}

/// An action without an answer.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its decision.
    pub decision: String,
    /// What is asked.
    pub what: Id,
    /// The service.
    pub service: Shown,
    /// Since when.
    pub asked: Option<Shown>,
    /// How often it was asked again.
    pub reminders: u32,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct PlaceRow {
    /// Its host.
    pub host: Shown,
    /// Its service.
    pub service: Shown,
    /// How many messages wait.
    pub waiting: u64,
    /// What came of the last one.
    pub last: Option<Shown>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What it tells.
    pub event: Id,
    /// When it was promised.
    pub promised: Shown,
    /// Its service.
    pub service: Shown,
    /// Where it goes; nothing if the endpoint is removed.
    pub host: Option<Shown>,
    /// How far it has come.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of it.
    pub last: Option<Shown>,
    /// What the service answered, where it asks for something.
    pub answer: Option<Id>,
    /// Whether the person may send it again.
    pub may_resend: bool,
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    places: String,
    #[serde(default)]
    actions: String,
    #[serde(default)]
    sent: Option<String>,
}

/// The page.
pub async fn show(
    State(console): State<Console>,
    who: Messages,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.found).at(HERE);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let state = match asked.state.as_str() {
        "" => None,
        word => Some(DeliveryState::parse(word).ok_or_else(Fault::not_found)?),
    };
    let (desk, proof) = (&console.desk, &who.proof);
    let counts = desk.count_open_actions(proof).await?;
    let (actions, more_actions) = match who.found.member.records() {
        Some(records) => {
            let after: Option<ActionId> = place(&asked.actions)?;
            let open = desk.open_actions(&records, after, size).await?;
            (open.rows.into_iter().map(|action| open_row(&action)).collect(), open.next)
        }
        None => (Vec::new(), None),
    };
    let places = desk.places(proof, place::<EndpointId>(&asked.places)?, size).await?;
    let messages = desk.messages(proof, state, place::<DeliveryId>(&asked.before)?, size).await?;
    let may_resend = who.found.member.resender().is_some();
    let word = state.map_or("", DeliveryState::as_str);
    page(&WebhooksPage {
        frame: &frame,
        is_sent: asked.sent.is_some(),
        waiting: counts.waiting,
        overdue: counts.overdue,
        actions,
        more_actions: more_actions.map(|next| format!("{HERE}?actions={next}")),
        places: places.rows.iter().map(place_row).collect(),
        more_places: places.next.map(|next| format!("{HERE}?places={next}")),
        states: choices(&DeliveryState::ALL, DeliveryState::as_str, terms::delivery_state, state),
        rows: messages.rows.iter().map(|message| row(message, may_resend)).collect(),
        next: messages.next.map(|next| format!("{HERE}?state={word}&before={next}")),
    })
}

fn open_row(action: &mamori_desk::OpenAction) -> Open {
    Open {
        decision: action.decision.to_string(),
        what: terms::action(action.kind),
        service: show::text(action.service.as_str()),
        asked: action.asked_at.map(show::time),
        reminders: action.reminders,
        state: terms::action_state(action.state),
        tone: action_tone(action.state),
    }
}

fn place_row(place: &Place) -> PlaceRow {
    PlaceRow {
        host: show::text(&place.host),
        service: show::text(place.service.as_str()),
        waiting: place.waiting,
        last: place.last_result.as_deref().map(show::text),
    }
}

fn row(message: &Message, may_resend: bool) -> Row {
    let line = &message.line;
    Row {
        id: line.id.to_string(),
        event: terms::told(line.event),
        promised: show::time(line.created_at),
        service: show::text(line.service.as_str()),
        host: message.host.as_deref().map(show::text),
        state: terms::delivery_state(line.state),
        tone: tone(line.state),
        attempts: line.attempts,
        last: line.last_result.as_deref().map(show::text),
        answer: line.action.map(terms::action_state),
        may_resend: may_resend && message.host.is_some() && line.state != DeliveryState::Waiting,
    }
}

/// The class of a message's state. The word beside it says the same.
pub fn tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Delivered => " good",
        DeliveryState::Waiting => " care",
        DeliveryState::Failed => " bad",
    }
}
