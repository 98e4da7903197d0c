//! Changes a bank, in everything except its purpose.

use std::collections::BTreeSet;

use mamori_model::{
    Action, AuditVerb, Bank, BankId, BankName, Distance, Jurisdictions, Line, PrivateBasis,
    Quality, Reach, Surface, Transforms,
};

use crate::audit::{self, Change, values};
use crate::banks::create_bank;
use crate::{Admin, Desk, Error};

/// The fields to change; `None` leaves a field unchanged.
#[derive(Clone, Debug, Default)]
pub struct BankChange {
    /// The new name, unique among banks.
    pub name: Option<BankName>,
    /// Where the bank's hashes come from.
    pub source: Option<Line>,
    /// The law or agreement under which the hashes are matched.
    pub legal_basis: Option<Line>,
    /// The person or team that is responsible for the bank.
    pub owner: Option<Line>,
    /// The surfaces on which the bank may be used.
    pub surfaces: Option<BTreeSet<Surface>>,
    /// The countries in which the bank may be used.
    pub jurisdictions: Option<Jurisdictions>,
    /// What happens to the law that permits matching private messages.
    pub private_basis: PrivateBasisChange,
    /// The largest PDQ distance that still matches, in bits, 0 to [`Distance::LIMIT_MAX`].
    pub distance_max: Option<Distance>,
    /// The lowest PDQ quality, 0 to 100, at which an item's hash is compared.
    pub quality_min: Option<Quality>,
    /// Which hashes of a frame the bank compares.
    pub transforms: Option<Transforms>,
    /// What a match in the bank does automatically.
    pub action: Option<Action>,
    /// Whether the bank is searched at all.
    pub is_enabled: Option<bool>,
}

/// What happens to the law that permits a bank to match private messages.
#[derive(Clone, Debug, Default)]
pub enum PrivateBasisChange {
    /// Leaves the law unchanged.
    #[default]
    Keep,
    /// Removes the law; [`Error::Invalid`] while private messages are among the bank's surfaces.
    Remove,
    /// Sets this law and its last day.
    Set(PrivateBasis),
}

impl BankChange {
    /// Returns where the bank may be used after the change.
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
    /// Changes a bank. The change applies to the next check at this node, and at every node within
    /// a second.
    ///
    /// [`Error::NotFound`] if there is no such bank, [`Error::Conflict`] if the name is taken,
    /// [`Error::Invalid`] if no bank may have these settings.
    pub async fn change_bank(
        &self,
        who: &Admin,
        id: BankId,
        change: BankChange,
    ) -> Result<Bank, Error> {
        if let PrivateBasisChange::Set(basis) = &change.private_basis {
            create_bank::check_basis(Some(basis), self.clock().now())?;
        }
        let mut tx = self.store().begin("change_bank").await?;
        let now = self.clock().now();
        let before = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        let state_before = values::bank(&before);
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
            changed_at: now,
            ..before
        };
        create_bank::check(after.purpose, after.action, after.distance_max)?;
        tx.update_bank(&after).await?;
        let change = Change::of(who.actor(), AuditVerb::BankChanged, id);
        let change = change.before(state_before).after(values::bank(&after));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(after)
    }
}
