//! The machine's immediate answer, and how it follows from what matched.

use serde::{Deserialize, Serialize};

use crate::{Action, BankId, Distance, EntryId, HashKind, Purpose};

/// The machine's immediate answer, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against the item.
    Allow,
    /// Keep it back until somebody looked.
    Hold,
    /// Refuse it.
    Block,
}

impl Verdict {
    /// Every verdict, the mildest first.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Hold, Self::Block];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Block => "block",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

impl From<Action> for Verdict {
    fn from(action: Action) -> Self {
        match action {
            Action::None => Self::Allow,
            Action::Hold => Self::Hold,
            Action::Block => Self::Block,
        }
    }
}

/// Why no bank looked at an item. The greatest is the one told: it came nearest to a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotLooked {
    /// There is no bank, or each is switched off.
    NoBank,
    /// No bank may look on this surface.
    Surface,
    /// No bank may look in this jurisdiction, or the service did not say which it is.
    Jurisdiction,
    /// The law that let a bank look into private messages has ended.
    PrivateBasisEnded,
}

impl NotLooked {
    /// One sentence for people.
    pub fn explain(self) -> &'static str {
        match self {
            Self::NoBank => "no bank is switched on",
            Self::Surface => "no bank may look on this surface",
            Self::Jurisdiction => "no bank may look in this jurisdiction",
            Self::PrivateBasisEnded => {
                "the law that let a bank look into private messages has ended"
            }
        }
    }
}

/// One entry that an item came near to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The bank.
    pub bank: BankId,
    /// Its purpose, as it was at the time.
    pub purpose: Purpose,
    /// What the bank let a match do, as it was at the time.
    pub action: Action,
    /// The entry.
    pub entry: EntryId,
    /// What was compared.
    pub kind: HashKind,
    /// How near; 0 for SHA-256 and MD5.
    pub distance: Distance,
    /// Which frame of an animated item, from 0.
    pub frame: u32,
}

/// A verdict and whether it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// Whether the item leaves a trace. A clean item does not, and neither does one that a
    /// negative bank knows: a wrong suspicion is not to be kept.
    pub is_recorded: bool,
}

impl Judgement {
    /// What follows from `hits`: the strictest action of their banks; nothing where a negative
    /// bank knows the item.
    pub fn of(hits: &[Hit]) -> Self {
        if hits.iter().any(|hit| hit.purpose.is_negative()) {
            return Self { verdict: Verdict::Allow, is_recorded: false };
        }
        let strictest = hits.iter().map(|hit| Verdict::from(hit.action)).max();
        Self { verdict: strictest.unwrap_or(Verdict::Allow), is_recorded: !hits.is_empty() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hit(purpose: Purpose, action: Action) -> Hit {
        Hit {
            bank: Uuid::nil().into(),
            purpose,
            action,
            entry: EntryId::new(1).unwrap(),
            kind: HashKind::Pdq,
            distance: Distance(3),
            frame: 0,
        }
    }

    #[test]
    fn the_strictest_bank_decides() {
        let none = hit(Purpose::ChildSexualAbuse, Action::None);
        let hold = hit(Purpose::ChildSexualAbuse, Action::Hold);
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);

        assert_eq!(Judgement::of(&[none]).verdict, Verdict::Allow);
        assert_eq!(Judgement::of(&[none, hold]).verdict, Verdict::Hold);
        assert_eq!(Judgement::of(&[block, hold]).verdict, Verdict::Block);
    }

    #[test]
    fn a_match_that_may_do_nothing_is_still_told() {
        let judged = Judgement::of(&[hit(Purpose::ChildSexualAbuse, Action::None)]);

        assert_eq!(judged, Judgement { verdict: Verdict::Allow, is_recorded: true });
    }

    #[test]
    fn what_a_negative_bank_knows_is_neither_held_nor_recorded() {
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let benign = hit(Purpose::KnownBenign, Action::None);

        let judged = Judgement::of(&[block, benign]);

        assert_eq!(judged, Judgement { verdict: Verdict::Allow, is_recorded: false });
    }

    #[test]
    fn a_clean_item_leaves_no_trace() {
        assert_eq!(Judgement::of(&[]), Judgement { verdict: Verdict::Allow, is_recorded: false });
    }
}
