//! Disputes: somebody's word that an entry is wrong at a service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BankId, DecisionId, DisputeId, EntryId, ServiceId, StaffId, Words};

/// How far a dispute has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// The entry does not act by itself at this service.
    Open,
    /// The entry was wrong, and is withdrawn.
    Upheld,
    /// The entry is right, and acts again.
    Rejected,
    /// The decision that said so was taken back.
    TakenBack,
}

impl DisputeState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Upheld, Self::Rejected, Self::TakenBack];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
            Self::TakenBack => "taken_back",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Somebody's word that an entry is wrong at a service. While it is open the entry does not act by
/// itself there, and acts as before everywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The entry's bank, whose owner is asked.
    pub bank: BankId,
    /// The entry; it may be gone.
    pub entry: EntryId,
    /// At which service.
    pub service: ServiceId,
    /// The decision that said so, while it is kept.
    pub decision: Option<DecisionId>,
    /// Why, for the bank's owner; names nobody.
    pub reason: Words,
    /// How far it has come.
    pub state: DisputeState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who settled it.
    pub settled_by: Option<StaffId>,
    /// When.
    pub settled_at: Option<Timestamp>,
    /// What they said.
    pub settled_note: Option<Words>,
}
