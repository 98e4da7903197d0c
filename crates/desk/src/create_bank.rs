//! A bank is made.

use mamori_model::{Action, Bank, BankName, Distance, Line, Purpose, Quality, Reach, Transforms};

use crate::{Admin, Desk, Error};

/// What a bank begins with.
#[derive(Clone, Debug)]
pub struct NewBank {
    /// Its name.
    pub name: BankName,
    /// What it is for, for ever.
    pub purpose: Purpose,
    /// Where its hashes come from.
    pub source: Line,
    /// The law or agreement under which they are matched.
    pub legal_basis: Line,
    /// Who answers for it.
    pub owner: Line,
    /// Where it may look.
    pub reach: Reach,
    /// The largest distance that still matches.
    pub distance_max: Distance,
    /// The least quality that is compared.
    pub quality_min: Quality,
    /// Which hashes of a frame it compares; `None`: what its purpose begins with.
    pub transforms: Option<Transforms>,
    /// What a match may do by itself.
    pub action: Action,
    /// Whether it looks at all.
    pub is_enabled: bool,
}

/// Refuses what no bank may be.
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

impl Desk {
    /// Makes a bank; [`Error::Conflict`] if the name is taken.
    pub async fn create_bank(&self, _: &Admin, new: NewBank) -> Result<Bank, Error> {
        check(new.purpose, new.action, new.distance_max)?;
        let now = self.clock().now();
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
        tx.commit().await?;

        self.settle().await;
        Ok(bank)
    }
}
