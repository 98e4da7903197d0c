//! Entries in JSON.

use jiff::Timestamp;
use mamori_desk::{Added, NewEntry};
use mamori_model::text::Labels;
use mamori_model::{BankId, Entry, EntryChange, EntryId, EntryState, Given, Hash, HashKind, Line};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::{AllOfBuilder, ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::text;
use crate::problem::{Kind, Problem};

/// One hash in a bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryJson {
    /// Its id.
    #[schema(value_type = text::EntryId)]
    pub id: EntryId,
    /// The bank it is in.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// What made the hash.
    pub kind: HashKind,
    /// The hash.
    #[schema(value_type = text::HashText)]
    pub hash: String,
    /// The source's own id of it.
    #[schema(value_type = Option<text::Line>)]
    pub source_id: Option<Line>,
    /// The source's labels.
    #[schema(value_type = Vec<text::Label>, max_items = 16)]
    pub labels: Labels,
    /// Whether it matches: `live`; or no more: `expired`, `withdrawn`.
    pub state: EntryStateJson,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// When it stops matching by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When somebody withdrew it.
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
    /// Its term ended.
    Expired,
    /// Somebody withdrew it.
    Withdrawn,
}

impl EntryJson {
    /// `entry`, as it is at `now`.
    pub fn of(entry: Entry, now: Timestamp) -> Self {
        let state = match entry.state(now) {
            EntryState::Live => EntryStateJson::Live,
            EntryState::Expired => EntryStateJson::Expired,
            EntryState::Withdrawn => EntryStateJson::Withdrawn,
        };
        Self {
            id: entry.id,
            bank_id: entry.bank,
            kind: entry.hash.kind(),
            hash: entry.hash.to_string(),
            source_id: entry.source_id,
            labels: entry.labels,
            state,
            added_at: entry.added_at,
            expires_at: entry.expires_at,
            withdrawn_at: entry.withdrawn_at,
        }
    }
}

/// Hashes to be put into a bank.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntries {
    /// One to 1,000 of them; more go in by an import.
    #[schema(min_items = 1, max_items = 1000)]
    pub entries: Vec<NewEntryJson>,
}

/// One hash to be put into a bank.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntryJson {
    /// The hash: hex digits of either case.
    pub hash: String,
    /// What made it; PDQ if it is not said.
    pub kind: Option<HashKind>,
    /// The source's own id of it.
    #[serde(default)]
    pub source_id: Given<Line>,
    /// The source's labels.
    #[serde(default)]
    pub labels: Given<Labels>,
    /// When it stops matching by itself.
    #[serde(default)]
    pub expires_at: Given<Timestamp>,
}

/// The keys of [`NewEntryJson`], each by itself.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    description = "One hash to be put into a bank. Where the bank has it already, the keys that \
                        are sent change that entry, and `null` takes away."
)]
#[expect(dead_code, reason = "only its schema is used")]
struct NewEntryKeys {
    /// The hash: 64 hex digits of PDQ and SHA-256, 40 of SHA-1, 32 of MD5, of either case.
    #[schema(pattern = "^[0-9A-Fa-f]{32,64}$", min_length = 32, max_length = 64)]
    hash: String,
    /// What made it.
    #[schema(default = "pdq")]
    kind: Option<HashKind>,
    /// The source's own id of it.
    source_id: Option<text::Line>,
    /// The source's labels.
    #[schema(max_items = 16)]
    labels: Option<Vec<text::Label>>,
    /// When it stops matching by itself.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl ToSchema for NewEntryJson {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewEntry".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <NewEntryKeys as ToSchema>::schemas(schemas);
    }
}

impl PartialSchema for NewEntryJson {
    /// The keys, and which hash goes with which kind.
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
            .item(NewEntryKeys::schema())
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
            said: EntryChange {
                source_id: self.source_id,
                labels: self.labels,
                expires_at: self.expires_at,
            },
        })
    }
}

/// What changes of an entry; a key that is absent leaves things as they are, `null` takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EntryChange)]
pub struct EntryChangeJson {
    /// The source's own id of it.
    #[serde(default)]
    #[schema(value_type = Option<text::Line>)]
    pub source_id: Given<Line>,
    /// The source's labels.
    #[serde(default)]
    #[schema(value_type = Option<Vec<text::Label>>, max_items = 16)]
    pub labels: Given<Labels>,
    /// When it stops matching by itself.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Given<Timestamp>,
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

/// What became of hashes that were to be put into a bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedEntries)]
pub struct AddedJson {
    /// How many were added.
    #[schema(minimum = 0, maximum = 1000)]
    pub added: u64,
    /// How many entries the bank had already and were changed.
    #[schema(minimum = 0, maximum = 1000)]
    pub updated: u64,
    /// How many said nothing new of a hash that the bank had already.
    #[schema(minimum = 0, maximum = 1000)]
    pub duplicates: u64,
    /// How many were left out because their hash was withdrawn from the bank before.
    #[schema(minimum = 0, maximum = 1000)]
    pub withdrawn: usize,
    /// The places of these in what was sent, from 0.
    #[schema(max_items = 1000)]
    pub withdrawn_places: Vec<usize>,
    /// The id of each entry that was made or changed, in the order in which they were sent; `null`
    /// where nothing new was said.
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
