//! Cases: one question put to a person.
//!
//! Open ─propose→ Proposed ─approve→ Decided       Open ─decide→ Decided
//!   ↑                └─refuse→ Open                 Decided ─undo→ Open
//!
//! From any of them: ─the service leaves→ Ended.

pub mod event;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::event::{About, CaseEvent, CaseEventKind};
use crate::{
    Account, BulkId, CaseId, Hit, ItemName, Purpose, Refusal, Sensitive, ServiceId, StaffId,
    Verdict,
};

/// How soon somebody should look, the soonest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// A child may be in danger now.
    ChildInDanger,
    /// Material that nobody knew before.
    NewMaterial,
    /// Material that a list knows.
    KnownMaterial,
}

impl Urgency {
    /// Every urgency, the soonest first.
    pub const ALL: [Self; 3] = [Self::ChildInDanger, Self::NewMaterial, Self::KnownMaterial];

    /// The word in the API and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChildInDanger => "child_in_danger",
            Self::NewMaterial => "new_material",
            Self::KnownMaterial => "known_material",
        }
    }

    /// Its place in the queue, from 0.
    pub fn number(self) -> u32 {
        match self {
            Self::ChildInDanger => 0,
            Self::NewMaterial => 1,
            Self::KnownMaterial => 2,
        }
    }

    /// Reads the place.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.number() == number)
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.as_str() == text)
    }
}

/// Who may claim a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every reviewer.
    Anybody,
    /// Leads only: somebody asked for one.
    Lead,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 2] = [Self::Anybody, Self::Lead];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::Lead => "lead",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Somebody must decide it.
    Open,
    /// Decided by one person; a second one must look.
    Proposed,
    /// The decision stands.
    Decided,
    /// Its service left before anybody decided, or after.
    Ended,
}

/// What may be done to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Another item belongs to it.
    Join,
    /// Somebody takes it in hand.
    Claim,
    /// It is decided by one person.
    Decide,
    /// It is decided by one person, and a second one must look.
    Propose,
    /// The second person agrees.
    Approve,
    /// The second person does not agree.
    Refuse,
    /// The decision is taken back.
    Undo,
    /// The service leaves.
    End,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 8] = [
        Self::Join,
        Self::Claim,
        Self::Decide,
        Self::Propose,
        Self::Approve,
        Self::Refuse,
        Self::Undo,
        Self::End,
    ];
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Proposed, Self::Decided, Self::Ended];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proposed => "proposed",
            Self::Decided => "decided",
            Self::Ended => "ended",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after `step`, or why it cannot be.
    pub fn after(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Open, Step::Join | Step::Claim)
            | (Self::Proposed, Step::Refuse)
            | (Self::Decided, Step::Undo) => Ok(Self::Open),
            (Self::Open, Step::Decide) | (Self::Proposed, Step::Approve) => Ok(Self::Decided),
            (Self::Open, Step::Propose) => Ok(Self::Proposed),
            (Self::Open | Self::Proposed | Self::Decided, Step::End) => Ok(Self::Ended),
            (Self::Ended, _) | (Self::Proposed | Self::Decided, Step::Join | Step::Claim) => {
                Err(Refusal::CaseClosed)
            }
            (Self::Open | Self::Proposed, Step::Undo) => Err(Refusal::NotUndoable),
            (Self::Open | Self::Decided, Step::Approve | Step::Refuse)
            | (Self::Proposed | Self::Decided, Step::Decide | Step::Propose) => {
                Err(Refusal::AlreadyDecided)
            }
        }
    }
}

/// Whose case it is: one open case for each, service and policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An account, with all of its items.
    Account(Account),
    /// One item, where the service named no account.
    Item(ItemName),
}

impl Subject {
    /// The subject of an item.
    pub fn of(item: &crate::Item) -> Self {
        match &item.account {
            Some(account) => Self::Account(account.clone()),
            None => Self::Item(item.name.clone()),
        }
    }

    /// What tells it from every other one: `account:NAME` or `item:NAME`.
    pub fn as_key(&self) -> Sensitive<String> {
        Sensitive::new(match self {
            Self::Account(account) => format!("account:{}", account.reveal()),
            Self::Item(item) => format!("item:{item}"),
        })
    }

    /// Reads the key.
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, name) = key.split_once(':')?;
        match kind {
            "account" => name.parse().ok().map(Self::Account),
            "item" => name.parse().ok().map(Self::Item),
            _ => None,
        }
    }

    /// The account, if it is one.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::Item(_) => None,
        }
    }
}

/// Somebody has a case in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub by: StaffId,
    /// From then on somebody else may take it.
    pub until: Timestamp,
    /// Which claim of this case it is, from 1: a page names it, so that a claim that lapsed and
    /// was taken again is not taken for the first.
    pub number: u32,
}

/// One question put to a person: what should happen to these items, and to this account?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Where it happened.
    pub service: ServiceId,
    /// The policy whose question it is.
    pub purpose: Purpose,
    /// Whose it is.
    pub subject: Subject,
    /// How soon somebody should look.
    pub urgency: Urgency,
    /// Who may claim it.
    pub level: Level,
    /// How far it has come.
    pub state: CaseState,
    /// Grows with whatever a decision must know; a page names the one that it showed.
    pub version: u32,
    /// How many items it has.
    pub items: u32,
    /// Who has it in hand. One that has lapsed may still stand here.
    pub claim: Option<Claim>,
    /// For whom it is kept, and until when.
    pub handed: Option<(StaffId, Timestamp)>,
    /// The bulk decision in which it waits.
    pub bulk: Option<BulkId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When somebody first took it in hand.
    pub first_claimed_at: Option<Timestamp>,
    /// When it was decided or ended.
    pub closed_at: Option<Timestamp>,
}

impl Case {
    /// Whether `who` may decide it now, by the claim and the version that their page showed.
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

    /// Whether `who` has it in hand now, by the claim that their page showed.
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

    /// The purpose whose policy must answer for a match: of the banks whose action led to
    /// `verdict`, the gravest in the order of [`Purpose::ALL`]. `None` where nothing was done.
    pub fn purpose_of(hits: &[Hit], verdict: Verdict) -> Option<Purpose> {
        if verdict == Verdict::Allow {
            return None;
        }
        let led = |purpose: &Purpose| {
            hits.iter().any(|hit| hit.purpose == *purpose && Verdict::from(hit.action) == verdict)
        };
        Purpose::ALL.into_iter().filter(|purpose| !purpose.is_negative()).find(led)
    }
}

#[cfg(test)]
mod tests;
