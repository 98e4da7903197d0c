//! Measures: what a reviewer chooses in the decision form, and the actions that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Feature, ServiceAction};
use crate::{Case, Country, ItemName, Outcome, Refusal};

/// What is to happen to an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum ItemMeasure {
    /// Leave the item as the machine's verdict left it.
    #[default]
    Leave,
    /// Make it visible again.
    Restore,
    /// Make it invisible in some countries until a given day.
    Limit {
        /// The countries; at least one.
        #[serde(deserialize_with = "crate::place::stored_countries")]
        countries: BTreeSet<Country>,
        /// The last day of the limit, in UTC, inclusive.
        until: Date,
    },
    /// Make it invisible to every user.
    Remove,
}

/// What is to happen to the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum AccountMeasure {
    /// Nothing changes.
    #[default]
    Leave,
    /// Lift a suspension, including one by an earlier decision.
    Restore,
    /// Give one feature back.
    RestoreFeature {
        /// The feature to give back.
        feature: Feature,
    },
    /// Take one feature away until a given day.
    LimitFeature {
        /// The feature to take away.
        feature: Feature,
        /// The last day of the limit, in UTC, inclusive.
        until: Date,
    },
    /// Suspend the account.
    Suspend {
        /// The last day, in UTC, inclusive; `None`: until a decision restores the account.
        until: Option<Date>,
    },
}

/// The measures of one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// The measure for every item of the case that is not in [`Self::except`].
    #[serde(default)]
    pub items: ItemMeasure,
    /// Measures for single items that differ from [`Self::items`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<ItemName, ItemMeasure>,
    /// The measure for the account.
    #[serde(default)]
    pub account: AccountMeasure,
}

impl Measures {
    /// Returns the actions that follow for `items` of `case` on the day `today` (UTC).
    ///
    /// Without a violation, every item is made visible again, whether the machine held or blocked
    /// it, and no restriction is allowed; the account may get back what an earlier decision took.
    /// With a violation, a decision may restrict and give back at the same time.
    ///
    /// Errors: [`Refusal::MeasureWithoutViolation`], [`Refusal::NoMeasure`],
    /// [`Refusal::NoAccount`], [`Refusal::UntilPast`].
    pub fn actions(
        &self,
        outcome: Outcome,
        case: &Case,
        items: &[ItemName],
        today: Date,
    ) -> Result<Vec<ServiceAction>, Refusal> {
        match outcome {
            Outcome::Violates => self.against(case, items, today),
            Outcome::Allowed | Outcome::NotAMatch if self.restricts() => {
                Err(Refusal::MeasureWithoutViolation)
            }
            Outcome::Allowed | Outcome::NotAMatch => {
                let seen_again = items.iter().cloned().map(ServiceAction::RestoreItem);
                Ok(seen_again.chain(self.for_account(case, today)?).collect())
            }
        }
    }

    fn against(
        &self,
        case: &Case,
        items: &[ItemName],
        today: Date,
    ) -> Result<Vec<ServiceAction>, Refusal> {
        let mut actions = Vec::new();
        for item in items {
            let measure = self.except.get(item).unwrap_or(&self.items);
            actions.extend(for_item(item, measure, today)?);
        }
        actions.extend(self.for_account(case, today)?);
        if actions.iter().any(ServiceAction::restricts) {
            Ok(actions)
        } else {
            Err(Refusal::NoMeasure)
        }
    }

    fn for_account(&self, case: &Case, today: Date) -> Result<Option<ServiceAction>, Refusal> {
        let account = || case.subject.account().cloned().ok_or(Refusal::NoAccount);
        Ok(match self.account {
            AccountMeasure::Leave => None,
            AccountMeasure::Restore => Some(ServiceAction::RestoreAccount(account()?)),
            AccountMeasure::RestoreFeature { feature } => {
                Some(ServiceAction::RestoreFeature { account: account()?, feature })
            }
            AccountMeasure::LimitFeature { feature, until } => {
                let until = lasting(until, today)?;
                Some(ServiceAction::LimitFeature { account: account()?, feature, until })
            }
            AccountMeasure::Suspend { until } => {
                let until = until.map(|until| lasting(until, today)).transpose()?;
                Some(ServiceAction::SuspendAccount { account: account()?, until })
            }
        })
    }

    fn restricts(&self) -> bool {
        self.account.restricts()
            || std::iter::once(&self.items).chain(self.except.values()).any(ItemMeasure::restricts)
    }
}

impl AccountMeasure {
    fn restricts(self) -> bool {
        match self {
            Self::Leave | Self::Restore | Self::RestoreFeature { .. } => false,
            Self::LimitFeature { .. } | Self::Suspend { .. } => true,
        }
    }
}

impl ItemMeasure {
    fn restricts(&self) -> bool {
        match self {
            Self::Leave | Self::Restore => false,
            Self::Limit { .. } | Self::Remove => true,
        }
    }
}

fn for_item(
    item: &ItemName,
    measure: &ItemMeasure,
    today: Date,
) -> Result<Option<ServiceAction>, Refusal> {
    let item = item.clone();
    Ok(match measure {
        ItemMeasure::Leave => None,
        ItemMeasure::Restore => Some(ServiceAction::RestoreItem(item)),
        ItemMeasure::Remove => Some(ServiceAction::RemoveItem(item)),
        ItemMeasure::Limit { countries, .. } if countries.is_empty() => {
            return Err(Refusal::NoMeasure);
        }
        ItemMeasure::Limit { countries, until } => Some(ServiceAction::LimitItem {
            item,
            countries: countries.clone(),
            until: lasting(*until, today)?,
        }),
    })
}

/// Returns `until` unless it is before `today`.
fn lasting(until: Date, today: Date) -> Result<Date, Refusal> {
    if until < today { Err(Refusal::UntilPast) } else { Ok(until) }
}
