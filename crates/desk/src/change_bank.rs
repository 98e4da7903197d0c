//! A bank is changed, in everything but its purpose.

use std::collections::BTreeSet;

use mamori_model::{
    Action, Bank, BankId, BankName, Distance, Jurisdictions, Line, PrivateBasis, Quality, Reach,
    Surface, Transforms,
};

use crate::{Admin, Desk, Error, create_bank};

/// What changes; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct BankChange {
    /// The name.
    pub name: Option<BankName>,
    /// Where its hashes come from.
    pub source: Option<Line>,
    /// The law or agreement.
    pub legal_basis: Option<Line>,
    /// Who answers for it.
    pub owner: Option<Line>,
    /// The surfaces on which it may look.
    pub surfaces: Option<BTreeSet<Surface>>,
    /// The countries in which it may look.
    pub jurisdictions: Option<Jurisdictions>,
    /// The law for private messages.
    pub private_basis: PrivateBasisChange,
    /// The largest distance that still matches.
    pub distance_max: Option<Distance>,
    /// The least quality that is compared.
    pub quality_min: Option<Quality>,
    /// Which hashes of a frame it compares.
    pub transforms: Option<Transforms>,
    /// What a match may do by itself.
    pub action: Option<Action>,
    /// Whether it looks at all.
    pub is_enabled: Option<bool>,
}

/// What becomes of the law that lets a bank look into private messages.
#[derive(Clone, Debug, Default)]
pub enum PrivateBasisChange {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Remove,
    /// It is this one.
    Set(PrivateBasis),
}

impl BankChange {
    /// Where the bank may look after the change.
    fn reach(&self, before: &Reach) -> Result<Reach, Error> {
        let surfaces = self.surfaces.as_ref().unwrap_or(before.surfaces());
        let jurisdictions = self.jurisdictions.as_ref().unwrap_or(before.jurisdictions());
        let private_basis = match &self.private_basis {
            PrivateBasisChange::Keep => before.private_basis(),
            PrivateBasisChange::Remove => None,
            PrivateBasisChange::Set(basis) => Some(basis),
        };
        Reach::new(surfaces.clone(), jurisdictions.clone(), private_basis.cloned())
            .map_err(Error::invalid)
    }
}

impl Desk {
    /// Changes a bank; it holds for the next check at this node, and everywhere within a second.
    pub async fn change_bank(
        &self,
        _: &Admin,
        id: BankId,
        change: BankChange,
    ) -> Result<Bank, Error> {
        let mut tx = self.store().begin("change_bank").await?;
        let before = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        let reach = change.reach(&before.reach)?;
        let after = Bank {
            name: change.name.unwrap_or(before.name),
            source: change.source.unwrap_or(before.source),
            legal_basis: change.legal_basis.unwrap_or(before.legal_basis),
            owner: change.owner.unwrap_or(before.owner),
            reach,
            distance_max: change.distance_max.unwrap_or(before.distance_max),
            quality_min: change.quality_min.unwrap_or(before.quality_min),
            transforms: change.transforms.unwrap_or(before.transforms),
            action: change.action.unwrap_or(before.action),
            is_enabled: change.is_enabled.unwrap_or(before.is_enabled),
            changed_at: self.clock().now(),
            ..before
        };
        create_bank::check(after.purpose, after.action, after.distance_max)?;
        tx.update_bank(&after).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(after)
    }
}
