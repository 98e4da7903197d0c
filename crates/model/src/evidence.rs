//! Evidence: an item's bytes, sealed, for as long as its policy keeps them.

use jiff::Timestamp;

use crate::{EvidenceId, MatchId, Purpose, Sensitive, Sha256};

/// What is known of an item's sealed bytes. The bytes themselves lie in the vault under this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// The item's match.
    pub item: MatchId,
    /// Of the bytes; one item may have been sent with several. `None` only of what older versions
    /// stored of an item without a digest.
    pub sha256: Option<Sha256>,
    /// The policy that keeps it.
    pub purpose: Purpose,
    /// How many bytes the item has.
    pub size: u64,
    /// The object's key, wrapped by one of the vault's; `None`: unreadable for ever.
    pub wrapped_key: Option<Sensitive<Vec<u8>>>,
    /// Which of the vault's keys wrapped it.
    pub key_name: String,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// Its term.
    pub expires_at: Timestamp,
}

impl Evidence {
    /// Whether it can be read now.
    pub fn is_readable(&self, now: Timestamp) -> bool {
        self.wrapped_key.is_some() && now < self.expires_at
    }
}

/// Whether an item's bytes are there to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// They are, until then.
    Yes {
        /// Their term.
        until: Timestamp,
    },
    /// They were; their term has ended.
    Gone,
    /// They never were.
    Never,
}

impl Kept {
    /// What `evidence` of an item says now.
    pub fn of(evidence: Option<&Evidence>, now: Timestamp) -> Self {
        match evidence {
            None => Self::Never,
            Some(kept) if kept.is_readable(now) => Self::Yes { until: kept.expires_at },
            Some(_) => Self::Gone,
        }
    }

    /// Why nobody can look, where nobody can.
    pub fn readable(self) -> Result<(), crate::Refusal> {
        match self {
            Self::Yes { .. } => Ok(()),
            Self::Gone => Err(crate::Refusal::EvidenceGone),
            Self::Never => Err(crate::Refusal::EvidenceNone),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::Refusal;

    #[test]
    fn what_has_no_key_or_reached_its_term_is_gone() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let kept = Evidence {
            id: Uuid::from_u128(1).into(),
            item: Uuid::from_u128(2).into(),
            sha256: None,
            purpose: Purpose::Rehearsal,
            size: 9,
            wrapped_key: Some(Sensitive::new(vec![1])),
            key_name: "a".to_owned(),
            stored_at: at(0),
            expires_at: at(10),
        };
        let shredded = Evidence { wrapped_key: None, ..kept.clone() };
        let table = [
            (None, 0, Err(Refusal::EvidenceNone)),
            (Some(&kept), 9, Ok(())),
            (Some(&kept), 10, Err(Refusal::EvidenceGone)),
            (Some(&shredded), 0, Err(Refusal::EvidenceGone)),
        ];

        for (evidence, now, answer) in table {
            assert_eq!(Kept::of(evidence, at(now)).readable(), answer, "{now}");
        }
    }
}
