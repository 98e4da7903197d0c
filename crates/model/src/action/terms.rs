//! An action in parts, as the database and messages have it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Feature, ServiceAction};
use crate::{Account, Country, ItemName};

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// The item is to be seen by nobody.
    RemoveItem,
    /// The item is to be seen as if it had never been held.
    RestoreItem,
    /// The item is to be kept back until somebody decided.
    HoldItem,
    /// The item is not to be seen in some countries until a day.
    LimitItem,
    /// The account does without one feature until a day.
    LimitFeature,
    /// The account has the feature again.
    RestoreFeature,
    /// The account is closed, until a day or until it is restored.
    SuspendAccount,
    /// The account is open again.
    RestoreAccount,
}

impl ActionKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::RemoveItem,
        Self::RestoreItem,
        Self::HoldItem,
        Self::LimitItem,
        Self::LimitFeature,
        Self::RestoreFeature,
        Self::SuspendAccount,
        Self::RestoreAccount,
    ];

    /// The word in the API, the database and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RemoveItem => "remove_item",
            Self::RestoreItem => "restore_item",
            Self::HoldItem => "hold_item",
            Self::LimitItem => "limit_item",
            Self::LimitFeature => "limit_feature",
            Self::RestoreFeature => "restore_feature",
            Self::SuspendAccount => "suspend_account",
            Self::RestoreAccount => "restore_account",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The particulars of an action, beside its kind and its target. JSON: only what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Where an item is not to be seen.
    #[serde(
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "crate::place::stored_countries"
    )]
    pub countries: BTreeSet<Country>,
    /// Which feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Feature>,
    /// The last day, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl ServiceAction {
    /// Its kind.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::RemoveItem(_) => ActionKind::RemoveItem,
            Self::RestoreItem(_) => ActionKind::RestoreItem,
            Self::HoldItem(_) => ActionKind::HoldItem,
            Self::LimitItem { .. } => ActionKind::LimitItem,
            Self::LimitFeature { .. } => ActionKind::LimitFeature,
            Self::RestoreFeature { .. } => ActionKind::RestoreFeature,
            Self::SuspendAccount { .. } => ActionKind::SuspendAccount,
            Self::RestoreAccount(_) => ActionKind::RestoreAccount,
        }
    }

    /// Its particulars.
    pub fn terms(&self) -> Terms {
        match self {
            Self::LimitItem { countries, until, .. } => {
                Terms { countries: countries.clone(), until: Some(*until), ..Terms::default() }
            }
            Self::LimitFeature { feature, until, .. } => {
                Terms { feature: Some(*feature), until: Some(*until), ..Terms::default() }
            }
            Self::RestoreFeature { feature, .. } => {
                Terms { feature: Some(*feature), ..Terms::default() }
            }
            Self::SuspendAccount { until, .. } => Terms { until: *until, ..Terms::default() },
            Self::RemoveItem(_)
            | Self::RestoreItem(_)
            | Self::HoldItem(_)
            | Self::RestoreAccount(_) => Terms::default(),
        }
    }

    /// Puts an action together; `None` where a part is missing. Parts that its kind does not have
    /// are left out.
    pub fn from_parts(
        kind: ActionKind,
        item: Option<ItemName>,
        account: Option<Account>,
        terms: Terms,
    ) -> Option<Self> {
        let Terms { countries, feature, until } = terms;
        Some(match kind {
            ActionKind::RemoveItem => Self::RemoveItem(item?),
            ActionKind::RestoreItem => Self::RestoreItem(item?),
            ActionKind::HoldItem => Self::HoldItem(item?),
            ActionKind::LimitItem if countries.is_empty() => return None,
            ActionKind::LimitItem => Self::LimitItem { item: item?, countries, until: until? },
            ActionKind::LimitFeature => {
                Self::LimitFeature { account: account?, feature: feature?, until: until? }
            }
            ActionKind::RestoreFeature => {
                Self::RestoreFeature { account: account?, feature: feature? }
            }
            ActionKind::SuspendAccount => Self::SuspendAccount { account: account?, until },
            ActionKind::RestoreAccount => Self::RestoreAccount(account?),
        })
    }
}
