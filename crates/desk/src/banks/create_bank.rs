//! Creates a bank.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mamori_model::approval_request::{ApprovalVerb, GuardedChange};
use mamori_model::key::Scope;
use mamori_model::{
    Action, AuditActor, AuditVerb, Bank, BankId, BankName, BankSettings, Distance, Line,
    PrivateBasis, Purpose, Quality, Reach, Transforms,
};
use mamori_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::approvals::request_approval::Proposal;
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

/// A bank whose creation waits for a second actor, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProposedBank {
    purpose: Purpose,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_from_hma: bool,
    #[serde(flatten)]
    settings: BankSettings,
}

impl ProposedBank {
    /// Returns the bank with this id, created at `now`; [`Error::Invalid`] if no bank may have these
    /// settings.
    pub(crate) fn created(self, id: BankId, now: Timestamp) -> Result<Bank, Error> {
        let Self { purpose, is_from_hma, settings } = self;
        let bank = settings.of_new_bank(id, purpose, now).map_err(Error::invalid)?;
        check(bank.purpose, bank.action, bank.distance_max)?;
        Ok(Bank { is_from_hma, ..bank })
    }
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
    /// have these settings, [`Error::Waits`] if it needs a second actor.
    pub async fn create_bank(&self, who: &Admin, new: NewBank) -> Result<Bank, Error> {
        let bank = self.new_bank(who, new)?;
        self.create(who, bank).await
    }

    /// Creates a bank through the routes of HMA; otherwise as [`Self::create_bank`].
    pub async fn create_bank_through_hma(&self, who: &Admin, new: NewBank) -> Result<Bank, Error> {
        let bank = Bank { is_from_hma: true, ..self.new_bank(who, new)? };
        self.create(who, bank).await
    }

    /// Returns the bank that `who` is to create, with a new id.
    fn new_bank(&self, who: &Admin, new: NewBank) -> Result<Bank, Error> {
        who.require(&[Scope::BanksWrite])?;
        check(new.purpose, new.action, new.distance_max)?;
        let now = self.clock().now();
        check_basis(new.reach.private_basis(), now)?;
        Ok(Bank {
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
            is_from_hma: false,
            created_at: now,
            changed_at: now,
        })
    }

    async fn create(&self, who: &Admin, bank: Bank) -> Result<Bank, Error> {
        let now = bank.created_at;

        let tx = self.store().begin("create_bank").await?;
        let proposal = || {
            let settings = BankSettings::of(&bank);
            let (purpose, is_from_hma) = (bank.purpose, bank.is_from_hma);
            let change = json!(ProposedBank { purpose, is_from_hma, settings });
            Ok(Proposal::of(ApprovalVerb::CreateBank, bank.id, change))
        };
        let guarded = GuardedChange::NewBank(&bank);
        let mut tx = self.unless_guarded(tx, who, &guarded, proposal, now).await?;
        self.create_bank_in(&mut tx, &who.actor(), &bank).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(bank)
    }

    /// Creates a bank within `tx`, for itself or as an approved request.
    pub(crate) async fn create_bank_in(
        &self,
        tx: &mut Tx,
        who: &AuditActor,
        bank: &Bank,
    ) -> Result<(), Error> {
        tx.insert_bank(bank).await?;
        tx.insert_bank_version(bank, who, bank.created_at).await?;
        let change = Change::of(who.clone(), AuditVerb::BankCreated, bank.id);
        audit::record(self, tx, change.after(values::bank(bank)), bank.created_at).await
    }
}
