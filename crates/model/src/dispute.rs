//! Disputes: a reviewer's objection that an entry of a bank is wrong at one service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{BankId, DecisionId, DisputeId, EntryId, FreeText, ServiceId, StaffId};

/// State of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisputeState {
    /// Not resolved yet: at this service, a hit on the entry does not hold or block an item.
    Open,
    /// The entry was wrong and has been withdrawn.
    Upheld,
    /// The entry is right and has its effect again.
    Rejected,
    /// The decision that opened the dispute was undone.
    TakenBack,
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
/// entry does not hold or block an item at that service; elsewhere the entry has its usual effect.
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
    /// The decision that opened the dispute, as long as that decision is stored.
    pub decision: Option<DecisionId>,
    /// Reason, copied from the decision, for the bank's owner; it should not name a person.
    pub reason: FreeText,
    /// Current state.
    pub state: DisputeState,
    /// Time at which the dispute was opened.
    pub opened_at: Timestamp,
    /// The policy editor who resolved it.
    pub resolved_by: Option<StaffId>,
    /// Time at which it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// The policy editor's note on the resolution.
    pub resolved_note: Option<FreeText>,
}
