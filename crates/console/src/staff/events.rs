//! The record of changes to staff accounts: its rows, its filter, and `GET /console/staff/events`, which
//! downloads it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use futures_util::stream;
use mamori_desk::StaffEventFilter;
use mamori_desk::audit::AuditPage;
use mamori_desk::staff::list_staff::StaffReader;
use mamori_model::audit::{AuditActor, AuditEvent, AuditVerb};
use mamori_model::page::PageSize;
use mamori_model::sign_in::{CredentialKind, SignInLinkKind};
use mamori_model::{AuditId, Line, StaffId, StaffRole};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::form_urlencoded::Serializer;

use crate::app::Console;
use crate::fault::Fault;
use crate::guard::Auditor;
use crate::messages::{MessageId, Messages};
use crate::query::{Choice, PageQuery, choices, cursor};
use crate::show::{self, SafeHtml};
use crate::staff::page::PATH;
use crate::terms;

/// Path of the download.
const EXPORT: &str = "/console/staff/events";

/// The events that are read from the database at once for the download.
const EXPORTED_AT_ONCE: u32 = 200;

/// The kinds of events in the record of staff accounts.
const VERBS: [AuditVerb; 10] = [
    AuditVerb::StaffAdded,
    AuditVerb::StaffRolesChanged,
    AuditVerb::StaffAssignmentChanged,
    AuditVerb::StaffLimitsChanged,
    AuditVerb::StaffLinkMade,
    AuditVerb::CredentialAdded,
    AuditVerb::CredentialRemoved,
    AuditVerb::StaffEnded,
    AuditVerb::SignedInWithLink,
    AuditVerb::SessionReplayed,
];

/// An event in the record of staff accounts.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time of the event.
    pub at: SafeHtml,
    /// Name of the event.
    pub what: MessageId,
    /// Display name of the staff member whom it is about.
    pub who: SafeHtml,
    /// Display name of the staff member who caused it, or that it was the command line or Mamori.
    pub by: SafeHtml,
    /// Names of the roles after the event, if it changed them, or of the link or sign-in method.
    pub about: Vec<MessageId>,
}

/// The filter of the record, as parameters in the query of an address. Empty: any.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventParams {
    /// The word of a kind of event.
    pub what: String,
    /// The id of a staff member.
    pub who: String,
}

impl EventParams {
    /// Returns the filter; 404 for an unknown word or a malformed id.
    pub fn filter(&self) -> Result<StaffEventFilter, Fault> {
        let verb = match self.what.as_str() {
            "" => None,
            word => {
                let verb = VERBS.iter().copied().find(|verb| verb.as_str() == word);
                Some(verb.ok_or_else(Fault::not_found)?)
            }
        };
        Ok(StaffEventFilter { verb, staff: cursor::<StaffId>(&self.who)? })
    }

    /// Returns the kinds of events as options of a select field.
    pub fn kinds(&self) -> Vec<Choice> {
        let selected = VERBS.iter().copied().find(|verb| verb.as_str() == self.what);
        choices(&VERBS, AuditVerb::as_str, terms::audit_verb, selected)
    }

    /// Returns the address of the list with older events.
    pub fn older(&self, before: AuditId) -> String {
        let mut query = self.query();
        query.append_pair("before", &before.to_string());
        format!("{PATH}?{}#events", query.finish())
    }

    /// Returns the address of the download.
    pub fn export(&self) -> String {
        format!("{EXPORT}?{}", self.query().finish())
    }

    fn query(&self) -> Serializer<'static, String> {
        let fields = [("what", self.what.as_str()), ("who", self.who.as_str())];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        query
    }
}

/// Returns the rows of a page of the record.
pub fn rows(messages: Messages, record: &AuditPage) -> Vec<Event> {
    let events = record.events.rows.iter();
    events.map(|linked| row(messages, &linked.event, &record.people)).collect()
}

fn row(messages: Messages, event: &AuditEvent, people: &BTreeMap<StaffId, Line>) -> Event {
    let name = |id: StaffId| match people.get(&id) {
        Some(name) => show::text(name.as_str()),
        None => show::text(&id.to_string()),
    };
    let said = |id: &str| show::text(&messages.say(id));
    Event {
        at: show::time(event.at),
        what: terms::audit_verb(event.verb),
        who: event.target.as_str().parse().map_or_else(|_| show::text("–"), name),
        by: match &event.actor {
            AuditActor::Staff(id) => name(*id),
            AuditActor::Key { name, .. } => show::text(name.as_str()),
            AuditActor::LocalCli => said("audit-actor-command-line"),
            AuditActor::Mamori => said("audit-actor-mamori"),
        },
        about: event.after.as_deref().map(about).unwrap_or_default(),
    }
}

/// Reads the roles, the kind of link or the kind of sign-in method in the details of an event.
fn about(details: &str) -> Vec<MessageId> {
    #[derive(Default, Deserialize)]
    struct About {
        #[serde(default)]
        roles: Vec<StaffRole>,
        #[serde(default)]
        kind: String,
    }
    let about: About = serde_json::from_str(details).unwrap_or_default();
    let link = SignInLinkKind::parse(&about.kind).map(|kind| match kind {
        SignInLinkKind::Enroll => MessageId("staff-link-enroll"),
        SignInLinkKind::SignIn => MessageId("staff-link-sign-in"),
    });
    let method = CredentialKind::parse(&about.kind).map(terms::sign_in_method);
    about.roles.into_iter().map(terms::role).chain(link).chain(method).collect()
}

/// A line of the download.
#[derive(Serialize)]
struct Exported<'a> {
    at: String,
    verb: &'static str,
    staff: &'a str,
    staff_name: Option<&'a str>,
    actor: &'static str,
    actor_id: Option<String>,
    actor_name: Option<&'a str>,
    before: Option<&'a RawValue>,
    after: Option<&'a RawValue>,
}

/// How far a download is.
#[derive(Clone, Copy, Debug)]
enum Position {
    /// The next events are older than this one; `None`: from the newest on.
    Before(Option<AuditId>),
    /// There are no more.
    End,
}

/// Streams the events that the filter selects as NDJSON, the newest first. Auditors only: they may take
/// records with them. It has no chain of digests; the whole audit record has.
pub async fn export(
    State(console): State<Console>,
    who: Auditor,
    PageQuery(params): PageQuery<EventParams>,
) -> Result<([(HeaderName, &'static str); 2], Body), Fault> {
    let filter = params.filter()?;
    let size = PageSize::new(EXPORTED_AT_ONCE).unwrap_or(PageSize::DEFAULT);
    let lines = stream::try_unfold(Position::Before(None), move |position| {
        let (desk, auditor, filter) = (console.desk.clone(), who.proof.clone(), filter.clone());
        async move {
            let Position::Before(before) = position else {
                return Ok::<_, mamori_desk::Error>(None);
            };
            let reader = StaffReader::Auditor(&auditor);
            let record = desk.staff_events(reader, &filter, before, size).await?;
            let mut lines = String::new();
            for linked in &record.events.rows {
                lines.push_str(&line(&linked.event, &record.people));
                lines.push('\n');
            }
            let next =
                record.events.next.map_or(Position::End, |last| Position::Before(Some(last)));
            Ok(Some((lines, next)))
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"mamori-staff-events.ndjson\""),
    ];
    Ok((headers, Body::from_stream(lines)))
}

fn line(event: &AuditEvent, people: &BTreeMap<StaffId, Line>) -> String {
    let name = |id: StaffId| people.get(&id).map(Line::as_str);
    let state = |text: Option<&str>| RawValue::from_string(text?.to_owned()).ok();
    let (before, after) = (state(event.before.as_deref()), state(event.after.as_deref()));
    let exported = Exported {
        at: event.at.to_string(),
        verb: event.verb.as_str(),
        staff: event.target.as_str(),
        staff_name: event.target.as_str().parse().ok().and_then(name),
        actor: event.actor.kind(),
        actor_id: event.actor.id(),
        actor_name: event.actor.staff().and_then(name).or_else(|| event.actor.name()),
        before: before.as_deref(),
        after: after.as_deref(),
    };
    // Texts, words and JSON always serialise.
    serde_json::to_string(&exported).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_links_and_methods_of_an_event_are_read_and_nothing_else_is() {
        let roles = about(r#"{"before":["lead"],"roles":["reviewer","lead"],"assignment":{}}"#);

        assert_eq!(roles, [MessageId("role-reviewer"), MessageId("role-lead")]);
        assert_eq!(about(r#"{"kind":"enroll"}"#), [MessageId("staff-link-enroll")]);
        assert_eq!(about(r#"{"kind":"passkey"}"#), [MessageId("method-passkey")]);
        for other in [r#"{"kind":"key"}"#, "", "[]", r#"{"roles":["king"]}"#] {
            assert!(about(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn the_filter_stays_in_the_addresses_of_older_events_and_of_the_download() {
        let who = "staff_00000000000000000000000000000002";
        let params = EventParams { what: "staff_added".to_owned(), who: who.to_owned() };

        assert_eq!(params.export(), format!("/console/staff/events?what=staff_added&who={who}"));
        assert_eq!(EventParams::default().export(), "/console/staff/events?");
        let filter = params.filter().unwrap();
        assert_eq!(filter.verb, Some(AuditVerb::StaffAdded));
        assert_eq!(filter.staff, Some(who.parse().unwrap()));
        for (what, who) in [("bank_created", ""), ("", "staff_1")] {
            let odd = EventParams { what: what.to_owned(), who: who.to_owned() };
            assert!(odd.filter().is_err(), "{odd:?}");
        }
    }
}
