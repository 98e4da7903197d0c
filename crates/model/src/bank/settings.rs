//! The settings of a bank: what can be changed, and what its versions contain.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Action, Bank, BankName, NotAReach, PrivateBasis, Purpose, Reach, Transforms};
use crate::place::stored_jurisdictions;
use crate::{AuditActor, BankId, Distance, Jurisdictions, Line, Quality, Surface};

/// Everything about a bank that can be changed; its purpose cannot.
///
/// JSON: an object with these keys, as the versions of a bank and the audit record store it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankSettings {
    /// As [`Bank::name`].
    pub name: BankName,
    /// As [`Bank::source`].
    pub source: Line,
    /// As [`Bank::legal_basis`].
    pub legal_basis: Line,
    /// As [`Bank::owner`].
    pub owner: Line,
    /// As [`Reach::surfaces`].
    pub surfaces: BTreeSet<Surface>,
    /// As [`Reach::jurisdictions`].
    #[serde(deserialize_with = "stored_jurisdictions")]
    pub jurisdictions: Jurisdictions,
    /// As [`Reach::private_basis`].
    pub private_basis: Option<PrivateBasis>,
    /// As [`Bank::distance_max`].
    pub distance_max: Distance,
    /// As [`Bank::quality_min`].
    pub quality_min: Quality,
    /// As [`Bank::transforms`].
    pub transforms: Transforms,
    /// As [`Bank::action`].
    pub action: Action,
    /// As [`Bank::is_enabled`].
    pub is_enabled: bool,
}

impl BankSettings {
    /// Returns the settings of `bank`.
    pub fn of(bank: &Bank) -> Self {
        Self {
            name: bank.name.clone(),
            source: bank.source.clone(),
            legal_basis: bank.legal_basis.clone(),
            owner: bank.owner.clone(),
            surfaces: bank.reach.surfaces().clone(),
            jurisdictions: bank.reach.jurisdictions().clone(),
            private_basis: bank.reach.private_basis().cloned(),
            distance_max: bank.distance_max,
            quality_min: bank.quality_min,
            transforms: bank.transforms,
            action: bank.action,
            is_enabled: bank.is_enabled,
        }
    }

    /// Returns `bank` as it is after it was given these settings at `now`.
    pub fn applied_to(self, bank: &Bank, now: Timestamp) -> Result<Bank, NotAReach> {
        let new = self.of_new_bank(bank.id, bank.purpose, now)?;
        Ok(Bank { is_from_hma: bank.is_from_hma, created_at: bank.created_at, ..new })
    }

    /// Returns a bank with these settings that is created at `now`, not through the routes of HMA.
    pub fn of_new_bank(
        self,
        id: BankId,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Bank, NotAReach> {
        Ok(Bank {
            id,
            name: self.name,
            purpose,
            source: self.source,
            legal_basis: self.legal_basis,
            owner: self.owner,
            reach: Reach::new(self.surfaces, self.jurisdictions, self.private_basis)?,
            distance_max: self.distance_max,
            quality_min: self.quality_min,
            transforms: self.transforms,
            action: self.action,
            is_enabled: self.is_enabled,
            is_from_hma: false,
            created_at: now,
            changed_at: now,
        })
    }
}

/// One version of the settings of a bank. Versions are never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankVersion {
    /// The number of the version, from 1, without gaps.
    pub version: u32,
    /// The settings.
    pub settings: BankSettings,
    /// Who made the change: a key, or the command line.
    pub actor: AuditActor,
    /// Time of the change.
    pub changed_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::tests::a_bank;

    #[test]
    fn settings_read_back_as_themselves_and_give_the_same_bank() {
        let bank = Bank { is_from_hma: true, ..a_bank() };
        let settings = BankSettings::of(&bank);

        let text = serde_json::to_string(&settings).unwrap();
        let read: BankSettings = serde_json::from_str(&text).unwrap();

        assert_eq!(read, settings);
        assert_eq!(read.applied_to(&bank, bank.changed_at), Ok(bank));
    }

    #[test]
    fn settings_with_private_messages_and_no_law_give_no_bank() {
        let surfaces = [Surface::PrivateMessage].into();
        let settings = BankSettings { surfaces, ..BankSettings::of(&a_bank()) };

        let applied = settings.applied_to(&a_bank(), Timestamp::UNIX_EPOCH);

        assert_eq!(applied, Err(NotAReach::NoPrivateBasis));
    }
}
