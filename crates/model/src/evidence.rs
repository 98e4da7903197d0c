//! Evidence: the sealed bytes of an item, stored as long as its policy says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{EvidenceId, MatchId, Purpose, Sensitive, Sha256};

/// The record of an item's sealed bytes. The bytes themselves are in the vault under this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Id of this evidence and of its object in the vault; text form `evd_…`.
    pub id: EvidenceId,
    /// The match of the item.
    pub item: MatchId,
    /// SHA-256 of the bytes; one item may have been sent with several versions of its bytes. `None`
    /// only in rows that older versions of Mamori stored for an item without a digest.
    pub sha256: Option<Sha256>,
    /// The purpose whose policy says how long the bytes are stored.
    pub purpose: Purpose,
    /// Size of the item in bytes, before sealing.
    pub size: u64,
    /// The object's key, wrapped by a key of the vault; `None` after deletion: the bytes can never
    /// be read again.
    pub wrapped_key: Option<Sensitive<Vec<u8>>>,
    /// Name of the vault key that wrapped it.
    pub key_name: String,
    /// Time at which the bytes were stored.
    pub stored_at: Timestamp,
    /// End of the retention term.
    pub expires_at: Timestamp,
    /// Time at which its picture could last not be rendered; `None` if that was not tried, or if it
    /// succeeded since.
    pub render_failed_at: Option<Timestamp>,
}

impl Evidence {
    /// Checks whether the bytes can be read at `now`.
    pub fn is_readable(&self, now: Timestamp) -> bool {
        self.wrapped_key.is_some() && now < self.expires_at
    }
}

/// The reason why the bytes of an item were not stored although its policy keeps them. The item is held
/// or blocked nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum NotStored {
    /// The item would exceed the limit on the stored bytes of one account.
    Account,
    /// The item would exceed the limit on the stored bytes of its service.
    Service,
    /// Of the limit on the stored bytes of all services, less is left than the largest item takes,
    /// whatever the size of this one: a service must not learn how much others store.
    All,
    /// The vault's disk may take less than the largest item, whatever the size of this one.
    Disk,
    /// The vault failed.
    Failed,
    /// The same bytes of the item were stored until their term ended; they are not stored again.
    Ended,
}

impl NotStored {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;
    /// The reasons that an operator can remove; a metric counts them.
    pub const REFUSALS: [Self; 5] =
        [Self::Account, Self::Service, Self::All, Self::Disk, Self::Failed];

    /// Returns the word that the API, the log and the metrics use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns one sentence for people.
    pub fn explain(self) -> &'static str {
        match self {
            Self::Account => "the item would exceed the limit on the stored bytes of one account",
            Self::Service => "the item would exceed the limit on the stored bytes of the service",
            Self::All => "less than one item's bytes are left of the limit on all stored bytes",
            Self::Disk => "less than one item's bytes may still be written to the vault's disk",
            Self::Failed => "the vault failed; the operator finds the cause in the log",
            Self::Ended => {
                "these bytes were stored until their term ended, and are not stored again"
            }
        }
    }
}

/// Whether the bytes of an item are available for viewing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceStatus {
    /// Available until a given time.
    Available {
        /// End of the retention term.
        until: Timestamp,
    },
    /// No longer available: the retention term has ended, or the key was deleted.
    Gone,
    /// The bytes were never stored.
    NeverStored,
}

impl EvidenceStatus {
    /// Returns the availability of `evidence` at `now`.
    pub fn of(evidence: Option<&Evidence>, now: Timestamp) -> Self {
        match evidence {
            None => Self::NeverStored,
            Some(evidence) if evidence.is_readable(now) => {
                Self::Available { until: evidence.expires_at }
            }
            Some(_) => Self::Gone,
        }
    }

    /// Checks whether the bytes can be viewed; the error says why not.
    pub fn readable(self) -> Result<(), crate::Refusal> {
        match self {
            Self::Available { .. } => Ok(()),
            Self::Gone => Err(crate::Refusal::EvidenceGone),
            Self::NeverStored => Err(crate::Refusal::EvidenceNone),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::Refusal;

    #[test]
    fn a_reason_is_the_same_word_in_code_and_in_json() {
        for &why in NotStored::ALL {
            assert_eq!(serde_json::to_string(&why).unwrap(), format!("\"{}\"", why.as_str()));
        }
    }

    #[test]
    fn evidence_without_a_key_or_past_its_retention_period_is_gone() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let evidence = Evidence {
            id: Uuid::from_u128(1).into(),
            item: Uuid::from_u128(2).into(),
            sha256: None,
            purpose: Purpose::Rehearsal,
            size: 9,
            wrapped_key: Some(Sensitive::new(vec![1])),
            key_name: "a".to_owned(),
            stored_at: at(0),
            expires_at: at(10),
            render_failed_at: None,
        };
        let shredded = Evidence { wrapped_key: None, ..evidence.clone() };
        let table = [
            (None, 0, Err(Refusal::EvidenceNone)),
            (Some(&evidence), 9, Ok(())),
            (Some(&evidence), 10, Err(Refusal::EvidenceGone)),
            (Some(&shredded), 0, Err(Refusal::EvidenceGone)),
        ];

        for (evidence, now, answer) in table {
            assert_eq!(EvidenceStatus::of(evidence, at(now)).readable(), answer, "{now}");
        }
    }
}
