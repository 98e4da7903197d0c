//! Splits an action into kind, target and terms, as the database and webhook messages store it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{Feature, ServiceAction};
use crate::{Account, Country, ItemName};

/// Kind of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActionKind {
    /// Make the item invisible to every user.
    RemoveItem,
    /// Make the item visible as if it had never been held.
    RestoreItem,
    /// Keep the item back until a reviewer has decided.
    HoldItem,
    /// Make the item invisible in some countries until a given day.
    LimitItem,
    /// Take one feature away from the account until a given day.
    LimitFeature,
    /// Give the feature back to the account.
    RestoreFeature,
    /// Suspend the account, until a given day or until a decision restores it.
    SuspendAccount,
    /// Lift the suspension of the account.
    RestoreAccount,
}

impl ActionKind {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and webhook messages use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The parameters of an action, beside its kind and its target. As JSON, absent parameters are left
/// out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// The countries in which an item is invisible; empty for other kinds.
    #[serde(
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "crate::place::stored_countries"
    )]
    pub countries: BTreeSet<Country>,
    /// The feature that is taken away or given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Feature>,
    /// The last day of the restriction, in UTC, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl ServiceAction {
    /// Returns the kind of the action.
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

    /// Returns the parameters of the action.
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

    /// Builds an action from its parts; `None` if a part that the kind needs is missing. Parts that
    /// the kind does not need are ignored.
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
