//! Queries for banks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Bank, BankId, BankName, Distance, Jurisdictions, PrivateBasis, Quality, Reach, Surface,
};
use uuid::Uuid;

use crate::call::Call;
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::pending_change::{Change, PendingChange};
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, name, purpose, source, legal_basis, owner, surfaces, jurisdictions, private_law,
               private_until, distance_max, quality_min, action, is_enabled, transforms, is_from_hma,
               created_at, changed_at
          FROM bank
         WHERE ",
            $rest
        )
    };
}

queries! {
    BANK_BY_ID = select!("bank_by_id", "id = $1 AND deleted_at IS NULL");
    LOCK_BANK = select!("lock_bank", "id = $1 AND deleted_at IS NULL"),
        postgres: select!("lock_bank", "id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE");
    BANK_BY_NAME = select!("bank_by_name", "name = $1 AND deleted_at IS NULL");
    BANKS_PAGE = select!("banks_page", "id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2");
    BANKS_ALL = select!("banks_all", "deleted_at IS NULL ORDER BY id");
    INSERT_BANK = "-- insert_bank
        INSERT INTO bank (id, name, purpose, source, legal_basis, owner, surfaces, jurisdictions,
                          private_law, private_until, distance_max, quality_min, action,
                          is_enabled, changed_at, changed_by, transforms, is_from_hma,
                          created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19)";
    UPDATE_BANK = "-- update_bank
        UPDATE bank
           SET name = $2, source = $4, legal_basis = $5, owner = $6, surfaces = $7,
               jurisdictions = $8, private_law = $9, private_until = $10, distance_max = $11,
               quality_min = $12, action = $13, is_enabled = $14, changed_at = $15,
               changed_by = $16, transforms = $17
         WHERE id = $1 AND purpose = $3 AND deleted_at IS NULL";
    DELETE_BANK = "-- delete_bank
        UPDATE bank
           SET deleted_at = $2, changed_at = $2, changed_by = $3
         WHERE id = $1 AND deleted_at IS NULL";
}

row! {
    struct BankRow {
        id: Uuid,
        name: String,
        purpose: String,
        source: String,
        legal_basis: String,
        owner: String,
        surfaces: String,
        jurisdictions: String,
        private_law: Option<String>,
        private_until: Option<String>,
        distance_max: i64,
        quality_min: i64,
        action: String,
        is_enabled: bool,
        transforms: String,
        is_from_hma: bool,
        created_at: i64,
        changed_at: i64,
    }
}

impl BankRow {
    fn read(self) -> Result<Bank, Error> {
        let reach = self.reach()?;
        let quality_min = u8::try_from(self.quality_min).ok().and_then(Quality::new);
        Ok(Bank {
            id: self.id.into(),
            name: self.name.parse().or_corrupt("bank.name")?,
            purpose: self.purpose.parse().or_corrupt("bank.purpose")?,
            source: self.source.parse().or_corrupt("bank.source")?,
            legal_basis: self.legal_basis.parse().or_corrupt("bank.legal_basis")?,
            owner: self.owner.parse().or_corrupt("bank.owner")?,
            reach,
            distance_max: Distance(
                u32::try_from(self.distance_max).or_corrupt("bank.distance_max")?,
            ),
            quality_min: quality_min.or_corrupt("bank.quality_min")?,
            transforms: self.transforms.parse().or_corrupt("bank.transforms")?,
            action: self.action.parse().or_corrupt("bank.action")?,
            is_enabled: self.is_enabled,
            is_from_hma: self.is_from_hma,
            created_at: from_micros(self.created_at, "bank.created_at")?,
            changed_at: from_micros(self.changed_at, "bank.changed_at")?,
        })
    }

    fn reach(&self) -> Result<Reach, Error> {
        let surfaces: BTreeSet<Surface> =
            serde_json::from_str(&self.surfaces).or_corrupt("bank.surfaces")?;
        let codes: Vec<String> =
            serde_json::from_str(&self.jurisdictions).or_corrupt("bank.jurisdictions")?;
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let jurisdictions = Jurisdictions::as_stored(&codes).or_corrupt("bank.jurisdictions")?;
        let private_basis = match (&self.private_law, &self.private_until) {
            (Some(law), Some(until)) => Some(PrivateBasis {
                law: law.parse().or_corrupt("bank.private_law")?,
                until: until.parse().or_corrupt("bank.private_until")?,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(Error::Corrupt { column: "bank.private_until" });
            }
        };
        Reach::new(surfaces, jurisdictions, private_basis).or_corrupt("bank.surfaces")
    }
}

/// Binds `$1` to `$17`, which inserting and updating share.
fn write(query: Query, bank: &Bank, name: &'static str) -> Call {
    let basis = bank.reach.private_basis();
    query
        .bind(bank.id)
        .bind(bank.name.as_str())
        .bind(bank.purpose.as_str())
        .bind(bank.source.as_str())
        .bind(bank.legal_basis.as_str())
        .bind(bank.owner.as_str())
        .bind(json(bank.reach.surfaces()))
        .bind(json(bank.reach.jurisdictions()))
        .bind(basis.map(|basis| basis.law.as_str()))
        .bind(basis.map(|basis| basis.until.to_string()))
        .bind(bank.distance_max.0)
        .bind(u32::from(bank.quality_min.value()))
        .bind(bank.action.as_str())
        .bind(bank.is_enabled)
        .bind(bank.changed_at)
        .bind(name)
        .bind(bank.transforms.as_str())
}

fn json(list: &impl serde::Serialize) -> String {
    // Lists of words always serialise.
    serde_json::to_string(list).unwrap_or_default()
}

impl Store {
    /// Returns the bank, unless it is deleted.
    pub async fn bank(&self, bank: BankId) -> Result<Option<Bank>, Error> {
        self.row::<BankRow>(BANK_BY_ID.bind(bank)).await?.map(BankRow::read).transpose()
    }

    /// Returns the bank that has this name at present.
    pub async fn bank_named(&self, name: &BankName) -> Result<Option<Bank>, Error> {
        let row: Option<BankRow> = self.row(BANK_BY_NAME.bind(name.as_str())).await?;
        row.map(BankRow::read).transpose()
    }

    /// Returns a page of the banks that are not deleted, the oldest first.
    pub async fn banks(
        &self,
        after: Option<BankId>,
        size: PageSize,
    ) -> Result<Page<Bank, BankId>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let rows: Vec<BankRow> =
            self.rows(BANKS_PAGE.bind(after).bind(size.rows().saturating_add(1))).await?;
        let banks = rows.into_iter().map(BankRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(banks, size, |bank: &Bank| bank.id))
    }

    /// Returns every bank that is not deleted, the oldest first.
    pub async fn all_banks(&self) -> Result<Vec<Bank>, Error> {
        let rows: Vec<BankRow> = self.rows(BANKS_ALL.call()).await?;
        rows.into_iter().map(BankRow::read).collect()
    }
}

impl Tx {
    /// Locks the bank's row until this transaction ends and returns the bank, unless it is deleted.
    pub async fn lock_bank(&mut self, bank: BankId) -> Result<Option<Bank>, Error> {
        self.row::<BankRow>(LOCK_BANK.bind(bank)).await?.map(BankRow::read).transpose()
    }

    /// Adds a bank. [`Error::Conflict`] if the name is taken.
    pub async fn insert_bank(&mut self, bank: &Bank) -> Result<(), Error> {
        let call = write(INSERT_BANK, bank, self.name());
        let call = call.bind(bank.is_from_hma).bind(bank.created_at);
        self.run(call).await.map_err(|error| error.or_taken("bank", "bank name"))?;
        let change = Change::BankChanged(bank.id);
        self.record_change(PendingChange { change, at: bank.changed_at });
        Ok(())
    }

    /// Updates every column of a bank except its purpose, its creation time, and whether it was created
    /// through the routes of HMA.
    ///
    /// [`Error::NotFound`] if it does not exist or its purpose differs; [`Error::Conflict`] if the
    /// new name is taken.
    pub async fn update_bank(&mut self, bank: &Bank) -> Result<(), Error> {
        let call = write(UPDATE_BANK, bank, self.name());
        let changed = self.run(call).await.map_err(|error| error.or_taken("bank", "bank name"))?;
        if changed == 0 {
            return Err(Error::NotFound("bank"));
        }
        let change = Change::BankChanged(bank.id);
        self.record_change(PendingChange { change, at: bank.changed_at });
        Ok(())
    }

    /// Deletes a bank: it no longer matches, and its name is free. Its entries stay until
    /// [`Tx::purge_bank_entries`]. Returns `false` if there is no such bank.
    pub async fn delete_bank(&mut self, bank: BankId, now: Timestamp) -> Result<bool, Error> {
        let call = DELETE_BANK.bind(bank).bind(now).bind(self.name());
        let is_deleted = self.run(call).await? == 1;
        if is_deleted {
            self.record_change(PendingChange { change: Change::BankDeleted(bank), at: now });
        }
        Ok(is_deleted)
    }
}
