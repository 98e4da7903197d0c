//! Looks: who saw which item, when, how long, and how clearly.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CaseId, LookId, MatchId, StaffId};

/// How clearly an item was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clarity {
    /// Small, grey and without detail.
    Veiled,
    /// As it is.
    Clear,
}

impl Clarity {
    /// Both, the gentler first.
    pub const ALL: [Self; 2] = [Self::Veiled, Self::Clear];

    /// The word in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Veiled => "veiled",
            Self::Clear => "clear",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clarity| clarity.as_str() == text)
    }
}

/// Somebody's look at an item. Written before the first byte leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its id.
    pub id: LookId,
    /// The case in which they looked.
    pub case: CaseId,
    /// The item's match.
    pub item: MatchId,
    /// Who.
    pub by: StaffId,
    /// How clearly.
    pub clarity: Clarity,
    /// The policy's severity at the time, 1 to 5.
    pub severity: u8,
    /// When it began.
    pub opened_at: Timestamp,
    /// When the page last said that it goes on.
    pub seen_at: Timestamp,
    /// When the picture left, if it did: once for each look.
    pub shown_at: Option<Timestamp>,
    /// When it ended, if it has.
    pub closed_at: Option<Timestamp>,
}

impl Look {
    /// How long a look may go on without a word from the page.
    pub const SILENCE_MAX: SignedDuration = SignedDuration::from_secs(15);
    /// How long one look may last.
    pub const LASTS_MAX: SignedDuration = SignedDuration::from_secs(120);

    /// When it ended, or was last known to go on.
    pub fn end(&self) -> Timestamp {
        self.closed_at.unwrap_or(self.seen_at)
    }

    /// How long it lasted, as far as is known.
    pub fn lasted(&self) -> SignedDuration {
        self.end().duration_since(self.opened_at)
    }

    /// Whether it still goes on.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed_at.is_none()
            && now.duration_since(self.seen_at) < Self::SILENCE_MAX
            && now.duration_since(self.opened_at) < Self::LASTS_MAX
    }
}
