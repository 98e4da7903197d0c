//! What a form asks for, and the actions that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Feature, ServiceAction};
use crate::{Case, Country, ItemName, Outcome, Refusal};

/// What is to happen to items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum ItemMeasure {
    /// They stay as the machine left them.
    #[default]
    Leave,
    /// They are to be seen again.
    Restore,
    /// They are not to be seen in these countries until that day.
    Limit {
        /// Where; at least one.
        #[serde(deserialize_with = "crate::place::stored_countries")]
        countries: BTreeSet<Country>,
        /// The last day.
        until: Date,
    },
    /// They are to be seen by nobody.
    Remove,
}

/// What is to happen to the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum AccountMeasure {
    /// Nothing.
    #[default]
    Leave,
    /// It is open again, whoever closed it.
    Restore,
    /// It has one feature again.
    RestoreFeature {
        /// Which one.
        feature: Feature,
    },
    /// It does without one feature until that day.
    LimitFeature {
        /// Which one.
        feature: Feature,
        /// The last day.
        until: Date,
    },
    /// It is closed.
    Suspend {
        /// The last day; `None`: until somebody restores it.
        until: Option<Date>,
    },
}

/// What a decision asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// For the items of the case.
    #[serde(default)]
    pub items: ItemMeasure,
    /// For single items, otherwise than for the rest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<ItemName, ItemMeasure>,
    /// For the account.
    #[serde(default)]
    pub account: AccountMeasure,
}

impl Measures {
    /// The actions that follow for `items` of `case` on the day `today` (UTC).
    ///
    /// Without a violation each item, held or blocked as it was, is to be seen again, and nothing
    /// is taken from anybody; what an earlier decision took from the account can be given back. A
    /// violation may give back too, beside what it takes.
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

/// A last day that is not past.
fn lasting(until: Date, today: Date) -> Result<Date, Refusal> {
    if until < today { Err(Refusal::UntilPast) } else { Ok(until) }
}
