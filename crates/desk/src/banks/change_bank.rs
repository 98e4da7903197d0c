//! Changes a bank, in everything except its purpose.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{
    Action, AuditActor, AuditVerb, Bank, BankId, BankName, BankSettings, Distance, Jurisdictions,
    Line, PrivateBasis, Quality, Reach, Surface, Transforms, change_notice,
};
use mamori_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::approvals::post_notice::post_notices;
use crate::approvals::request_approval::Proposal;

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

    /// Returns the bank after the change, which is made at `now`.
    fn applied_to(self, before: Bank, now: Timestamp) -> Result<Bank, Error> {
        let reach = self.reach(&before.reach)?;
        Ok(Bank {
            name: self.name.unwrap_or(before.name),
            source: self.source.unwrap_or(before.source),
            legal_basis: self.legal_basis.unwrap_or(before.legal_basis),
            owner: self.owner.unwrap_or(before.owner),
            reach,
            distance_max: self.distance_max.unwrap_or(before.distance_max),
            quality_min: self.quality_min.unwrap_or(before.quality_min),
            transforms: self.transforms.unwrap_or(before.transforms),
            action: self.action.unwrap_or(before.action),
            is_enabled: self.is_enabled.unwrap_or(before.is_enabled),
            changed_at: now,
            ..before
        })
    }
}

/// A change of a bank that waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedChange {
    /// The settings at the request.
    before: BankSettings,
    /// The settings to be.
    after: BankSettings,
}

impl ProposedChange {
    /// Returns `before` with the proposed settings; [`Error::Invalid`] if no bank may have them.
    pub(crate) fn applied_to(self, before: &Bank, now: Timestamp) -> Result<Bank, Error> {
        self.after.applied_to(before, now).map_err(Error::invalid)
    }
}

impl Desk {
    /// Changes a bank. The change applies to the next check at this node, and at every node within
    /// a second.
    ///
    /// [`Error::NotFound`] if there is no such bank, [`Error::Conflict`] if the name is taken,
    /// [`Error::Invalid`] if no bank may have these settings, [`Error::Waits`] if it needs a second
    /// actor.
    pub async fn change_bank(
        &self,
        who: &Admin,
        id: BankId,
        change: BankChange,
    ) -> Result<Bank, Error> {
        who.require(&[Scope::BanksWrite])?;
        if let PrivateBasisChange::Set(basis) = &change.private_basis {
            create_bank::check_basis(Some(basis), self.clock().now())?;
        }
        let mut tx = self.store().begin("change_bank").await?;
        let now = self.clock().now();
        let before = tx.lock_bank(id).await?.ok_or(Error::NotFound("bank"))?;
        let after = change.applied_to(before.clone(), now)?;
        self.change_locked_bank(tx, who, &before, &after, now).await?;

        self.wait_until_applied().await;
        Ok(after)
    }

    /// Gives a bank that `tx` has locked the settings of `after`, unless that needs a second actor,
    /// and commits.
    pub(super) async fn change_locked_bank(
        &self,
        tx: Tx,
        who: &Admin,
        before: &Bank,
        after: &Bank,
        now: Timestamp,
    ) -> Result<(), Error> {
        who.require_bank(before)?;
        create_bank::check(after.purpose, after.action, after.distance_max)?;
        let id = after.id;
        let proposal = || {
            let (before, after) = (BankSettings::of(before), BankSettings::of(after));
            let change = json!(ProposedChange { before, after });
            Ok(Proposal::of(ApprovalVerb::ChangeBank, id, change).in_bank(id))
        };
        let guarded = GuardedChange::Bank { before, after };
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        self.change_bank_in(&mut tx, &who.actor(), before, after, now).await?;
        let narrowed = change_notice::of_bank(before, after);
        post_notices(self, &mut tx, &who.actor(), before, narrowed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Gives a bank that `tx` has locked the settings of `after`, for itself or as an approved
    /// request.
    pub(crate) async fn change_bank_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        before: &Bank,
        after: &Bank,
        now: Timestamp,
    ) -> Result<(), Error> {
        create_bank::check(after.purpose, after.action, after.distance_max)?;
        tx.update_bank(after).await?;
        tx.insert_bank_version(after, who, now).await?;
        if after.source != before.source {
            tx.end_other_source_approvals(after.id, &after.source).await?;
        }
        let change = Change::of(who.clone(), AuditVerb::BankChanged, after.id);
        let change = change.before(values::bank(before)).after(values::bank(after));
        audit::record(self, tx, change, now).await
    }
}
