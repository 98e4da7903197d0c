//! `GET /console/audit`: who changed what, newest first.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mamori_desk::AuditFilter;
use mamori_desk::audit::AuditReader;
use mamori_model::audit::{AuditActor, AuditEvent, AuditTarget, AuditVerb, LinkedEvent};
use mamori_model::page::PageSize;
use mamori_model::{AuditId, Line, StaffId};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Auditor;
use crate::messages::MessageId;
use crate::query::{Choice, PageQuery, choices, cursor};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of the table.
const ROWS: u32 = 50;

/// Path of the page.
pub const PATH: &str = "/console/audit";

/// The page.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Verbs by which the events can be filtered.
    pub verbs: Vec<Choice>,
    /// What the other fields of the filter contain.
    pub input: Params,
    /// The events, newest first.
    pub rows: Vec<Row>,
    /// Link to older events.
    pub next: Option<String>,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number in the chain; `None` until it is numbered.
    pub seq: Option<u64>,
    /// Time of the change.
    pub at: SafeHtml,
    /// Name of the kind of actor.
    pub actor_kind: MessageId,
    /// Name of the key or the staff member.
    pub actor: Option<SafeHtml>,
    /// Id of the key or the staff member, for the filter.
    pub actor_id: Option<String>,
    /// What was done.
    pub verb: MessageId,
    /// Id of what it was done to.
    pub target: String,
    /// Name of the staff member that it was done to.
    pub target_name: Option<SafeHtml>,
    /// The values that differ before and after.
    pub changes: Vec<Changed>,
}

/// A value that differs before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its key.
    pub key: String,
    /// The value before.
    pub before: Option<SafeHtml>,
    /// The value after.
    pub after: Option<SafeHtml>,
}

/// Parameters in the query of the address: the filter, and a cursor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// A verb.
    #[serde(default)]
    pub verb: String,
    /// Id of a key or a staff member.
    #[serde(default)]
    pub actor: String,
    /// Id of what was changed.
    #[serde(default)]
    pub target: String,
    /// First day, YYYY-MM-DD, in UTC.
    #[serde(default)]
    pub from: String,
    /// Last day, likewise.
    #[serde(default)]
    pub to: String,
    /// The event at which the previous page ended.
    #[serde(default)]
    pub before: String,
}

impl Params {
    /// Builds the filter; the fault of a form that was not filled in correctly otherwise.
    fn filter(&self) -> Result<AuditFilter, Fault> {
        let verb = match self.verb.as_str() {
            "" => None,
            word => Some(AuditVerb::parse(word).ok_or_else(Fault::not_found)?),
        };
        Ok(AuditFilter {
            verb,
            actor: target(&self.actor)?,
            actor_kind: None,
            target: target(&self.target)?,
            from: day(&self.from, 0)?,
            until: day(&self.to, 1)?,
        })
    }

    /// Returns the address of the page that begins after `next`.
    fn link(&self, next: AuditId) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in [
            ("verb", &self.verb),
            ("actor", &self.actor),
            ("target", &self.target),
            ("from", &self.from),
            ("to", &self.to),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        query.append_pair("before", &next.to_string());
        format!("{PATH}?{}", query.finish())
    }
}

fn target(text: &str) -> Result<Option<AuditTarget>, Fault> {
    match text.trim() {
        "" => Ok(None),
        text => AuditTarget::parse(text).map(Some).ok_or_else(Fault::not_found),
    }
}

/// Parses a day, and returns its beginning `later` days later.
fn day(text: &str, later: i64) -> Result<Option<Timestamp>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| Fault::form_shape())?;
    let day = day.checked_add(jiff::Span::new().days(later)).map_err(|_| Fault::form_shape())?;
    let at = day.to_zoned(TimeZone::UTC).map_err(|_| Fault::form_shape())?;
    Ok(Some(at.timestamp()))
}

/// `GET /console/audit`.
pub async fn show(
    State(console): State<Console>,
    who: Auditor,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.session).at(PATH);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let filter = params.filter()?;
    let reader = AuditReader::Auditor(&who.proof);
    let before = cursor::<AuditId>(&params.before)?;
    let record = console.desk.audit_events(reader, &filter, before, size).await?;
    page(&AuditPage {
        frame: &frame,
        verbs: choices(AuditVerb::ALL, AuditVerb::as_str, terms::audit_verb, filter.verb),
        rows: record.events.rows.iter().map(|linked| row(linked, &record.people)).collect(),
        next: record.events.next.map(|next| params.link(next)),
        input: params,
    })
}

/// Returns the row of an event.
pub fn row(linked: &LinkedEvent, people: &BTreeMap<StaffId, Line>) -> Row {
    let LinkedEvent { event, link } = linked;
    let display_name = |id: StaffId| people.get(&id).map(|name| show::text(name.as_str()));
    Row {
        seq: link.map(|link| link.seq),
        at: show::time(event.at),
        actor_kind: terms::actor_kind(&event.actor),
        actor: match &event.actor {
            AuditActor::Key { name, .. } => Some(show::text(name.as_str())),
            AuditActor::Staff(id) => display_name(*id),
            AuditActor::LocalCli | AuditActor::Mamori => None,
        },
        actor_id: event.actor.id(),
        verb: terms::audit_verb(event.verb),
        target: event.target.as_str().to_owned(),
        target_name: event.target.as_str().parse().ok().and_then(display_name),
        changes: changes(event),
    }
}

/// Returns the values that differ before and after, in the order of their keys.
fn changes(event: &AuditEvent) -> Vec<Changed> {
    let values = |text: &Option<String>| -> BTreeMap<String, Value> {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (values(&event.before), values(&event.after));
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| Changed {
            key: key.clone(),
            before: before.get(key).map(shown),
            after: after.get(key).map(shown),
        })
        .collect()
}

/// Returns a value as text: a string without quotes, anything else as JSON.
fn shown(value: &Value) -> SafeHtml {
    value.as_str().map_or_else(|| show::text(&value.to_string()), show::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(before: Option<&str>, after: Option<&str>) -> AuditEvent {
        AuditEvent {
            id: format!("aud_{}", "0".repeat(32)).parse().unwrap(),
            actor: AuditActor::LocalCli,
            verb: AuditVerb::BankChanged,
            target: AuditTarget::of("bank_1"),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_values_that_differ_are_shown() {
        let event = event(
            Some(r#"{"action":"none","name":"a","surfaces":["public"]}"#),
            Some(r#"{"action":"block","name":"a","surfaces":["public","shared"]}"#),
        );

        let changed = |key: &str, before: &str, after: &str| Changed {
            key: key.to_owned(),
            before: Some(show::text(before)),
            after: Some(show::text(after)),
        };
        assert_eq!(
            changes(&event),
            [
                changed("action", "none", "block"),
                changed("surfaces", r#"["public"]"#, r#"["public","shared"]"#),
            ]
        );
    }

    #[test]
    fn a_new_thing_has_no_values_before() {
        let changes = changes(&event(None, Some(r#"{"added":3}"#)));

        let added = Changed { key: "added".into(), before: None, after: Some(show::text("3")) };
        assert_eq!(changes, [added]);
    }

    #[test]
    fn a_day_begins_at_midnight_utc_and_the_last_day_is_included() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());

        assert_eq!(day("", 0).unwrap(), None);
        assert_eq!(day("2026-12-31", 0).unwrap(), at("2026-12-31T00:00:00Z"));
        assert_eq!(day("2026-12-31", 1).unwrap(), at("2027-01-01T00:00:00Z"));
        assert!(day("31.12.2026", 0).is_err());
        assert!(day("9999-12-31", 1).is_err());
    }
}
