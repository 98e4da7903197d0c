//! Queries for withdrawing entries. A withdrawn hash is remembered, so that no list adds it again.

use std::collections::HashSet;

use jiff::Timestamp;
use mamori_model::{BankId, EntryId, Hash, Line};
use serde::Serialize;

use super::read::read_hash;
use super::{Added, NewEntry, ROWS_MAX};
use crate::call::Call;
use crate::error::Error;
use crate::json;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    WITHDRAW_ENTRIES = "-- withdraw_entries
        UPDATE entry
           SET withdrawn_at = $3, changed_by = $4
         WHERE bank_id = $1 AND withdrawn_at IS NULL AND expired_at IS NULL
           AND id IN (SELECT value FROM json_each($2))
        RETURNING bank_id, id",
        postgres: "-- withdraw_entries
        UPDATE entry
           SET withdrawn_at = $3, changed_by = $4
         WHERE bank_id = $1 AND withdrawn_at IS NULL AND expired_at IS NULL
           AND id = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($2 AS json)) AS bigint)))
        RETURNING bank_id, id";
    WITHDRAW_SOURCE = "-- withdraw_source
        UPDATE entry
           SET withdrawn_at = $3, changed_by = $4
         WHERE bank_id = $1 AND source_id = $2 AND withdrawn_at IS NULL AND expired_at IS NULL
        RETURNING bank_id, id";
    COUNT_LIVE_OF_SOURCE = "-- count_live_of_source
        SELECT count(*) FROM entry
         WHERE bank_id = $1 AND source_id = $2 AND withdrawn_at IS NULL AND expired_at IS NULL";
    COUNT_REMOVED_SINCE = "-- count_removed_since
        SELECT (SELECT count(*) FROM entry WHERE withdrawn_at > $2 AND bank_id = $1)
             + (SELECT count(*) FROM entry
                 WHERE shortened_at > $2 AND bank_id = $1
                   AND (withdrawn_at IS NULL OR withdrawn_at <= $2))";
    COUNT_SHORTENED = "-- count_shortened
        SELECT count(*)
          FROM json_each($2)
         CROSS JOIN entry
         WHERE bank_id = $1 AND kind = value ->> 'kind' AND hash = unhex(value ->> 'hash')
           AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (expires_at IS NULL OR expires_at > value ->> 'expires_at')",
        postgres: "-- count_shortened
        SELECT count(*)
          FROM json_to_recordset(CAST($2 AS json)) AS input (kind text, hash text, expires_at bigint)
          JOIN entry ON bank_id = $1 AND entry.kind = input.kind
                    AND entry.hash = decode(input.hash, 'hex')
                    AND withdrawn_at IS NULL AND expired_at IS NULL
         WHERE entry.expires_at IS NULL OR entry.expires_at > input.expires_at";
    REMEMBER_WITHDRAWN = "-- remember_withdrawn
        INSERT INTO withdrawal (bank_id, kind, hash, entry_id, withdrawn_at, changed_by)
        SELECT bank_id, kind, hash, max(id), withdrawn_at, $3
          FROM entry
         WHERE bank_id = $1 AND withdrawn_at = $2
         GROUP BY bank_id, kind, hash, withdrawn_at
        ON CONFLICT (bank_id, kind, hash) DO UPDATE
           SET entry_id = excluded.entry_id, withdrawn_at = excluded.withdrawn_at,
               changed_by = excluded.changed_by";
    HAS_WITHDRAWN = "-- has_withdrawn
        SELECT CAST(1 AS BIGINT) FROM withdrawal WHERE bank_id = $1 LIMIT 1";
    WITHDRAWN_AMONG = "-- withdrawn_among
        SELECT withdrawal.kind, withdrawal.hash
          FROM json_each($2)
         CROSS JOIN withdrawal
         WHERE bank_id = $1 AND kind = value ->> 'kind' AND hash = unhex(value ->> 'hash')",
        postgres: "-- withdrawn_among
        SELECT withdrawal.kind, withdrawal.hash
          FROM json_to_recordset(CAST($2 AS json)) AS input (kind text, hash text)
          JOIN withdrawal ON bank_id = $1 AND withdrawal.kind = input.kind
                         AND withdrawal.hash = decode(input.hash, 'hex')";
    FORGET_WITHDRAWN = "-- forget_withdrawn
        DELETE FROM withdrawal
         WHERE bank_id = $1
           AND (kind, hash) IN (SELECT value ->> 'kind', unhex(value ->> 'hash')
                                  FROM json_each($2))",
        postgres: "-- forget_withdrawn
        DELETE FROM withdrawal
         WHERE bank_id = $1
           AND (kind, hash) IN (SELECT input.kind, decode(input.hash, 'hex')
                                  FROM json_to_recordset(CAST($2 AS json))
                                       AS input (kind text, hash text))";
    PURGE_BANK_WITHDRAWN = "-- purge_bank_withdrawn
        DELETE FROM withdrawal
         WHERE bank_id = $1
           AND EXISTS (SELECT 1 FROM bank WHERE id = $1 AND deleted_at IS NOT NULL)";
}

#[derive(Serialize)]
struct Key {
    kind: &'static str,
    hash: String,
}

impl From<&NewEntry> for Key {
    fn from(entry: &NewEntry) -> Self {
        Self { kind: entry.hash.kind().as_str(), hash: entry.hash.to_string() }
    }
}

/// A hash and its new end.
#[derive(Serialize)]
struct End {
    kind: &'static str,
    hash: String,
    expires_at: i64,
}

impl End {
    fn of(entry: &NewEntry) -> Option<Self> {
        let Key { kind, hash } = entry.into();
        let expires_at = entry.metadata.expires_at.value()?.as_microsecond();
        Some(Self { kind, hash, expires_at })
    }
}

impl Tx {
    /// Withdraws those of `entries` that are in `bank` and live, and remembers their hashes;
    /// returns how many.
    ///
    /// Waits for every transaction that adds entries to the bank, and locks it: such a transaction
    /// has read the remembered hashes, and would add one that is withdrawn meanwhile.
    pub async fn withdraw_entries(
        &mut self,
        bank: BankId,
        entries: &[EntryId],
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.lock_bank(bank).await?;
        let ids = json::numbers(entries);
        let call = WITHDRAW_ENTRIES.bind(bank).bind(ids).bind(now).bind(self.name());
        let withdrawn = self.end(call, now).await?;
        self.remember_withdrawn(bank, withdrawn, now).await
    }

    /// Withdraws the live entries of `bank` that have this id at their source, likewise; returns
    /// how many.
    pub async fn withdraw_source(
        &mut self,
        bank: BankId,
        source: &Line,
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.lock_bank(bank).await?;
        let call = WITHDRAW_SOURCE.bind(bank).bind(source.as_str()).bind(now).bind(self.name());
        let withdrawn = self.end(call, now).await?;
        self.remember_withdrawn(bank, withdrawn, now).await
    }

    /// Counts the live entries of `bank` that have this id at their source.
    pub async fn count_live_of_source(
        &mut self,
        bank: BankId,
        source: &Line,
    ) -> Result<u64, Error> {
        self.count(COUNT_LIVE_OF_SOURCE.bind(bank).bind(source.as_str())).await
    }

    /// Counts the entries of `bank` that were withdrawn, or whose end was brought forward, after
    /// `since`.
    pub async fn count_removed_since(
        &mut self,
        bank: BankId,
        since: Timestamp,
    ) -> Result<u64, Error> {
        self.count(COUNT_REMOVED_SINCE.bind(bank).bind(since)).await
    }

    /// Counts the live entries of `bank` whose end is brought forward if `entries` are added.
    pub async fn count_shortened(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<u64, Error> {
        let ends: Vec<End> = entries.iter().filter_map(End::of).collect();
        let mut shortened = 0_u64;
        for some in ends.chunks(ROWS_MAX) {
            let call = COUNT_SHORTENED.bind(bank).bind(json::write(&some)?);
            shortened = shortened.saturating_add(self.count(call).await?);
        }
        Ok(shortened)
    }

    async fn count(&mut self, call: Call) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(call).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// Adds entries as [`Self::add_entries`] does, but also those whose hash was withdrawn.
    pub async fn restore_entries(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Added, Error> {
        if self.has_withdrawn(bank).await? {
            for some in entries.chunks(ROWS_MAX) {
                let keys: Vec<Key> = some.iter().map(Key::from).collect();
                self.run(FORGET_WITHDRAWN.bind(bank).bind(json::write(&keys)?)).await?;
            }
        }
        self.add_entries(bank, entries, now).await
    }

    /// Returns those hashes of `entries` that were withdrawn from `bank`.
    pub(super) async fn withdrawn_among(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<HashSet<Hash>, Error> {
        let mut withdrawn = HashSet::new();
        if !self.has_withdrawn(bank).await? {
            return Ok(withdrawn);
        }
        for some in entries.chunks(ROWS_MAX) {
            let keys: Vec<Key> = some.iter().map(Key::from).collect();
            let call = WITHDRAWN_AMONG.bind(bank).bind(json::write(&keys)?);
            let rows: Vec<(String, Vec<u8>)> = self.rows(call).await?;
            for (kind, hash) in rows {
                withdrawn.insert(read_hash(&kind, &hash)?);
            }
        }
        Ok(withdrawn)
    }

    /// Removes the withdrawn hashes of a deleted bank; returns how many.
    pub(super) async fn purge_bank_withdrawn(&mut self, bank: BankId) -> Result<u64, Error> {
        self.run(PURGE_BANK_WITHDRAWN.bind(bank)).await
    }

    async fn has_withdrawn(&mut self, bank: BankId) -> Result<bool, Error> {
        Ok(self.row::<(i64,)>(HAS_WITHDRAWN.bind(bank)).await?.is_some())
    }

    async fn remember_withdrawn(
        &mut self,
        bank: BankId,
        withdrawn: u64,
        now: Timestamp,
    ) -> Result<u64, Error> {
        if withdrawn > 0 {
            self.run(REMEMBER_WITHDRAWN.bind(bank).bind(now).bind(self.name())).await?;
        }
        Ok(withdrawn)
    }
}
