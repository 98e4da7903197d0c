//! Approval requests: changes made with an API key or on the command line that wait for a second
//! actor.
//!
//! ```text
//! Waiting ─approve→ Done          ─cancel→ Cancelled
//!         ─apply──→ MadeAlone     ─lapse─→ Lapsed
//!         ─refuse─→ Refused
//! ```
//!
//! The change is made in the transaction of the approval: no approved request is left undone.

mod guard;
mod reason;
mod second_actor;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::key::Scope;
use crate::{ApprovalId, AuditActor, AuditTarget, BankId, FreeText, Refusal};

pub use self::guard::{Guard, GuardedChange, Removals};
pub use self::reason::Reason;
pub use self::second_actor::{KeyLineage, SecondActor, can_agree};

/// How long a second actor may approve a request.
pub const AGREE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// How long the requester may have the change take effect alone, once that is possible.
pub const ALONE_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is done if a request is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ApprovalVerb {
    /// A service is deleted.
    DeleteService,
    /// A bank is created.
    CreateBank,
    /// Settings of a bank are changed.
    ChangeBank,
    /// A bank is deleted.
    DeleteBank,
    /// Entries are added to a bank.
    AddEntries,
    /// Entries are added to a bank, also those whose hash was withdrawn from it.
    RestoreEntries,
    /// The source of a bank is approved, so that lists of it can be imported.
    ApproveSource,
    /// An entry is changed.
    ChangeEntry,
    /// An entry is withdrawn.
    WithdrawEntry,
    /// The entries to which their source gave one id are withdrawn.
    WithdrawSource,
    /// A key that was issued becomes valid.
    IssueKey,
    /// A key is revoked.
    RevokeKey,
}

impl ApprovalVerb {
    /// Every verb, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns the scope that a key needs to request the change, and to agree to it.
    pub fn scope(self) -> Scope {
        match self {
            Self::DeleteService => Scope::Services,
            Self::CreateBank | Self::ChangeBank | Self::DeleteBank => Scope::BanksWrite,
            Self::AddEntries
            | Self::RestoreEntries
            | Self::ApproveSource
            | Self::ChangeEntry
            | Self::WithdrawEntry
            | Self::WithdrawSource => Scope::EntriesWrite,
            Self::IssueKey | Self::RevokeKey => Scope::Keys,
        }
    }
}

/// Why a request lapsed: it ended, and no actor resolved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Lapse {
    /// In time, no second actor approved it and the requester did not have it take effect alone.
    Expired,
    /// The bank was changed or deleted after the request.
    BankChanged,
    /// The key that requested it was revoked, or has ended.
    KeyRevoked,
}

impl Lapse {
    /// Every reason.
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

/// The state of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// It waits for a second actor, or for the time from which the requester may act alone.
    Waiting,
    /// A second actor approved it, and the change took effect.
    Done(AuditActor),
    /// The requester had it take effect alone, after the delay.
    MadeAlone(AuditActor),
    /// A second actor refused it, for this reason.
    Refused(AuditActor, FreeText),
    /// The requester or another administrator cancelled it.
    Cancelled(AuditActor),
    /// It lapsed: no actor ended it.
    Lapsed(Lapse),
}

impl ApprovalState {
    /// Returns the word that the API and the database use.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done(_) => "done",
            Self::MadeAlone(_) => "made_alone",
            Self::Refused(..) => "refused",
            Self::Cancelled(_) => "cancelled",
            Self::Lapsed(_) => "lapsed",
        }
    }

    /// Returns the actor who resolved the request, if one did.
    pub fn by(&self) -> Option<&AuditActor> {
        match self {
            Self::Done(by) | Self::MadeAlone(by) | Self::Refused(by, _) | Self::Cancelled(by) => {
                Some(by)
            }
            Self::Waiting | Self::Lapsed(_) => None,
        }
    }

    /// Returns the reason for which it was refused.
    pub fn refusal(&self) -> Option<&FreeText> {
        match self {
            Self::Refused(_, why) => Some(why),
            Self::Waiting
            | Self::Done(_)
            | Self::MadeAlone(_)
            | Self::Cancelled(_)
            | Self::Lapsed(_) => None,
        }
    }

    /// Returns why it lapsed.
    pub fn lapse(&self) -> Option<Lapse> {
        match self {
            Self::Lapsed(why) => Some(*why),
            Self::Waiting
            | Self::Done(_)
            | Self::MadeAlone(_)
            | Self::Refused(..)
            | Self::Cancelled(_) => None,
        }
    }

    /// Builds the state from the values that the other functions return; `None` if they do not
    /// belong together.
    pub fn parse(
        word: &str,
        by: Option<AuditActor>,
        refusal: Option<FreeText>,
        lapse: Option<Lapse>,
    ) -> Option<Self> {
        match (word, by, refusal, lapse) {
            ("waiting", None, None, None) => Some(Self::Waiting),
            ("done", Some(by), None, None) => Some(Self::Done(by)),
            ("made_alone", Some(by), None, None) => Some(Self::MadeAlone(by)),
            ("refused", Some(by), Some(why), None) => Some(Self::Refused(by, why)),
            ("cancelled", Some(by), None, None) => Some(Self::Cancelled(by)),
            ("lapsed", None, None, Some(why)) => Some(Self::Lapsed(why)),
            _ => None,
        }
    }
}

/// The bank that a request concerns, as it was when the change was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankAt {
    /// The bank.
    pub bank: BankId,
    /// The number of the newest version of its settings.
    pub version: u32,
}

/// A change that waits for a second actor, or what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Id of this request; text form `apr_…`.
    pub id: ApprovalId,
    /// What is done once it is approved.
    pub verb: ApprovalVerb,
    /// Why it needs a second actor; not empty.
    pub reasons: Vec<Reason>,
    /// Who requested it: a key, or the command line.
    pub requested_by: AuditActor,
    /// What the change is made to. For a bank or key that does not exist yet: the id that it will
    /// have.
    pub target: AuditTarget,
    /// The bank that it concerns; `None` where there is none yet.
    pub bank: Option<BankAt>,
    /// The change as JSON, in the form that the verb reads; `None` once the request is resolved.
    pub change: Option<String>,
    /// Its state.
    pub state: ApprovalState,
    /// Time of the request.
    pub requested_at: Timestamp,
    /// Time until which a second actor may approve it.
    pub agree_until: Timestamp,
    /// Time from which the requester may have it take effect alone.
    pub alone_from: Timestamp,
    /// Time at which it lapses.
    pub expires_at: Timestamp,
    /// Time at which it was resolved; `None` while it waits.
    pub resolved_at: Option<Timestamp>,
}

/// The times of a request that is made at `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalTimes {
    /// As [`ApprovalRequest::agree_until`].
    pub agree_until: Timestamp,
    /// As [`ApprovalRequest::alone_from`].
    pub alone_from: Timestamp,
    /// As [`ApprovalRequest::expires_at`].
    pub expires_at: Timestamp,
}

impl ApprovalTimes {
    /// Returns the times of a request that is made at `now`, where the operator set that it can
    /// take effect alone `alone_after` later.
    pub fn of(now: Timestamp, alone_after: SignedDuration) -> Self {
        let after = |time: Timestamp, by| time.checked_add(by).unwrap_or(Timestamp::MAX);
        let alone_from = after(now, alone_after);
        Self {
            agree_until: after(now, AGREE_WITHIN),
            alone_from,
            expires_at: after(alone_from, ALONE_WITHIN),
        }
    }
}

impl ApprovalRequest {
    /// Checks whether a second actor may approve the request at `now`; who may is checked by
    /// [`can_agree`].
    pub fn can_be_approved(&self, now: Timestamp) -> Result<(), Refusal> {
        self.is_waiting()?;
        if now < self.agree_until { Ok(()) } else { Err(Refusal::RequestExpired) }
    }

    /// Checks whether `who` may have the change take effect alone at `now`.
    pub fn can_be_made_alone(&self, who: &AuditActor, now: Timestamp) -> Result<(), Refusal> {
        self.is_waiting()?;
        if !self.requested_by.is(who) {
            return Err(Refusal::RequestNotOwn);
        }
        if now < self.alone_from {
            return Err(Refusal::RequestTooSoon);
        }
        if now < self.expires_at { Ok(()) } else { Err(Refusal::RequestExpired) }
    }

    /// Checks whether `who` may refuse the request; the requester cancels it instead.
    pub fn can_be_refused(&self, who: &AuditActor) -> Result<(), Refusal> {
        self.is_waiting()?;
        if self.requested_by.is(who) { Err(Refusal::RequestOwn) } else { Ok(()) }
    }

    /// Checks whether the request may be cancelled. The desk checks who may: the requester and other administrators.
    pub fn can_be_cancelled(&self) -> Result<(), Refusal> {
        self.is_waiting()
    }

    fn is_waiting(&self) -> Result<(), Refusal> {
        if self.state == ApprovalState::Waiting { Ok(()) } else { Err(Refusal::RequestResolved) }
    }

    /// Returns the request as it is after `state` was reached at `now`. The change itself is kept
    /// no longer.
    #[must_use]
    pub fn resolved(self, state: ApprovalState, now: Timestamp) -> Self {
        Self { state, change: None, resolved_at: Some(now), ..self }
    }
}

#[cfg(test)]
mod tests;
