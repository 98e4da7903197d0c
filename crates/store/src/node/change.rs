//! The change log: what every node must know, in the order of the commits.
//!
//! On PostgreSQL a number is drawn before its transaction commits, so a reader could see 8 before 7
//! and never read 7. Therefore a transaction only collects its changes; its commit takes one
//! advisory lock, draws the numbers and commits. The lock is released after the commit is visible,
//! so a reader that sees a number sees every smaller one. It is the last lock that a transaction
//! takes, so it cannot cause a deadlock. SQLite has only one writer.

use jiff::Timestamp;
use mamori_model::{BankId, EntryId};
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::{Engine, Store};
use crate::pending_change::{Change, PendingChange};
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    LOCK_CHANGES = "-- lock_changes
        SELECT CAST(1 AS BIGINT)",
        postgres: "-- lock_changes
        SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(7308613679165170530)";
    APPEND_CHANGES = "-- append_changes
        INSERT INTO change (what, bank_id, first_entry, last_entry, changed_at, changed_by)
        SELECT value ->> 'what', unhex(value ->> 'bank'), value ->> 'first', value ->> 'last',
               value ->> 'at', $2
          FROM json_each($1)
         ORDER BY key",
        postgres: "-- append_changes
        INSERT INTO change (what, bank_id, first_entry, last_entry, changed_at, changed_by)
        SELECT what, CAST(bank AS uuid), \"first\", \"last\", \"at\", $2
          FROM ROWS FROM (json_to_recordset(CAST($1 AS json))
                          AS (what text, bank text, \"first\" bigint, \"last\" bigint, \"at\" bigint))
               WITH ORDINALITY
         ORDER BY ordinality";
    CHANGES_AFTER = "-- changes_after
        SELECT seq, what, bank_id, first_entry, last_entry
          FROM change
         WHERE seq > $1
         ORDER BY seq
         LIMIT $2";
    LAST_CHANGE = "-- last_change
        SELECT max(seq) FROM change";
    CHANGE_TIME = "-- change_time
        SELECT changed_at FROM change WHERE seq = $1";
    OLDEST_CHANGE = "-- oldest_change
        SELECT min(seq) FROM change";
}

/// A change and its place in the order of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its sequence number; ascending, with gaps.
    pub seq: i64,
    /// What changed.
    pub change: Change,
}

#[derive(Serialize)]
struct NewRow {
    what: &'static str,
    bank: Option<String>,
    first: Option<i64>,
    last: Option<i64>,
    at: i64,
}

impl From<&PendingChange> for NewRow {
    fn from(pending: &PendingChange) -> Self {
        let (what, bank, range) = match pending.change {
            Change::Added { bank, first, last } => ("added", Some(bank), Some((first, last))),
            Change::Removed { bank, first, last } => ("removed", Some(bank), Some((first, last))),
            Change::BankChanged(bank) => ("bank_changed", Some(bank), None),
            Change::BankDeleted(bank) => ("bank_deleted", Some(bank), None),
            Change::Keys => ("keys", None, None),
        };
        Self {
            what,
            bank: bank.map(json::hex),
            first: range.map(|(first, _)| first.number()),
            last: range.map(|(_, last)| last.number()),
            at: pending.at.as_microsecond(),
        }
    }
}

row! {
    struct ChangeRow {
        seq: i64,
        what: String,
        bank_id: Option<Uuid>,
        first_entry: Option<i64>,
        last_entry: Option<i64>,
    }
}

impl ChangeRow {
    fn read(self) -> Result<Changed, Error> {
        let bank = || self.bank_id.map(BankId::from).or_corrupt("change.bank_id");
        let entry = |id: Option<i64>| id.and_then(EntryId::new).or_corrupt("change.first_entry");
        let change = match self.what.as_str() {
            "added" => Change::Added {
                bank: bank()?,
                first: entry(self.first_entry)?,
                last: entry(self.last_entry)?,
            },
            "removed" => Change::Removed {
                bank: bank()?,
                first: entry(self.first_entry)?,
                last: entry(self.last_entry)?,
            },
            "bank_changed" => Change::BankChanged(bank()?),
            "bank_deleted" => Change::BankDeleted(bank()?),
            "keys" => Change::Keys,
            _ => return Err(Error::Corrupt { column: "change.what" }),
        };
        Ok(Changed { seq: self.seq, change })
    }
}

impl Store {
    /// Returns changes after `seq`, the oldest first, at most `limit`. No change is ever missed,
    /// and none appears after one with a greater number was visible.
    pub async fn changes_after(&self, seq: i64, limit: u32) -> Result<Vec<Changed>, Error> {
        let rows: Vec<ChangeRow> = self.rows(CHANGES_AFTER.bind(seq).bind(limit)).await?;
        rows.into_iter().map(ChangeRow::read).collect()
    }

    /// Returns the number of the newest change; 0 if there never was one. Read it before loading
    /// everything, then follow from it.
    pub async fn last_change(&self) -> Result<i64, Error> {
        let last: Option<(Option<i64>,)> = self.row(LAST_CHANGE.call()).await?;
        Ok(last.and_then(|(last,)| last).unwrap_or(0))
    }

    /// Returns when the change `seq` was made; `None` if it does not exist or was removed.
    pub async fn change_time(&self, seq: i64) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64,)> = self.row(CHANGE_TIME.bind(seq)).await?;
        row.map(|(at,)| from_micros(at, "change.changed_at")).transpose()
    }

    /// Returns the number of the oldest change that is still stored. A node that has read only up
    /// to more than one before it may have missed some and must load everything.
    pub async fn oldest_change(&self) -> Result<Option<i64>, Error> {
        let oldest: Option<(Option<i64>,)> = self.row(OLDEST_CHANGE.call()).await?;
        Ok(oldest.and_then(|(oldest,)| oldest))
    }
}

impl Tx {
    /// Appends the pending changes; must be the last step before the commit.
    pub(crate) async fn append_pending_changes(&mut self) -> Result<(), Error> {
        let pending = self.take_pending_changes();
        if pending.is_empty() {
            return Ok(());
        }
        match self.engine() {
            Engine::Sqlite => {}
            Engine::Postgres => {
                self.rows::<(i64,)>(LOCK_CHANGES.call()).await?;
            }
        }
        let rows: Vec<NewRow> = pending.iter().map(NewRow::from).collect();
        // Numbers and hex digits always serialise.
        let rows = serde_json::to_string(&rows).unwrap_or_default();
        self.run(APPEND_CHANGES.bind(rows).bind(self.name())).await?;
        Ok(())
    }
}
