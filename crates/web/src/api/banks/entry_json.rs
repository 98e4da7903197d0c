//! Entries in JSON.

use jiff::Timestamp;
use mamori_desk::{Added, NewEntry};
use mamori_model::text::Labels;
use mamori_model::{BankId, Entry, EntryChange, EntryId, EntryState, Hash, HashKind, Line, Patch};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::{AllOfBuilder, ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::json::text;
use crate::problem::{Kind, Problem};

/// One hash in a bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryJson {
    /// Id of this entry.
    #[schema(value_type = text::EntryId)]
    pub id: EntryId,
    /// The bank that it is in.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// The kind of hash.
    pub kind: HashKind,
    /// The hash; left out unless the key has the scope `entries:export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = text::HashText, required = false)]
    pub hash: Option<String>,
    /// The id of the entry at its source.
    #[schema(value_type = Option<text::Line>)]
    pub source_id: Option<Line>,
    /// The source's labels.
    #[schema(value_type = Vec<text::Label>, max_items = 16)]
    pub labels: Labels,
    /// Whether it matches (`live`), or not any more (`expired`, `withdrawn`).
    pub state: EntryStateJson,
    /// Time at which it was added.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// Time from which it no longer matches.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Time at which it was withdrawn.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<Timestamp>,
}

/// Whether an entry matches.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EntryState)]
pub enum EntryStateJson {
    /// It matches.
    Live,
    /// Its `expires_at` has passed.
    Expired,
    /// It was withdrawn.
    Withdrawn,
}

impl EntryJson {
    /// Makes the JSON of `entry`, with its state at `now`, for a key that may read hashes.
    pub fn of(entry: Entry, now: Timestamp) -> Self {
        let hash = Some(entry.hash.to_string());
        Self { hash, ..Self::without_hash(entry, now) }
    }

    /// Makes the JSON of `entry`, with its state at `now`, for a key that may not read hashes.
    pub fn without_hash(entry: Entry, now: Timestamp) -> Self {
        let state = match entry.state(now) {
            EntryState::Live => EntryStateJson::Live,
            EntryState::Expired => EntryStateJson::Expired,
            EntryState::Withdrawn => EntryStateJson::Withdrawn,
        };
        Self {
            id: entry.id,
            bank_id: entry.bank,
            kind: entry.hash.kind(),
            hash: None,
            source_id: entry.source_id,
            labels: entry.labels,
            state,
            added_at: entry.added_at,
            expires_at: entry.expires_at,
            withdrawn_at: entry.withdrawn_at,
        }
    }
}

/// Hashes to add to a bank.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntries {
    /// One to 1,000 hashes; use an import for more.
    #[schema(min_items = 1, max_items = 1000)]
    pub entries: Vec<NewEntryJson>,
}

/// One hash to add to a bank.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntryJson {
    /// The hash: hex digits in either case.
    pub hash: String,
    /// The kind of hash; defaults to PDQ.
    pub kind: Option<HashKind>,
    /// The id of the entry at its source.
    #[serde(default)]
    pub source_id: Patch<Line>,
    /// The source's labels.
    #[serde(default)]
    pub labels: Patch<Labels>,
    /// Time from which it no longer matches.
    #[serde(default)]
    pub expires_at: Patch<Timestamp>,
}

/// The keys of [`NewEntryJson`], each by itself.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    description = "One hash to be put into a bank. Where the bank has it already, the keys that \
                        are sent change that entry, and `null` takes away."
)]
#[expect(dead_code, reason = "only its schema is used")]
struct NewEntryFields {
    /// The hash: 64 hex digits for PDQ and SHA-256, 40 for SHA-1, 32 for MD5, in either case.
    #[schema(pattern = "^[0-9A-Fa-f]{32,64}$", min_length = 32, max_length = 64)]
    hash: String,
    /// The kind of hash.
    #[schema(default = "pdq")]
    kind: Option<HashKind>,
    /// The id of the entry at its source.
    source_id: Option<text::Line>,
    /// The source's labels.
    #[schema(max_items = 16)]
    labels: Option<Vec<text::Label>>,
    /// Time from which it no longer matches.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl ToSchema for NewEntryJson {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewEntry".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <NewEntryFields as ToSchema>::schemas(schemas);
    }
}

impl PartialSchema for NewEntryJson {
    /// Returns the schema: the keys, and which hash goes with which kind.
    fn schema() -> RefOr<Schema> {
        let kinds = |words: Value| {
            let words = words.as_array().cloned();
            ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(words)
        };
        let long = ObjectBuilder::new()
            .property("hash", text::Hex64::schema())
            .property("kind", kinds(json!(["pdq", "sha256", null])));
        let middle = ObjectBuilder::new()
            .property("hash", text::Hex40::schema())
            .property("kind", kinds(json!(["sha1"])))
            .required("kind");
        let short = ObjectBuilder::new()
            .property("hash", text::Hex32::schema())
            .property("kind", kinds(json!(["md5"])))
            .required("kind");
        AllOfBuilder::new()
            .item(NewEntryFields::schema())
            .item(AnyOfBuilder::new().item(long).item(middle).item(short))
            .into()
    }
}

impl NewEntryJson {
    fn check(self) -> Result<NewEntry, String> {
        let kind = self.kind.unwrap_or(HashKind::Pdq);
        let hash = Hash::parse(kind, &self.hash).map_err(|why| format!("`hash`: {why}"))?;
        Ok(NewEntry {
            hash,
            metadata: EntryChange {
                source_id: self.source_id,
                labels: self.labels,
                expires_at: self.expires_at,
            },
        })
    }
}

/// Changes to an entry; an absent key changes nothing, `null` removes the value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EntryChange)]
pub struct EntryChangeJson {
    /// The id of the entry at its source.
    #[serde(default)]
    #[schema(value_type = Option<text::Line>)]
    pub source_id: Patch<Line>,
    /// The source's labels.
    #[serde(default)]
    #[schema(value_type = Option<Vec<text::Label>>, max_items = 16)]
    pub labels: Patch<Labels>,
    /// Time from which it no longer matches.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Patch<Timestamp>,
}

impl From<EntryChangeJson> for EntryChange {
    fn from(json: EntryChangeJson) -> Self {
        Self { source_id: json.source_id, labels: json.labels, expires_at: json.expires_at }
    }
}

impl TryFrom<NewEntries> for Vec<NewEntry> {
    type Error = Problem;

    fn try_from(json: NewEntries) -> Result<Self, Problem> {
        if json.entries.is_empty() {
            return Err(Problem::new(Kind::JsonShape, "`entries`: expected at least one"));
        }
        let check = |(nth, entry): (usize, NewEntryJson)| {
            entry
                .check()
                .map_err(|why| Problem::new(Kind::JsonShape, format!("`entries[{nth}]`: {why}")))
        };
        json.entries.into_iter().enumerate().map(check).collect()
    }
}

/// The result of adding hashes to a bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedEntries)]
pub struct AddedJson {
    /// Number of entries added.
    #[schema(minimum = 0, maximum = 1000)]
    pub added: u64,
    /// Number of existing entries changed.
    #[schema(minimum = 0, maximum = 1000)]
    pub updated: u64,
    /// Number of hashes that the bank already had, and for which the request brought nothing new.
    #[schema(minimum = 0, maximum = 1000)]
    pub duplicates: u64,
    /// Number of hashes left out because they were withdrawn from the bank before.
    #[schema(minimum = 0, maximum = 1000)]
    pub withdrawn: usize,
    /// The places of these in the request, counted from 0.
    #[schema(max_items = 1000)]
    pub withdrawn_places: Vec<usize>,
    /// The id of each entry that was added or changed, in the order of the request; `null` if
    /// nothing changed.
    #[schema(value_type = Vec<Option<text::EntryId>>, max_items = 1000)]
    pub ids: Vec<Option<EntryId>>,
}

impl From<Added> for AddedJson {
    fn from(added: Added) -> Self {
        Self {
            added: added.added,
            updated: added.updated,
            duplicates: added.duplicates,
            withdrawn: added.withdrawn.len(),
            withdrawn_places: added.withdrawn,
            ids: added.entries,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::parse_json;

    fn read(text: &str) -> Result<Vec<NewEntry>, Problem> {
        parse_json::<NewEntries>(text.as_bytes())?.try_into()
    }

    #[test]
    fn an_entry_is_a_pdq_hash_unless_it_says_otherwise() {
        let text = format!(r#"{{"entries":[{{"hash":"{}"}}]}}"#, "Ab".repeat(32));

        assert_eq!(read(&text).unwrap()[0].hash.kind(), HashKind::Pdq);
    }

    #[test]
    fn a_wrong_hash_is_named_by_its_place() {
        let good = "a".repeat(64);
        let text =
            format!(r#"{{"entries":[{{"hash":"{good}"}},{{"hash":"{good}","kind":"md5"}}]}}"#);

        let problem = read(&text).unwrap_err();

        assert!(problem.detail.starts_with("`entries[1]`: `hash`: "), "{}", problem.detail);
        assert!(read(r#"{"entries":[]}"#).is_err());
    }
}
