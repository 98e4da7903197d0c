//! Queries for the versions of a bank's settings. Rows are added and never changed.

use jiff::Timestamp;
use mamori_model::bank::{BankSettings, BankVersion};
use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditActor, Bank, BankId};

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT version, settings, actor_kind, actor_id, actor_name, changed_at
          FROM bank_version
         WHERE ",
            $rest
        )
    };
}

queries! {
    BANK_VERSION = select!("bank_version", "bank_id = $1 AND version = $2");
    BANK_VERSIONS_PAGE = select!("bank_versions_page", "bank_id = $1 AND version < $2
         ORDER BY version DESC LIMIT $3");
    NEWEST_BANK_VERSION = "-- newest_bank_version
        SELECT COALESCE(max(version), 0) FROM bank_version WHERE bank_id = $1";
    INSERT_BANK_VERSION = "-- insert_bank_version
        INSERT INTO bank_version (bank_id, version, settings, actor_kind, actor_id, actor_name,
                                  changed_at, changed_by)
        SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4, $5, $6, $7
          FROM bank_version
         WHERE bank_id = $1",
        postgres: "-- insert_bank_version
        INSERT INTO bank_version (bank_id, version, settings, actor_kind, actor_id, actor_name,
                                  changed_at, changed_by)
        SELECT CAST($1 AS uuid), COALESCE(max(version), 0) + 1, CAST($2 AS text), CAST($3 AS text),
               CAST($4 AS text), CAST($5 AS text), CAST($6 AS bigint), CAST($7 AS text)
          FROM bank_version
         WHERE bank_id = $1";
}

row! {
    struct VersionRow {
        version: i64,
        settings: String,
        actor_kind: String,
        actor_id: Option<String>,
        actor_name: Option<String>,
        changed_at: i64,
    }
}

impl VersionRow {
    fn read(self) -> Result<BankVersion, Error> {
        let (id, name) = (self.actor_id.as_deref(), self.actor_name.as_deref());
        let actor = AuditActor::parse(&self.actor_kind, id, name);
        Ok(BankVersion {
            version: u32::try_from(self.version).or_corrupt("bank_version.version")?,
            settings: serde_json::from_str(&self.settings).or_corrupt("bank_version.settings")?,
            actor: actor.or_corrupt("bank_version.actor_id")?,
            changed_at: from_micros(self.changed_at, "bank_version.changed_at")?,
        })
    }
}

impl Store {
    /// Returns a page of the versions of a bank's settings, the newest first; `before` is the last
    /// one of the previous page.
    pub async fn bank_versions(
        &self,
        bank: BankId,
        before: Option<u32>,
        size: PageSize,
    ) -> Result<Page<BankVersion, u32>, Error> {
        let before = before.map_or(i64::MAX, i64::from);
        let call = BANK_VERSIONS_PAGE.bind(bank).bind(before).bind(size.rows().saturating_add(1));
        let rows: Vec<VersionRow> = self.rows(call).await?;
        let versions = rows.into_iter().map(VersionRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(versions, size, |version: &BankVersion| version.version))
    }
}

impl Tx {
    /// Adds the next version, with the settings of `bank`. The caller has added the bank, or holds
    /// its lock.
    pub async fn insert_bank_version(
        &mut self,
        bank: &Bank,
        actor: &AuditActor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = INSERT_BANK_VERSION
            .bind(bank.id)
            .bind(json::write(&BankSettings::of(bank))?)
            .bind(actor.kind())
            .bind(actor.id())
            .bind(actor.name())
            .bind(now)
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Returns one version of a bank's settings.
    pub async fn bank_version(
        &mut self,
        bank: BankId,
        version: u32,
    ) -> Result<Option<BankVersion>, Error> {
        let row: Option<VersionRow> = self.row(BANK_VERSION.bind(bank).bind(version)).await?;
        row.map(VersionRow::read).transpose()
    }

    /// Returns the number of the newest version of a bank's settings; 0 if there is none.
    pub async fn newest_bank_version(&mut self, bank: BankId) -> Result<u32, Error> {
        let row: Option<(i64,)> = self.row(NEWEST_BANK_VERSION.bind(bank)).await?;
        let newest = row.map_or(0, |(version,)| version);
        u32::try_from(newest).or_corrupt("bank_version.version")
    }
}
