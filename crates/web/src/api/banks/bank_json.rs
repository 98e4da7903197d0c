//! Banks in JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_desk::banks::change_bank::{BankChange, PrivateBasisChange};
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{Desk, Error, Proof};
use mamori_model::{
    Action, Bank, BankId, BankName, Distance, Jurisdictions, Line, PrivateBasis, Purpose, Quality,
    Reach, Surface, Transforms,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::json::distance;
use crate::json::optional_distance;
use crate::json::optional_quality;
use crate::json::quality;
use crate::json::text;
use crate::problem::{Kind, Problem};

/// A named set of hashes with one purpose, and the surfaces and countries to which it applies. A
/// service's key sees only `id`, `name`, `purpose` and `action`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bank)]
pub struct BankJson {
    /// Id of this bank; never changes.
    #[schema(value_type = text::BankId)]
    pub id: BankId,
    /// Its name, unique.
    #[schema(value_type = text::BankName)]
    pub name: BankName,
    /// Its purpose; never changes.
    pub purpose: Purpose,
    /// What a match does by itself.
    pub action: Action,
    /// Where its hashes come from. This and the following keys are present only for an
    /// administrator's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Line>, nullable = false)]
    pub source: Option<Line>,
    /// The law or agreement under which they are matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Line>, nullable = false)]
    pub legal_basis: Option<Line>,
    /// The person or team that is responsible for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Line>, nullable = false)]
    pub owner: Option<Line>,
    /// The surfaces to which it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub surfaces: Option<BTreeSet<Surface>>,
    /// The countries to which it applies; `["*"]` means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<text::CountryOrStar>>, nullable = false)]
    pub jurisdictions: Option<Jurisdictions>,
    /// The law that permits searching private messages, and its last day; `null` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PrivateBasisSchema>)]
    pub private_basis: Option<Option<PrivateBasis>>,
    /// The largest distance at which a PDQ hash still matches, in bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 64, nullable = false)]
    pub distance_max: Option<Distance>,
    /// The lowest quality of an item's PDQ hash that is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 100, nullable = false)]
    pub quality_min: Option<Quality>,
    /// `all`: also compare rotated and mirrored variants of a frame. `none`: compare only what a
    /// viewer may show.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub transforms: Option<Transforms>,
    /// Whether it is searched at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// Whether the bank was created through the routes of Hasher-Matcher-Actioner. While these require no
    /// keys, every program on the server's machine can change the bank if its `action` is `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from_hma: Option<bool>,
    /// Number of entries that match now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, nullable = false)]
    pub entries: Option<u64>,
    /// Time of its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    pub created_at: Option<Timestamp>,
    /// Time of its last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    pub changed_at: Option<Timestamp>,
}

impl BankJson {
    /// Makes the JSON of `bank` for an administrator's key; `entries` of it match now.
    pub fn of(bank: Bank, entries: u64) -> Self {
        Self {
            source: Some(bank.source.clone()),
            legal_basis: Some(bank.legal_basis.clone()),
            owner: Some(bank.owner.clone()),
            surfaces: Some(bank.reach.surfaces().clone()),
            jurisdictions: Some(bank.reach.jurisdictions().clone()),
            private_basis: Some(bank.reach.private_basis().cloned()),
            distance_max: Some(bank.distance_max),
            quality_min: Some(bank.quality_min),
            transforms: Some(bank.transforms),
            enabled: Some(bank.is_enabled),
            from_hma: Some(bank.is_from_hma),
            entries: Some(entries),
            created_at: Some(bank.created_at),
            changed_at: Some(bank.changed_at),
            ..Self::for_service(bank)
        }
    }

    /// Makes the JSON of `bank` for a service's key: what a service needs to understand a hit. The
    /// rest says which lists exist, under which agreements, and how large they are.
    pub fn for_service(bank: Bank) -> Self {
        Self {
            id: bank.id,
            name: bank.name,
            purpose: bank.purpose,
            action: bank.action,
            source: None,
            legal_basis: None,
            owner: None,
            surfaces: None,
            jurisdictions: None,
            private_basis: None,
            distance_max: None,
            quality_min: None,
            transforms: None,
            enabled: None,
            from_hma: None,
            entries: None,
            created_at: None,
            changed_at: None,
        }
    }

    /// Makes the JSON of `bank` for the key that `proof` is of.
    pub async fn for_key(desk: &Desk, proof: &Proof, bank: Bank) -> Result<Self, Error> {
        match proof {
            Proof::Admin(_) => {
                let entries = desk.count_entries(proof, bank.id).await?;
                Ok(Self::of(bank, entries))
            }
            Proof::Caller(_) => Ok(Self::for_service(bank)),
        }
    }
}

/// The properties of a new bank. By default a match does nothing by itself, and the bank applies
/// only to public and shared items.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBankFields)]
pub struct NewBankJson {
    /// Its name, unique.
    #[schema(value_type = text::BankName)]
    pub name: BankName,
    /// Its purpose; never changes.
    pub purpose: Purpose,
    /// Where its hashes come from.
    #[schema(value_type = text::Line)]
    pub source: Line,
    /// The law or agreement under which they are matched.
    #[schema(value_type = text::Line)]
    pub legal_basis: Line,
    /// The person or team that is responsible for it.
    #[schema(value_type = text::Line)]
    pub owner: Line,
    /// The surfaces to which it applies; private messages only with a `private_basis`.
    #[serde(default = "not_private")]
    #[schema(value_type = Vec<Surface>, min_items = 1, default = json!(["public", "shared"]))]
    pub surfaces: BTreeSet<Surface>,
    /// The countries to which it applies; `["*"]` means all, and must be the only element.
    #[schema(schema_with = jurisdictions)]
    pub jurisdictions: Jurisdictions,
    /// The law that permits searching private messages, and its last day.
    #[schema(value_type = Option<PrivateBasisSchema>)]
    pub private_basis: Option<PrivateBasis>,
    /// The largest distance at which a PDQ hash still matches, in bits.
    #[serde(default = "same_picture", deserialize_with = "distance")]
    #[schema(value_type = u32, minimum = 0, maximum = 64, default = 31)]
    pub distance_max: Distance,
    /// The lowest quality of an item's PDQ hash that is compared.
    #[serde(default = "trusted", deserialize_with = "quality")]
    #[schema(value_type = u32, minimum = 0, maximum = 100, default = 50)]
    pub quality_min: Quality,
    /// `all`: also compare rotated and mirrored variants of a frame. `none`: compare only what a
    /// viewer may show. Defaults to `none` for `known_benign` and to `all` for every other purpose.
    pub transforms: Option<Transforms>,
    /// What a match does by itself.
    #[serde(default = "nothing")]
    #[schema(default = json!("none"))]
    pub action: Action,
    /// Whether it is searched at all.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
}

/// The law that permits searching private messages, and its last day.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrivateBasis)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PrivateBasisSchema {
    /// The law, as a lawyer would cite it: with letters, in at least 12 characters.
    law: text::Law,
    /// The last day on which it applies, in UTC: at most two years after the day on which it is set.
    #[schema(format = Date, example = "2027-04-03")]
    until: String,
}

/// [`NewBankJson`] in the document: its keys, and which of them exclude each other.
#[derive(Clone, Copy, Debug)]
pub struct NewBankSchema;

impl ToSchema for NewBankSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("NewBank")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <NewBankJson as ToSchema>::schemas(schemas);
    }
}

impl PartialSchema for NewBankSchema {
    fn schema() -> RefOr<Schema> {
        let words = |words: &[&str]| {
            let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
            any.enum_values(Some(words.iter().copied()))
        };
        let open = ArrayBuilder::new().items(words(&["public", "shared"]));
        let no_message = ObjectBuilder::new().property("surfaces", open);
        let basis = ObjectBuilder::new().schema_type(Type::Object);
        let lawful =
            ObjectBuilder::new().property("private_basis", basis).required("private_basis");
        let harmful = Purpose::ALL.iter().copied().filter(|purpose| !purpose.is_negative());
        let harmful: Vec<&str> = harmful.map(Purpose::as_str).collect();
        let may_act = ObjectBuilder::new().property("purpose", words(&harmful));
        let does_nothing = ObjectBuilder::new().property("action", words(&["none"]));
        AllOfBuilder::new()
            .item(NewBankJson::schema())
            .item(AnyOfBuilder::new().item(no_message).item(lawful))
            .item(AnyOfBuilder::new().item(may_act).item(does_nothing))
            .into()
    }
}

fn not_private() -> BTreeSet<Surface> {
    BTreeSet::from([Surface::Public, Surface::Shared])
}

fn same_picture() -> Distance {
    Distance::PDQ_SAME_MAX
}

fn trusted() -> Quality {
    Quality::TRUSTED_MIN
}

fn nothing() -> Action {
    Action::None
}

fn yes() -> bool {
    true
}

fn jurisdictions() -> Schema {
    one_of_jurisdictions().into()
}

fn jurisdictions_or_null() -> Schema {
    one_of_jurisdictions().item(ObjectBuilder::new().schema_type(Type::Null)).into()
}

fn one_of_jurisdictions() -> OneOfBuilder {
    let everywhere = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["*"]));
    let star = ArrayBuilder::new().items(everywhere).min_items(Some(1)).max_items(Some(1));
    let countries = ArrayBuilder::new().items(text::Country::schema()).min_items(Some(1));
    OneOfBuilder::new()
        .description(Some(
            "The countries to which it applies; `[\"*\"]` means all, and must be the only element.",
        ))
        .item(star)
        .item(countries)
}

impl TryFrom<NewBankJson> for NewBank {
    type Error = Error;

    fn try_from(json: NewBankJson) -> Result<Self, Error> {
        let reach = Reach::new(json.surfaces, json.jurisdictions, json.private_basis)
            .map_err(Error::invalid)?;
        Ok(Self {
            name: json.name,
            purpose: json.purpose,
            source: json.source,
            legal_basis: json.legal_basis,
            owner: json.owner,
            reach,
            distance_max: json.distance_max,
            quality_min: json.quality_min,
            transforms: json.transforms,
            action: json.action,
            is_enabled: json.enabled,
        })
    }
}

/// Changes to a bank. An absent key, or `null`, changes nothing; only `private_basis` can be
/// removed with `null`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BankChange)]
pub struct BankChangeJson {
    /// Its name, unique.
    #[schema(value_type = Option<text::BankName>)]
    pub name: Option<BankName>,
    /// Where its hashes come from.
    #[schema(value_type = Option<text::Line>)]
    pub source: Option<Line>,
    /// The law or agreement under which they are matched.
    #[schema(value_type = Option<text::Line>)]
    pub legal_basis: Option<Line>,
    /// The person or team that is responsible for it.
    #[schema(value_type = Option<text::Line>)]
    pub owner: Option<Line>,
    /// The surfaces to which it applies; private messages only with a `private_basis`.
    #[schema(value_type = Option<Vec<Surface>>, min_items = 1)]
    pub surfaces: Option<BTreeSet<Surface>>,
    /// The countries to which it applies; `["*"]` means all, and must be the only element.
    #[schema(schema_with = jurisdictions_or_null, required = false)]
    pub jurisdictions: Option<Jurisdictions>,
    /// The law that permits searching private messages; `null` removes it.
    #[serde(default, deserialize_with = "private_basis")]
    #[schema(value_type = Option<PrivateBasisSchema>)]
    pub private_basis: PrivateBasisChange,
    /// The largest distance at which a PDQ hash still matches, in bits.
    #[serde(default, deserialize_with = "optional_distance")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 64)]
    pub distance_max: Option<Distance>,
    /// The lowest quality of an item's PDQ hash that is compared.
    #[serde(default, deserialize_with = "optional_quality")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 100)]
    pub quality_min: Option<Quality>,
    /// `all`: also compare rotated and mirrored variants of a frame. `none`: compare only what a
    /// viewer may show.
    pub transforms: Option<Transforms>,
    /// What a match does by itself.
    pub action: Option<Action>,
    /// Whether it is searched at all.
    pub enabled: Option<bool>,
    /// Read only to explain why it is refused.
    #[schema(ignore)]
    pub purpose: Option<IgnoredAny>,
}

fn private_basis<'de, D>(deserializer: D) -> Result<PrivateBasisChange, D::Error>
where
    D: Deserializer<'de>,
{
    let basis = Option::<PrivateBasis>::deserialize(deserializer)?;
    Ok(basis.map_or(PrivateBasisChange::Remove, PrivateBasisChange::Set))
}

impl TryFrom<BankChangeJson> for BankChange {
    type Error = Problem;

    fn try_from(json: BankChangeJson) -> Result<Self, Problem> {
        if json.purpose.is_some() {
            return Err(Problem::new(
                Kind::PurposeFixed,
                "What a bank was filled for is what it serves. Make another bank for another \
                 purpose, and leave `purpose` out here.",
            ));
        }
        Ok(Self {
            name: json.name,
            source: json.source,
            legal_basis: json.legal_basis,
            owner: json.owner,
            surfaces: json.surfaces,
            jurisdictions: json.jurisdictions,
            private_basis: json.private_basis,
            distance_max: json.distance_max,
            quality_min: json.quality_min,
            transforms: json.transforms,
            action: json.action,
            is_enabled: json.enabled,
        })
    }
}
