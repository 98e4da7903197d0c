//! What a service is asked to do after a decision.
//!
//! A bank's [`crate::Action`] is what a match may do by itself; this here is what a person decided.
//!
//! Proposed ─the decision stands→ Waiting ─answer→ Done or Cannot
//!     └─refused→ Dropped             ├─14 days→ Overdue ─asked again→ Waiting
//!                                    └─undone→ Superseded

mod measures;
mod terms;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::measures::{AccountMeasure, ItemMeasure, Measures};
pub use self::terms::{ActionKind, Terms};
use crate::{
    Account, ActionId, Country, DecisionId, ItemName, Line, Sensitive, ServiceId, Verdict,
};

/// What an account can do at a service, and may lose for a time. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Putting up items.
    Upload,
    /// Commenting on others'.
    Comment,
    /// Writing to named people.
    Message,
    /// Broadcasting live.
    LiveStream,
    /// Being found, and finding.
    Search,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 5] =
        [Self::Upload, Self::Comment, Self::Message, Self::LiveStream, Self::Search];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Comment => "comment",
            Self::Message => "message",
            Self::LiveStream => "live_stream",
            Self::Search => "search",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.as_str() == text)
    }
}

/// One thing that a service is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceAction {
    /// The item is to be seen by nobody.
    RemoveItem(ItemName),
    /// The item is to be seen as if it had never been held.
    RestoreItem(ItemName),
    /// The item is to be kept back until somebody decided.
    HoldItem(ItemName),
    /// The item is not to be seen in these countries; elsewhere it is.
    LimitItem {
        /// The item.
        item: ItemName,
        /// Where it is not to be seen; at least one.
        countries: BTreeSet<Country>,
        /// The last day of that.
        until: Date,
    },
    /// The account is to do without one feature.
    LimitFeature {
        /// The account.
        account: Account,
        /// Which one.
        feature: Feature,
        /// The last day of that.
        until: Date,
    },
    /// The account has the feature again.
    RestoreFeature {
        /// The account.
        account: Account,
        /// Which one.
        feature: Feature,
    },
    /// The account is closed.
    SuspendAccount {
        /// The account.
        account: Account,
        /// The last day of that; `None`: until somebody restores it.
        until: Option<Date>,
    },
    /// The account is open again.
    RestoreAccount(Account),
}

impl ServiceAction {
    /// What takes it back at a service whose machine's verdict on the item `was` this: back to how
    /// things stood before a person decided, since the case is open again. `None` for what gives an
    /// account something back: to take it again is a decision of its own, a suspension with its
    /// second person; and for what only taking back asks for.
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

    /// How much it takes from somebody, from 0: forms show the smallest restriction first.
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

    /// Whether it takes anything.
    pub fn restricts(&self) -> bool {
        self.weight() > 0
    }

    /// Whether it still takes something on that day (UTC).
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

    /// Whether both are about the same: an item, an account, or one feature of it.
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

    /// Whether it closes an account.
    pub fn suspends(&self) -> bool {
        self.kind() == ActionKind::SuspendAccount
    }

    /// The item that it is about.
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

    /// The account that it is about.
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

/// How far an action has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Its decision waits for a second person.
    Proposed,
    /// The service was asked and has not answered.
    Waiting,
    /// The service did it.
    Done,
    /// The service says that it cannot.
    Cannot,
    /// Its decision was taken back; a later action says what holds, where one takes it back.
    Superseded,
    /// The service was asked for long enough and said nothing; a lead may ask again.
    Overdue,
    /// Its decision was refused before anything was asked.
    Dropped,
}

impl ActionState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Proposed,
        Self::Waiting,
        Self::Done,
        Self::Cannot,
        Self::Superseded,
        Self::Overdue,
        Self::Dropped,
    ];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cannot => "cannot",
            Self::Superseded => "superseded",
            Self::Overdue => "overdue",
            Self::Dropped => "dropped",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a service says of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done,
    /// It cannot be done; the note says why.
    Cannot,
}

impl Answer {
    /// The state that it leads to.
    pub fn state(self) -> ActionState {
        match self {
            Self::Done => ActionState::Done,
            Self::Cannot => ActionState::Cannot,
        }
    }
}

/// One thing that a service is asked to do, and how far that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRequest {
    /// Its id.
    pub id: ActionId,
    /// Of two actions on one item or account the greater holds; `None` until it was asked for.
    pub sequence: Option<u64>,
    /// The decision that it follows from.
    pub decision: DecisionId,
    /// The service that is asked.
    pub service: ServiceId,
    /// What to do.
    pub what: ServiceAction,
    /// Which action it takes back.
    pub undoes: Option<ActionId>,
    /// How far it has come.
    pub state: ActionState,
    /// How often the service was asked again.
    pub reminders: u32,
    /// When it was first asked.
    pub asked_at: Option<Timestamp>,
    /// When it answered.
    pub answered_at: Option<Timestamp>,
    /// The service's own words; they may name somebody.
    pub note: Option<Sensitive<Line>>,
}

#[cfg(test)]
mod tests;
