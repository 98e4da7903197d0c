//! Case events: the history of a case, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BulkId, CaseId, DecisionId, DisputeId, EventId, FreeText, MatchId, StaffId, Urgency};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// The kind of a case event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum CaseEventKind {
            $($(#[$doc])* $name,)*
        }

        impl CaseEventKind {
            /// Every kind, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the word that the database uses.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Parses the word that [`Self::as_str`] returns.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// An item matched, and no open case about its subject could take it.
    Opened = "opened";
    /// An item joined the case, or an item of the case matched again with a stricter verdict, other
    /// hashes or new hits.
    ItemAdded = "item_added";
    /// A reviewer claimed the case.
    Claimed = "claimed";
    /// The reviewer gave the case back, or it went back to the queue because the reviewer began a
    /// break, another case or a bulk decision.
    Released = "released";
    /// The reviewer's claim expired.
    Lapsed = "lapsed";
    /// The reviewer gave the case back and asked not to get it again.
    Skipped = "skipped";
    /// The reviewer escalated the case to a lead, with an urgency.
    Escalated = "escalated";
    /// The reviewer handed the case over to a colleague.
    HandedOver = "handed_over";
    /// A staff member added a note.
    Noted = "noted";
    /// The reviewer decided, and a second approver must agree.
    Proposed = "proposed";
    /// A staff member who may be the second approver opened the page of the decision, which lists the
    /// case's items. Says nothing about views.
    DecisionOpened = "decision_opened";
    /// A staff member who may be the second approver opened the page of the bulk decision, which
    /// lists its cases and not their items.
    BulkOpened = "bulk_opened";
    /// The reviewer who claimed the case, or a second approver, had the context URL of an item shown.
    ContextOpened = "context_opened";
    /// The second approver agreed.
    Approved = "approved";
    /// The second approver did not agree.
    Refused = "refused";
    /// The decision came into effect.
    Decided = "decided";
    /// The decision was undone.
    Undone = "undone";
    /// The case was reopened after an undone decision.
    Reopened = "reopened";
    /// An entry that led to the case is now disputed.
    Disputed = "disputed";
    /// A lead agreed to a dispute, which reaches the whole service from then on.
    DisputeAgreed = "dispute_agreed";
    /// The urgency was lowered, by a reviewer alone or with a lead's agreement.
    UrgencyLowered = "urgency_lowered";
    /// A reviewer proposed to lower the urgency, and a lead must agree.
    UrgencyLoweringProposed = "urgency_lowering_proposed";
    /// A lead did not agree to lower the urgency.
    UrgencyLoweringRefused = "urgency_lowering_refused";
    /// The case was put into a bulk decision.
    InBulk = "in_bulk";
    /// The case was taken out of a bulk decision.
    OutOfBulk = "out_of_bulk";
    /// A lead requested an overdue action from the service again.
    RequestedAgain = "requested_again";
}

/// What an event refers to: ids, and words from closed lists; never a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// The match of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<MatchId>,
    /// The decision that was made, approved, refused or undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// The bulk decision that the case was put into or taken out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk: Option<BulkId>,
    /// The dispute that was opened, or to which a lead agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeId>,
    /// The colleague to whom the case was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<StaffId>,
    /// The urgency that was set when escalating or lowering, or is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
}

/// One entry in the history of a case. Events are added and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEvent {
    /// Id of this event; text form `ev_…`. Events sort by it.
    pub id: EventId,
    /// The case that the event belongs to.
    pub case: CaseId,
    /// The kind of event.
    pub kind: CaseEventKind,
    /// The staff member who caused it; `None` for Mamori itself.
    pub by: Option<StaffId>,
    /// What the staff member wrote.
    pub note: Option<FreeText>,
    /// The ids and words that the event refers to.
    pub about: About,
    /// Time of the event.
    pub at: Timestamp,
}
