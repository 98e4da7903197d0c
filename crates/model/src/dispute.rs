//! Disputes: a reviewer's objection that an entry of a bank is wrong at one service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    BankId, DecisionId, DisputeId, EntryId, FreeText, Refusal, ServiceId, StaffId, Subject,
};

/// State of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisputeState {
    /// Not resolved yet: within its scope, a hit on the entry does not hold or block an item.
    Open,
    /// The entry was wrong and has been withdrawn.
    Upheld,
    /// The entry is right and has its effect again.
    Rejected,
    /// Ended without a resolution: its decision was undone, its service was deleted, or its case
    /// reached its term and no lead had agreed.
    TakenBack,
}

/// How far an open dispute reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisputeScope {
    /// The items of one account at the service, or the one item whose account is not known: one
    /// reviewer decided so.
    Account,
    /// All items of the service: a lead agreed.
    Service,
}

impl DisputeScope {
    /// Every scope, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the metrics use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl DisputeState {
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

/// A reviewer's objection that an entry is wrong at one service. While it is open, a hit on the
/// entry does not hold or block an item within its scope; elsewhere the entry has its usual effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Id of this dispute; text form `disp_…`.
    pub id: DisputeId,
    /// The bank of the entry, whose owner is asked to resolve the dispute.
    pub bank: BankId,
    /// The disputed entry; it may have been deleted since.
    pub entry: EntryId,
    /// The service at which the entry is disputed.
    pub service: ServiceId,
    /// The account whose items it reaches, or the item if its account is not known; erased when the
    /// dispute ends, and when its case is deleted. Not shown to the bank's owner.
    pub subject: Option<Subject>,
    /// The decision that opened the dispute, as long as that decision is stored.
    pub decision: Option<DecisionId>,
    /// Reason, copied from the decision, for the bank's owner; it should not name a person.
    pub reason: FreeText,
    /// Current state.
    pub state: DisputeState,
    /// Time at which the dispute was opened.
    pub opened_at: Timestamp,
    /// The lead who agreed, and when: from then on it reaches all items of the service.
    pub agreed: Option<(StaffId, Timestamp)>,
    /// The policy editor who resolved it.
    pub resolved_by: Option<StaffId>,
    /// Time at which it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// The policy editor's note on the resolution.
    pub resolved_note: Option<FreeText>,
}

impl Dispute {
    /// Returns how far the dispute reaches, or reached while it was open.
    pub fn scope(&self) -> DisputeScope {
        if self.agreed.is_some() { DisputeScope::Service } else { DisputeScope::Account }
    }

    /// Returns the dispute as the bank's owner may see it: without the account.
    #[must_use]
    pub fn without_subject(self) -> Self {
        Self { subject: None, ..self }
    }

    /// Checks whether a lead may still agree. [`Refusal::DisputeResolved`] if it ended,
    /// [`Refusal::DisputeAgreed`] if a lead agreed before.
    pub fn can_be_agreed(&self) -> Result<(), Refusal> {
        match (self.state, self.agreed) {
            (DisputeState::Open, None) => Ok(()),
            (DisputeState::Open, Some(_)) => Err(Refusal::DisputeAgreed),
            (DisputeState::Upheld | DisputeState::Rejected | DisputeState::TakenBack, _) => {
                Err(Refusal::DisputeResolved)
            }
        }
    }
}
