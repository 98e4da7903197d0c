//! Versions of a bank's settings in JSON.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::bank::{BankSettings, BankVersion};
use mamori_model::{
    Action, BankName, Distance, Jurisdictions, Line, PrivateBasis, Quality, Surface, Transforms,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::approvals::approval_json::ActorJson;
use crate::api::banks::bank_json::PrivateBasisSchema;
use crate::json::text;

/// One version of a bank's settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BankVersion)]
pub struct VersionJson {
    /// Number of the version, from 1.
    #[schema(minimum = 1)]
    pub version: u32,
    /// Who made the change.
    pub actor: ActorJson,
    /// Time of the change.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    /// The bank's name.
    #[schema(value_type = text::BankName)]
    pub name: BankName,
    /// Where its hashes come from.
    #[schema(value_type = text::Line)]
    pub source: Line,
    /// The law or agreement under which they are matched.
    #[schema(value_type = text::Line)]
    pub legal_basis: Line,
    /// The person or team that is responsible for it.
    #[schema(value_type = text::Line)]
    pub owner: Line,
    /// The surfaces to which it applies.
    pub surfaces: BTreeSet<Surface>,
    /// The countries to which it applies; `["*"]` means all.
    #[schema(value_type = Vec<text::CountryOrStar>)]
    pub jurisdictions: Jurisdictions,
    /// The law that permits searching private messages, and its last day.
    #[schema(value_type = Option<PrivateBasisSchema>)]
    pub private_basis: Option<PrivateBasis>,
    /// The largest distance at which a PDQ hash still matches, in bits.
    #[schema(value_type = u32, minimum = 0, maximum = 64)]
    pub distance_max: Distance,
    /// The lowest quality of an item's PDQ hash that is compared.
    #[schema(value_type = u32, minimum = 0, maximum = 100)]
    pub quality_min: Quality,
    /// Which hashes of a frame it compares.
    pub transforms: Transforms,
    /// What a match does by itself.
    pub action: Action,
    /// Whether it is searched at all.
    pub enabled: bool,
}

impl From<BankVersion> for VersionJson {
    fn from(version: BankVersion) -> Self {
        let BankVersion { version, settings, actor, changed_at } = version;
        let BankSettings {
            name,
            source,
            legal_basis,
            owner,
            surfaces,
            jurisdictions,
            private_basis,
            distance_max,
            quality_min,
            transforms,
            action,
            is_enabled: enabled,
        } = settings;
        Self {
            version,
            actor: (&actor).into(),
            changed_at,
            name,
            source,
            legal_basis,
            owner,
            surfaces,
            jurisdictions,
            private_basis,
            distance_max,
            quality_min,
            transforms,
            action,
            enabled,
        }
    }
}
