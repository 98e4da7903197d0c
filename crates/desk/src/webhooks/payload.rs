//! The bodies of webhooks: every field that a webhook sends out of Mamori is written in this
//! module.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::matched::Match;
use mamori_model::notification::{Contact, Counts, Notification};
use mamori_model::webhook::EventKind;
use mamori_model::{ActionRequest, Country, Decision, HitView, Sensitive, ShownHit, Verdict};
use serde::Serialize;

use crate::Directory;

/// The body of a webhook.
#[derive(Serialize)]
struct Envelope<T> {
    r#type: &'static str,
    /// When the body was written, RFC 3339 in UTC.
    timestamp: String,
    data: T,
}

#[derive(Serialize)]
struct MatchData<'a> {
    match_id: String,
    item_id: &'a str,
    account_id: Option<&'a str>,
    surface: &'static str,
    jurisdiction: Option<String>,
    verdict: Verdict,
    matches: Vec<HitData>,
    /// How many entries it came near to beyond those in `matches`.
    more_matches: u32,
}

#[derive(Serialize)]
struct HitData {
    bank_id: String,
    bank: Option<String>,
    purpose: &'static str,
    entry_id: String,
    kind: &'static str,
    /// The hashes differ in at most this many bits.
    distance_max: u32,
    frame: u32,
    frame_count: u32,
    transform: &'static str,
    backdrop: &'static str,
}

/// What a service is asked to do, and why.
pub struct RequestedAction<'a> {
    /// The decision that the action follows from.
    pub decision: &'a Decision,
    /// The action that the service is asked to take.
    pub action: &'a ActionRequest,
}

#[derive(Serialize)]
struct ActionData<'a> {
    action_id: String,
    sequence: Option<u64>,
    decision_id: String,
    case_id: String,
    kind: &'static str,
    item_id: Option<&'a str>,
    account_id: Option<&'a str>,
    countries: BTreeSet<Country>,
    feature: Option<&'static str>,
    /// The last day of the measure, in UTC, such as `2025-12-31`.
    until: Option<String>,
    policy: &'static str,
    undoes: Option<String>,
    /// Whether neither the author of the decision nor its second approver viewed any of the items.
    decided_without_viewing: bool,
    /// How often the service was reminded: 0 in the first request.
    reminder: u32,
}

#[derive(Serialize)]
struct NotificationData<'a> {
    topic: &'static str,
    contact: &'static str,
    counts: &'a Counts,
    /// The address of the console.
    console: &'a str,
}

#[derive(Serialize)]
struct TestData {
    message: &'static str,
}

/// Writes the body that notifies a service of its match. It is sent to that service's endpoints and
/// nowhere else.
pub fn of_match(
    event: EventKind,
    matched: &Match,
    (directory, view): (&Directory, HitView),
    now: Timestamp,
) -> Sensitive<String> {
    let shown = directory.shown_hits(view, &matched.hits);
    let data = MatchData {
        match_id: matched.id.to_string(),
        item_id: matched.item.name.as_str(),
        account_id: matched.item.account.as_ref().map(mamori_model::Account::reveal),
        surface: matched.item.surface.as_str(),
        jurisdiction: matched.item.country.map(|country| country.to_string()),
        verdict: matched.verdict,
        matches: shown.hits.iter().map(|hit| hit_data(hit, directory)).collect(),
        more_matches: shown.more,
    };
    write(event.as_str(), now, data)
}

/// Writes the body that asks a service for an action. It does not say which staff member decided.
pub fn of_action(requested: &RequestedAction<'_>, now: Timestamp) -> Sensitive<String> {
    let RequestedAction { decision, action } = requested;
    let terms = action.what.terms();
    let data = ActionData {
        action_id: action.id.to_string(),
        sequence: action.sequence,
        decision_id: decision.id.to_string(),
        case_id: decision.case.to_string(),
        kind: action.what.kind().as_str(),
        item_id: action.what.item().map(mamori_model::ItemName::as_str),
        account_id: action.what.account().map(mamori_model::Account::reveal),
        countries: terms.countries,
        feature: terms.feature.map(mamori_model::Feature::as_str),
        until: terms.until.map(|until| until.to_string()),
        policy: decision.purpose.as_str(),
        undoes: action.undoes.map(|undoes| undoes.to_string()),
        decided_without_viewing: decision.is_without_viewing(),
        reminder: action.reminders,
    };
    write(EventKind::ActionRequested.as_str(), now, data)
}

/// Writes the body of a test message, for a service that tests its endpoint.
pub fn of_test(now: Timestamp) -> Sensitive<String> {
    let data = TestData { message: "This endpoint works." };
    write(EventKind::EndpointTest.as_str(), now, data)
}

/// Writes the body of a notification to the people on duty: numbers and a link, nothing else. It is
/// sent to the contacts that the operator configured, and is the same at every attempt.
pub fn of_notification(notification: &Notification, console: &str) -> Sensitive<String> {
    let data = NotificationData {
        topic: notification.topic.as_str(),
        contact: notification.to.contact.as_str(),
        counts: &notification.counts,
        console,
    };
    write("staff.notification", notification.created_at, data)
}

/// Writes the body of a test of a contact.
pub fn of_notification_test(contact: Contact, console: &str, now: Timestamp) -> Sensitive<String> {
    let counts = &Counts::default();
    let data = NotificationData { topic: "test", contact: contact.as_str(), counts, console };
    write("staff.notification", now, data)
}

fn hit_data(shown: &ShownHit<'_>, directory: &Directory) -> HitData {
    let ShownHit { hit, distance_max } = shown;
    HitData {
        bank_id: hit.bank.to_string(),
        bank: directory.bank(hit.bank).map(|bank| bank.name.to_string()),
        purpose: hit.purpose.as_str(),
        entry_id: hit.entry.to_string(),
        kind: hit.kind.as_str(),
        distance_max: distance_max.0,
        frame: hit.frame,
        frame_count: hit.frame_count,
        transform: hit.variant.transform.as_str(),
        backdrop: hit.variant.backdrop.as_str(),
    }
}

fn write<T: Serialize>(event: &'static str, now: Timestamp, data: T) -> Sensitive<String> {
    let envelope = Envelope { r#type: event, timestamp: now.to_string(), data };
    #[expect(clippy::expect_used, reason = "strings, numbers and lists of them always serialise")]
    Sensitive::new(serde_json::to_string(&envelope).expect("plain data serialises"))
}
