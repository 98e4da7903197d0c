//! Creates a bank.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mamori_model::{
    Action, AuditVerb, Bank, BankName, Distance, Line, PrivateBasis, Purpose, Quality, Reach,
    Transforms,
};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

/// The settings of a new bank.
#[derive(Clone, Debug)]
pub struct NewBank {
    /// The name, unique among banks.
    pub name: BankName,
    /// What the bank is for; never changes.
    pub purpose: Purpose,
    /// Where the bank's hashes come from.
    pub source: Line,
    /// The law or agreement under which the hashes are matched.
    pub legal_basis: Line,
    /// The person or team that is responsible for the bank.
    pub owner: Line,
    /// The surfaces and countries where the bank may be used, and the law for private messages.
    pub reach: Reach,
    /// The largest PDQ distance that still matches, in bits, 0 to [`Distance::LIMIT_MAX`].
    pub distance_max: Distance,
    /// The lowest PDQ quality, 0 to 100, at which an item's hash is compared.
    pub quality_min: Quality,
    /// Which hashes of a frame the bank compares; `None`: [`Transforms::default_of`] its purpose.
    pub transforms: Option<Transforms>,
    /// What a match in the bank does automatically.
    pub action: Action,
    /// Whether the bank is searched at all.
    pub is_enabled: bool,
}

/// Refuses a `distance_max` beyond the limit, and an action of a bank of known benign material.
pub(crate) fn check(purpose: Purpose, action: Action, distance_max: Distance) -> Result<(), Error> {
    if distance_max > Distance::LIMIT_MAX {
        return Err(Error::invalid("`distance_max` is at most 64"));
    }
    if purpose.is_negative() && action != Action::None {
        return Err(Error::invalid(
            "a bank of known benign material can only have the action `none`",
        ));
    }
    Ok(())
}

/// Refuses a law for private messages that may not be set today (UTC).
pub(crate) fn check_basis(basis: Option<&PrivateBasis>, now: Timestamp) -> Result<(), Error> {
    let today = now.to_zoned(TimeZone::UTC).date();
    basis.map_or(Ok(()), |basis| basis.check(today)).map_err(Error::invalid)
}

impl Desk {
    /// Creates a bank; [`Error::Conflict`] if the name is taken, [`Error::Invalid`] if no bank may
    /// have these settings.
    pub async fn create_bank(&self, who: &Admin, new: NewBank) -> Result<Bank, Error> {
        check(new.purpose, new.action, new.distance_max)?;
        let now = self.clock().now();
        check_basis(new.reach.private_basis(), now)?;
        let bank = Bank {
            id: self.clock().mint()?.into(),
            name: new.name,
            purpose: new.purpose,
            source: new.source,
            legal_basis: new.legal_basis,
            owner: new.owner,
            reach: new.reach,
            distance_max: new.distance_max,
            quality_min: new.quality_min,
            transforms: new.transforms.unwrap_or(Transforms::default_of(new.purpose)),
            action: new.action,
            is_enabled: new.is_enabled,
            created_at: now,
            changed_at: now,
        };

        let mut tx = self.store().begin("create_bank").await?;
        tx.insert_bank(&bank).await?;
        let change = Change::of(who.actor(), AuditVerb::BankCreated, bank.id);
        audit::record(self, &mut tx, change.after(values::bank(&bank)), now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(bank)
    }
}
