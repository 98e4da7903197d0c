//! What happened to a case, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BulkId, CaseId, DecisionId, DisputeId, EventId, MatchId, StaffId, Urgency, Words};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What happened to a case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum CaseEventKind {
            $($(#[$doc])* $name,)*
        }

        impl CaseEventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// An item matched, and nobody had been asked about its subject.
    Opened = "opened";
    /// Another item came, or one that it has matched again and more strictly.
    ItemAdded = "item_added";
    /// Somebody took it in hand.
    Claimed = "claimed";
    /// They gave it back.
    Released = "released";
    /// Their claim ran out.
    Lapsed = "lapsed";
    /// They gave it back and want another one.
    Skipped = "skipped";
    /// They asked for a lead, or said how urgent it is.
    Escalated = "escalated";
    /// They gave it to a colleague.
    HandedOver = "handed_over";
    /// They wrote something down.
    Noted = "noted";
    /// They decided, and a second person must look.
    Proposed = "proposed";
    /// A second person looked at the case.
    ReadAgain = "read_again";
    /// The second person agreed.
    Approved = "approved";
    /// The second person did not.
    Refused = "refused";
    /// A decision stands.
    Decided = "decided";
    /// The decision was taken back.
    Undone = "undone";
    /// The case is open once more.
    Reopened = "reopened";
    /// Entries that led to it are disputed.
    Disputed = "disputed";
    /// It was put into a bulk decision.
    InBulk = "in_bulk";
    /// It was taken out of one.
    OutOfBulk = "out_of_bulk";
    /// A lead asked the service again, which had said nothing for too long.
    AskedAgain = "asked_again";
    /// Its service left.
    Ended = "ended";
}

/// What an event is about: ids, and words of closed lists. Never a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// The item's match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<MatchId>,
    /// The decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// The bulk decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk: Option<BulkId>,
    /// The dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeId>,
    /// The colleague.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<StaffId>,
    /// How urgent it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
}

/// Something that happened to a case. Added, and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEvent {
    /// Its id; events sort by it.
    pub id: EventId,
    /// The case.
    pub case: CaseId,
    /// What happened.
    pub kind: CaseEventKind,
    /// Who did it; `None`: the machine.
    pub by: Option<StaffId>,
    /// What they wrote.
    pub note: Option<Words>,
    /// What it is about.
    pub about: About,
    /// When.
    pub at: Timestamp,
}
