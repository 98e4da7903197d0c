//! The table of what an approval request changes: a row per field, with its value before and after.

use jiff::Timestamp;
use mamori_model::approval_request::ApprovalVerb;
use mamori_model::{Action, Purpose, Surface, Transforms};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::messages::{MessageId, Messages};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The fields that a request changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeTable {
    /// Whether the request stores the values before the change, so that the table has a column for
    /// them.
    pub has_before: bool,
    /// The fields, in the order in which the page of a bank shows them.
    pub rows: Vec<FieldRow>,
}

/// A field and its values. A value is `None` if it is empty, so that nothing is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// Key of the field in the API.
    pub key: String,
    /// Name of the field; `None`: only its key is known.
    pub label: Option<MessageId>,
    /// The value before, if the table has a column for it.
    pub before: Option<SafeHtml>,
    /// The value after; of what is deleted or revoked: the value that it has.
    pub after: Option<SafeHtml>,
}

/// Keys with a name, in the order of the rows. Rows of other keys follow in the order of their keys.
const NAMED: [(&str, MessageId); 25] = [
    ("name", MessageId("banks-name")),
    ("purpose", MessageId("banks-purpose")),
    ("action", MessageId("banks-action")),
    ("is_enabled", MessageId("banks-state")),
    ("source", MessageId("banks-source")),
    ("owner", MessageId("banks-owner")),
    ("legal_basis", MessageId("banks-basis")),
    ("surfaces", MessageId("banks-surfaces")),
    ("private_basis", MessageId("banks-private")),
    ("jurisdictions", MessageId("banks-countries")),
    ("distance_max", MessageId("banks-distance")),
    ("quality_min", MessageId("banks-quality")),
    ("transforms", MessageId("banks-transforms")),
    ("entries", MessageId("changes-field-entries")),
    ("entry", MessageId("disputes-entry")),
    ("source_id", MessageId("changes-field-source-id")),
    ("live", MessageId("changes-field-entries")),
    ("labels", MessageId("changes-field-labels")),
    ("expires_at", MessageId("changes-field-expires")),
    ("role", MessageId("changes-field-role")),
    ("service", MessageId("start-leaving-service")),
    ("scopes", MessageId("changes-field-scopes")),
    ("networks", MessageId("changes-field-networks")),
    ("ends_at", MessageId("changes-field-ends")),
    ("leaving_at", MessageId("start-leaving-since")),
];

/// Returns the table of a request that does `verb`, whose change is this JSON.
pub fn change_table(messages: Messages, verb: ApprovalVerb, change: &str) -> ChangeTable {
    let change: Map<String, Value> = serde_json::from_str(change).unwrap_or_default();
    let nested = |key: &str| change.get(key).and_then(Value::as_object).cloned();
    let (before, after) = match verb {
        ApprovalVerb::ChangeBank => (nested("before"), nested("after").unwrap_or_default()),
        ApprovalVerb::ChangeEntry => {
            let mut fields = nested("change").unwrap_or_default();
            fields.extend(change.get("entry").map(|entry| ("entry".to_owned(), entry.clone())));
            (None, fields)
        }
        ApprovalVerb::DeleteService
        | ApprovalVerb::CreateBank
        | ApprovalVerb::DeleteBank
        | ApprovalVerb::AddEntries
        | ApprovalVerb::RestoreEntries
        | ApprovalVerb::ApproveSource
        | ApprovalVerb::WithdrawEntry
        | ApprovalVerb::WithdrawSource
        | ApprovalVerb::IssueKey
        | ApprovalVerb::RevokeKey => (None, change),
    };
    ChangeTable { has_before: before.is_some(), rows: rows(messages, before.as_ref(), &after) }
}

fn rows(
    messages: Messages,
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
) -> Vec<FieldRow> {
    let mut keys: Vec<&String> =
        before.into_iter().flat_map(Map::keys).chain(after.keys()).collect();
    keys.sort_by_key(|key| (place(key), *key));
    keys.dedup();
    let mut rows = Vec::new();
    for key in keys {
        let (old, new) = (before.and_then(|before| before.get(key)), after.get(key));
        if before.is_some() && old == new {
            continue;
        }
        rows.push(FieldRow {
            key: key.clone(),
            label: NAMED.get(place(key)).map(|(_, label)| *label),
            before: old.and_then(|value| shown(messages, key, value)),
            after: new.and_then(|value| shown(messages, key, value)),
        });
    }
    rows
}

/// Returns the place of a key in [`NAMED`], or its length.
fn place(key: &str) -> usize {
    NAMED.iter().position(|(named, _)| *named == key).unwrap_or(NAMED.len())
}

/// Returns a value as the other pages show it; `None` if it is empty.
fn shown(messages: Messages, key: &str, value: &Value) -> Option<SafeHtml> {
    let word = |id: MessageId| show::text(&messages.message(id));
    let known = match key {
        "purpose" => parsed::<Purpose>(value).map(|purpose| word(terms::purpose(purpose))),
        "action" => parsed::<Action>(value).map(|action| word(terms::bank_action(action))),
        "transforms" => parsed::<Transforms>(value).map(|all| word(terms::transforms(all))),
        "is_enabled" => value
            .as_bool()
            .map(|is_on| word(if is_on { MessageId("banks-on") } else { MessageId("banks-off") })),
        "surfaces" => parsed::<Vec<Surface>>(value).map(|surfaces| {
            let names =
                surfaces.into_iter().map(|surface| messages.message(terms::surface(surface)));
            show::text(&names.collect::<Vec<_>>().join(", "))
        }),
        "jurisdictions" if *value == serde_json::json!(["*"]) => {
            Some(word(MessageId("banks-everywhere")))
        }
        "private_basis" => private_basis(value),
        "expires_at" | "ends_at" | "leaving_at" => parsed::<Timestamp>(value).map(show::time),
        _ => None,
    };
    known.or_else(|| plain(value).map(|text| show::text(&text)))
}

fn parsed<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// Returns a law and its last day, as the page of a bank shows them.
fn private_basis(value: &Value) -> Option<SafeHtml> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    Some(show::text(&format!("{} · {}", text("law")?, text("until")?)))
}

/// Returns a string without quotes, a list of strings with commas, anything else as JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use mamori_model::Language;

    use super::*;

    fn table(verb: ApprovalVerb, change: &str) -> ChangeTable {
        change_table(Messages(Language::English), verb, change)
    }

    /// The rows as key, before and after; an empty value as "".
    fn cells(table: &ChangeTable) -> Vec<(&str, String, String)> {
        let text = |value: &Option<SafeHtml>| {
            let html = value.as_ref().map(ToString::to_string).unwrap_or_default();
            html.replace("<bdi>", "").replace("</bdi>", "")
        };
        table.rows.iter().map(|row| (&*row.key, text(&row.before), text(&row.after))).collect()
    }

    fn row(key: &str, before: &str, after: &str) -> (&'static str, String, String) {
        let key = NAMED.iter().find(|(named, _)| *named == key).unwrap().0;
        (key, before.to_owned(), after.to_owned())
    }

    #[test]
    fn of_a_changed_bank_only_the_fields_that_differ_are_rows() {
        let change = r#"{
            "before": {"name":"a","action":"none","surfaces":["public"],"private_basis":null,
                "jurisdictions":["JP","FR"],"is_enabled":false,"transforms":"none"},
            "after": {"name":"a","action":"block","surfaces":["public","private_message"],
                "private_basis":{"law":"Act 1 <b>","until":"2027-01-01"},
                "jurisdictions":["*"],"is_enabled":true,"transforms":"all"}}"#;

        let table = table(ApprovalVerb::ChangeBank, change);

        let say = |id| Messages(Language::English).say(id);
        let public = say("surface-public");
        let both = format!("{public}, {}", say("surface-private-message"));
        assert!(table.has_before);
        assert_eq!(
            cells(&table),
            [
                row("action", "None; the service is notified", "Block the item"),
                row("is_enabled", "Disabled", "Enabled"),
                row("surfaces", &public, &both),
                row("private_basis", "", "Act 1 &lt;b&gt; · 2027-01-01"),
                row("jurisdictions", "JP, FR", "everywhere"),
                row("transforms", &say("transforms-none"), &say("transforms-all")),
            ]
        );
    }

    #[test]
    fn of_a_changed_entry_the_fields_that_are_set_are_rows() {
        let change =
            r#"{"entry":"ent_1","change":{"expires_at":"2027-01-02T03:04:05Z","labels":[]}}"#;

        let table = table(ApprovalVerb::ChangeEntry, change);

        let end = "<time datetime=\"2027-01-02T03:04:05Z\">2027-01-02 03:04 UTC</time>";
        assert!(!table.has_before);
        assert_eq!(
            cells(&table),
            [row("entry", "", "ent_1"), row("labels", "", ""), row("expires_at", "", end)]
        );
    }

    #[test]
    fn a_key_without_a_name_and_a_word_that_is_unknown_are_shown_as_they_are() {
        let table = table(ApprovalVerb::CreateBank, r#"{"action":"shout","new":{"a":1}}"#);

        let texts = |value: &str| Some(show::text(value));
        let rows = table.rows.iter().map(|row| (&*row.key, row.label.is_some(), row.after.clone()));
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [("action", true, texts("shout")), ("new", false, texts(r#"{"a":1}"#))]
        );
        assert_eq!(
            super::change_table(Messages(Language::German), ApprovalVerb::CreateBank, "no"),
            ChangeTable::default()
        );
    }
}
