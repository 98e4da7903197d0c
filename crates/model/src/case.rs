//! Cases: the items of one account that were held or blocked and wait for a reviewer's decision.
//!
//! Open ─propose→ Proposed ─approve→ Decided       Open ─decide→ Decided
//!   ↑                └─refuse→ Open                 Decided ─undo→ Open
//!
//! No case ends undecided: a service with undecided cases is not deleted, but leaves.

pub mod claim_counts;
pub mod event;
pub mod lowering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::claim_counts::{ClaimCounts, DayRange, RepeatedClaim};
pub use self::event::{About, CaseEvent, CaseEventKind};
pub use self::lowering::Lowering;
use crate::{
    Account, BulkId, CaseId, Hit, ItemName, Purpose, Refusal, Sensitive, ServiceId, StaffId,
    Verdict,
};

/// How urgently a reviewer must see a case, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Urgency {
    /// A child may be in danger now.
    ChildInDanger,
    /// Material that no list knew before.
    NewMaterial,
    /// Material that a list already contains.
    KnownMaterial,
}

impl Urgency {
    /// Every urgency, the most urgent first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and case events use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the rank in the queue, from 0 (most urgent).
    pub fn number(self) -> u32 {
        match self {
            Self::ChildInDanger => 0,
            Self::NewMaterial => 1,
            Self::KnownMaterial => 2,
        }
    }

    /// Checks whether a case of this urgency waits longer than one of `other`.
    pub fn is_below(self, other: Self) -> bool {
        self.number() > other.number()
    }

    /// Returns the urgency with this rank; `None` above 2.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|urgency| urgency.number() == number)
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The role that is needed to claim a case.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Level {
    /// Any reviewer.
    Reviewer,
    /// Leads only: the case was escalated, or the second approver refused its decision.
    Lead,
}

impl Level {
    /// Every level, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the database uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// State of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CaseState {
    /// Waits for a decision.
    Open,
    /// Decided by one reviewer; waits for a second approver.
    Proposed,
    /// The decision is in effect.
    Decided,
}

/// A state transition of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, VariantArray)]
pub enum Step {
    /// Another item joins the case.
    Join,
    /// A reviewer claims it.
    Claim,
    /// A reviewer decides it, and no second approval is needed.
    Decide,
    /// A reviewer decides it, and a second approver must agree.
    Propose,
    /// The second approver agrees.
    Approve,
    /// The second approver does not agree.
    Refuse,
    /// The decision is undone.
    Undo,
}

impl Step {
    /// Every transition, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

impl CaseState {
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

    /// Returns the state after `step`, or the reason why the transition is not allowed.
    pub fn after(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Open, Step::Join | Step::Claim)
            | (Self::Proposed, Step::Refuse)
            | (Self::Decided, Step::Undo) => Ok(Self::Open),
            (Self::Open, Step::Decide) | (Self::Proposed, Step::Approve) => Ok(Self::Decided),
            (Self::Open, Step::Propose) => Ok(Self::Proposed),
            (Self::Proposed | Self::Decided, Step::Join | Step::Claim) => Err(Refusal::CaseClosed),
            (Self::Open | Self::Proposed, Step::Undo) => Err(Refusal::NotUndoable),
            (Self::Open | Self::Decided, Step::Approve | Step::Refuse)
            | (Self::Proposed | Self::Decided, Step::Decide | Step::Propose) => {
                Err(Refusal::AlreadyDecided)
            }
        }
    }
}

/// What a case is about. At most one case for each subject, service and policy takes new items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An account, with all of its matched items.
    Account(Account),
    /// A single item, if the service did not name an account.
    Item(ItemName),
}

impl Subject {
    /// Returns the subject that an item belongs to.
    pub fn of(item: &crate::Item) -> Self {
        match &item.account {
            Some(account) => Self::Account(account.clone()),
            None => Self::Item(item.name.clone()),
        }
    }

    /// Returns the unique key of the subject: `account:NAME` or `item:NAME`.
    pub fn as_key(&self) -> Sensitive<String> {
        Sensitive::new(match self {
            Self::Account(account) => format!("account:{}", account.reveal()),
            Self::Item(item) => format!("item:{item}"),
        })
    }

    /// Parses the key that [`Self::as_key`] returns.
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, name) = key.split_once(':')?;
        match kind {
            "account" => name.parse().ok().map(Self::Account),
            "item" => name.parse().ok().map(Self::Item),
            _ => None,
        }
    }

    /// Returns the account; `None` if the subject is an item.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::Item(_) => None,
        }
    }
}

/// The temporary right of one reviewer to decide a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The reviewer who holds the claim.
    pub by: StaffId,
    /// Expiry of the claim; from then on another reviewer may claim the case.
    pub until: Timestamp,
    /// Number of this claim among the claims of the case, from 1. Pages send it back, so that an
    /// expired claim is not mistaken for a later one.
    pub number: u32,
}

/// The items of one account that were held or blocked at one service under one policy, and wait for
/// a reviewer's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Id of this case; text form `case_…`.
    pub id: CaseId,
    /// The service that sent the items.
    pub service: ServiceId,
    /// The purpose whose policy applies.
    pub purpose: Purpose,
    /// The account or item that the case is about.
    pub subject: Subject,
    /// How urgently a reviewer must see it.
    pub urgency: Urgency,
    /// The role that is needed to claim it.
    pub level: Level,
    /// Current state.
    pub state: CaseState,
    /// Incremented by each change that a decision must take into account. Pages send back the
    /// version that they showed.
    pub version: u32,
    /// Number of items in the case.
    pub items: u32,
    /// The current claim; it may have expired already.
    pub claim: Option<Claim>,
    /// The colleague for whom the case is reserved, and until when.
    pub handed: Option<(StaffId, Timestamp)>,
    /// The bulk decision that contains the case while it is open, if any.
    pub bulk: Option<BulkId>,
    /// Time at which the case was opened.
    pub opened_at: Timestamp,
    /// Time of the first claim.
    pub first_claimed_at: Option<Timestamp>,
    /// Time at which the case was decided or ended.
    pub closed_at: Option<Timestamp>,
}

impl Case {
    /// Checks whether `who` may decide the case now, given the claim number and the case version
    /// that their page showed. Errors: those of [`Self::claimed_by`], and [`Refusal::CaseStale`] if
    /// the version has changed.
    pub fn held_by(
        &self,
        who: StaffId,
        number: u32,
        version: u32,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.claimed_by(who, number, now)?;
        if self.version == version { Ok(()) } else { Err(Refusal::CaseStale) }
    }

    /// Checks whether `who` holds the claim with this number now.
    ///
    /// Errors: [`Refusal::CaseClosed`], [`Refusal::InBulk`], [`Refusal::ClaimLapsed`],
    /// [`Refusal::ClaimedByOther`].
    pub fn claimed_by(&self, who: StaffId, number: u32, now: Timestamp) -> Result<(), Refusal> {
        self.state.after(Step::Claim)?;
        if self.bulk.is_some() {
            return Err(Refusal::InBulk);
        }
        match self.claim {
            Some(claim) if claim.until <= now => Err(Refusal::ClaimLapsed),
            Some(claim) if claim.by != who => Err(Refusal::ClaimedByOther),
            Some(claim) if claim.number == number => Ok(()),
            Some(_) | None => Err(Refusal::ClaimLapsed),
        }
    }

    /// Returns the purpose whose policy applies to a match: among the banks whose action led to
    /// `verdict`, the gravest one in the order of [`Purpose::ALL`]. `None` if the verdict is
    /// `allow`.
    pub fn purpose_of(hits: &[Hit], verdict: Verdict) -> Option<Purpose> {
        if verdict == Verdict::Allow {
            return None;
        }
        let led = |purpose: &Purpose| {
            hits.iter().any(|hit| hit.purpose == *purpose && Verdict::from(hit.action) == verdict)
        };
        Purpose::ALL.iter().copied().filter(|purpose| !purpose.is_negative()).find(led)
    }
}

#[cfg(test)]
mod tests;
