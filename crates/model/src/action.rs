//! Actions: what a service is asked to do after a decision.
//!
//! A different thing from a bank's [`crate::Action`], which a match triggers without a person.
//!
//! Proposed ─in effect→ Waiting ─answer→ Done or Cannot
//!     └─refused→ Dropped   └─14 days→ Overdue ─answer→ Done or Cannot, ─requested again→ Waiting
//!
//! When the decision is undone, every state except Proposed and Dropped becomes Superseded.

mod measures;
mod terms;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::measures::{AccountMeasure, ItemMeasure, Measures};
pub use self::terms::{ActionKind, Terms};
use crate::{
    Account, ActionId, Country, DecisionId, ItemName, Line, Sensitive, ServiceId, Verdict,
};

/// A function of an account that a decision can take away for a time. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Feature {
    /// Uploading or publishing items.
    Upload,
    /// Commenting on items of other accounts.
    Comment,
    /// Sending private messages to named people.
    Message,
    /// Broadcasting live.
    LiveStream,
    /// Searching for others, and being found by others.
    Search,
}

impl Feature {
    /// Every feature, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// One request to a service, without its id and state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceAction {
    /// Make the item invisible to every user.
    RemoveItem(ItemName),
    /// Make the item visible as if it had never been held.
    RestoreItem(ItemName),
    /// Keep the item back until a reviewer has decided.
    HoldItem(ItemName),
    /// Make the item invisible in these countries; it stays visible elsewhere.
    LimitItem {
        /// The item to limit.
        item: ItemName,
        /// The countries in which it is invisible; at least one.
        countries: BTreeSet<Country>,
        /// The last day of the limit, in UTC, inclusive.
        until: Date,
    },
    /// Take one feature away from the account until a given day.
    LimitFeature {
        /// The account to limit.
        account: Account,
        /// The feature that the account loses.
        feature: Feature,
        /// The last day of the limit, in UTC, inclusive.
        until: Date,
    },
    /// Give the feature back to the account.
    RestoreFeature {
        /// The account that gets it back.
        account: Account,
        /// The feature to give back.
        feature: Feature,
    },
    /// Suspend the account.
    SuspendAccount {
        /// The account to suspend.
        account: Account,
        /// The last day of the suspension, in UTC, inclusive; `None`: until a decision restores the
        /// account.
        until: Option<Date>,
    },
    /// Lift the suspension of the account.
    RestoreAccount(Account),
}

impl ServiceAction {
    /// Returns the action that undoes this one, given the machine's verdict on the item (`was`).
    ///
    /// It returns the item or account to the state before the decision, since undoing reopens the
    /// case. `None` for an action that gives something back to an account: taking it away again
    /// would be a decision of its own (for a suspension with a second approver). `None` also for
    /// [`Self::HoldItem`], which only an undo requests.
    pub fn inverse(&self, was: Verdict) -> Option<Self> {
        match self {
            Self::RemoveItem(item) | Self::LimitItem { item, .. } => Some(match was {
                Verdict::Allow => Self::RestoreItem(item.clone()),
                Verdict::Hold | Verdict::Block => Self::HoldItem(item.clone()),
            }),
            Self::RestoreItem(item) => Some(Self::HoldItem(item.clone())),
            Self::LimitFeature { account, feature, .. } => {
                Some(Self::RestoreFeature { account: account.clone(), feature: *feature })
            }
            Self::SuspendAccount { account, .. } => Some(Self::RestoreAccount(account.clone())),
            Self::HoldItem(_) | Self::RestoreFeature { .. } | Self::RestoreAccount(_) => None,
        }
    }

    /// Returns the severity rank, from 0 (gives something back) to 5 (suspends the account); forms
    /// list the mildest restriction first.
    pub fn weight(&self) -> u8 {
        match self {
            Self::RestoreItem(_) | Self::RestoreFeature { .. } | Self::RestoreAccount(_) => 0,
            Self::LimitItem { .. } => 1,
            Self::HoldItem(_) => 2,
            Self::RemoveItem(_) => 3,
            Self::LimitFeature { .. } => 4,
            Self::SuspendAccount { .. } => 5,
        }
    }

    /// Checks whether the action restricts an item or an account.
    pub fn restricts(&self) -> bool {
        self.weight() > 0
    }

    /// Checks whether the restriction is still in force on `day` (UTC).
    pub fn restricts_on(&self, day: Date) -> bool {
        let until = match self {
            Self::LimitItem { until, .. } | Self::LimitFeature { until, .. } => Some(*until),
            Self::SuspendAccount { until, .. } => *until,
            Self::RemoveItem(_)
            | Self::RestoreItem(_)
            | Self::HoldItem(_)
            | Self::RestoreFeature { .. }
            | Self::RestoreAccount(_) => None,
        };
        self.restricts() && until.is_none_or(|until| until >= day)
    }

    /// Checks whether both actions target the same item, the same account, or the same feature of
    /// one account.
    pub fn is_about_the_same_as(&self, other: &Self) -> bool {
        self.item() == other.item()
            && self.account() == other.account()
            && self.feature() == other.feature()
    }

    fn feature(&self) -> Option<Feature> {
        match self {
            Self::LimitFeature { feature, .. } | Self::RestoreFeature { feature, .. } => {
                Some(*feature)
            }
            Self::RemoveItem(_)
            | Self::RestoreItem(_)
            | Self::HoldItem(_)
            | Self::LimitItem { .. }
            | Self::SuspendAccount { .. }
            | Self::RestoreAccount(_) => None,
        }
    }

    /// Checks whether the action is so grave for an account that two people must agree: it suspends
    /// the account, or takes a feature away for more than `days_alone` days, of which `today` (UTC)
    /// is the first.
    pub fn is_grave(&self, today: Date, days_alone: u32) -> bool {
        match self {
            Self::SuspendAccount { .. } => true,
            Self::LimitFeature { until, .. } => {
                let days = i64::from((*until - today).get_days()) + 1;
                days > i64::from(days_alone)
            }
            Self::RemoveItem(_)
            | Self::RestoreItem(_)
            | Self::HoldItem(_)
            | Self::LimitItem { .. }
            | Self::RestoreFeature { .. }
            | Self::RestoreAccount(_) => false,
        }
    }

    /// Checks whether the action suspends an account.
    pub fn suspends(&self) -> bool {
        self.kind() == ActionKind::SuspendAccount
    }

    /// Returns the item that the action targets; `None` for actions on an account.
    pub fn item(&self) -> Option<&ItemName> {
        match self {
            Self::RemoveItem(item)
            | Self::RestoreItem(item)
            | Self::HoldItem(item)
            | Self::LimitItem { item, .. } => Some(item),
            Self::LimitFeature { .. }
            | Self::RestoreFeature { .. }
            | Self::SuspendAccount { .. }
            | Self::RestoreAccount(_) => None,
        }
    }

    /// Returns the account that the action targets; `None` for actions on an item.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::LimitFeature { account, .. }
            | Self::RestoreFeature { account, .. }
            | Self::SuspendAccount { account, .. }
            | Self::RestoreAccount(account) => Some(account),
            Self::RemoveItem(_)
            | Self::RestoreItem(_)
            | Self::HoldItem(_)
            | Self::LimitItem { .. } => None,
        }
    }
}

/// State of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActionState {
    /// The decision waits for a second approver; nothing has been sent to the service.
    Proposed,
    /// Requested from the service, which has not answered yet.
    Waiting,
    /// The service answered that it is done.
    Done,
    /// The service answered that it cannot do it.
    Cannot,
    /// The decision was undone. Where the action needs to be reversed, a later action does so.
    Superseded,
    /// The service did not answer within the reminder period (14 days by default). A lead may
    /// request the action again, and the service may still answer.
    Overdue,
    /// The decision was refused by the second approver; the action was never requested.
    Dropped,
}

impl ActionState {
    /// Every state, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The answer of a service to a requested action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(VariantArray)]
pub enum Answer {
    /// The service has done it.
    Done,
    /// The service cannot do it; the note says why.
    Cannot,
}

impl Answer {
    /// Every answer.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the state that the action enters with this answer.
    pub fn state(self) -> ActionState {
        match self {
            Self::Done => ActionState::Done,
            Self::Cannot => ActionState::Cannot,
        }
    }
}

/// One action of a decision, with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRequest {
    /// Id of this action; text form `act_…`.
    pub id: ActionId,
    /// Order in which actions were requested, across all services: of two actions on one item or
    /// account, the one with the greater number applies. `None` until requested.
    pub sequence: Option<u64>,
    /// The decision that the action belongs to.
    pub decision: DecisionId,
    /// The service that must carry it out.
    pub service: ServiceId,
    /// What the service is asked to do.
    pub what: ServiceAction,
    /// The action that this one reverses; `None` for an action that the decision itself requested.
    pub undoes: Option<ActionId>,
    /// Current state.
    pub state: ActionState,
    /// Number of times the action was requested again, by the reminder job or by a lead.
    pub reminders: u32,
    /// Time of the request: when the decision came into effect, or when a lead last requested the
    /// action again after it was overdue.
    pub requested_at: Option<Timestamp>,
    /// Time of the service's answer.
    pub answered_at: Option<Timestamp>,
    /// The service's note with its answer; may contain personal data.
    pub note: Option<Sensitive<Line>>,
}

#[cfg(test)]
mod tests;
