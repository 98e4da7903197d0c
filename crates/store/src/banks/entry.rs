//! Queries for entries: adding many at once, and expiring and purging them.

pub mod read;
pub mod update;
pub mod withdrawal;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mamori_model::text::Labels;
use mamori_model::{BankId, EntryChange, EntryId, Hash, Line};
use serde::Serialize;
use uuid::Uuid;

pub use self::read::{EntryFilter, IndexRow};
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::pending_change::{Change, PendingChange};
use crate::query::queries;
use crate::tx::Tx;

// For purging a bank: with `bank_id = $1`, PostgreSQL may walk the entries of all banks in order
// and skip most of them, so the bank is a range of one and comes first in the order.
queries! {
    LOCK_LIVE_BANK = "-- lock_live_bank
        SELECT CAST(1 AS BIGINT) FROM bank WHERE id = $1 AND deleted_at IS NULL",
        postgres: "-- lock_live_bank
        SELECT CAST(1 AS BIGINT) FROM bank WHERE id = $1 AND deleted_at IS NULL FOR SHARE";
    DRAW_ENTRY_IDS = "-- draw_entry_ids
        UPDATE counter
           SET last = last + $1, changed_by = $2
         WHERE name = 'entry'
        RETURNING last";
    INSERT_ENTRIES = "-- insert_entries
        INSERT INTO entry (id, bank_id, kind, hash, source_id, labels, added_at, expires_at,
                           changed_by)
        SELECT $1 + key, $2, value ->> 'kind', unhex(value ->> 'hash'), value ->> 'source_id',
               value ->> 'labels', $4, value ->> 'expires_at', $5
          FROM json_each($3)
         WHERE TRUE
         ORDER BY key
        ON CONFLICT (bank_id, kind, hash) WHERE withdrawn_at IS NULL AND expired_at IS NULL
        DO NOTHING
        RETURNING id",
        postgres: "-- insert_entries
        INSERT INTO entry (id, bank_id, kind, hash, source_id, labels, added_at, expires_at,
                           changed_by)
        SELECT $1 + ordinality - 1, $2, kind, decode(hash, 'hex'), source_id, labels, $4,
               expires_at, $5
          FROM ROWS FROM (json_to_recordset(CAST($3 AS json))
                          AS (kind text, hash text, source_id text, labels text, expires_at bigint))
               WITH ORDINALITY
         ORDER BY ordinality
        ON CONFLICT (bank_id, kind, hash) WHERE withdrawn_at IS NULL AND expired_at IS NULL
        DO NOTHING
        RETURNING id";
    EXPIRE_ENTRIES = "-- expire_entries
        UPDATE entry
           SET expired_at = $1, changed_by = $3
         WHERE expires_at <= $1 AND withdrawn_at IS NULL AND expired_at IS NULL
           AND id IN (SELECT id FROM entry
                       WHERE expires_at <= $1 AND withdrawn_at IS NULL AND expired_at IS NULL
                       ORDER BY expires_at
                       LIMIT $2)
        RETURNING bank_id, id";
    EXPIRE_BANK_ENTRIES = "-- expire_bank_entries
        UPDATE entry
           SET expired_at = $1, changed_by = $3
         WHERE expires_at <= $1 AND withdrawn_at IS NULL AND expired_at IS NULL
           AND bank_id = $2
        RETURNING bank_id, id";
    PURGE_BANK_ENTRIES = "-- purge_bank_entries
        DELETE FROM entry
         WHERE id IN (SELECT id FROM entry
                       WHERE bank_id BETWEEN $1 AND $1
                         AND EXISTS (SELECT 1 FROM bank WHERE id = $1 AND deleted_at IS NOT NULL)
                       ORDER BY bank_id, id
                       LIMIT $2)";
    PURGE_ENDED_ENTRIES = "-- purge_ended_entries
        DELETE FROM entry
         WHERE id IN (SELECT id FROM entry WHERE withdrawn_at < $1 OR expired_at < $1 LIMIT $2)";
}

/// Rows that one statement inserts; more bring no gain.
const ROWS_MAX: usize = 1_000;

/// An entry to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The hash.
    pub hash: Hash,
    /// The metadata; if the bank has this hash already, they change that entry.
    pub metadata: EntryChange,
}

impl NewEntry {
    /// Creates an entry without metadata.
    pub fn bare(hash: Hash) -> Self {
        Self { hash, metadata: EntryChange::default() }
    }
}

/// The result of adding entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// For each given entry, in order: the id of the entry that was added or changed, or `None` if
    /// nothing changed.
    pub entries: Vec<Option<EntryId>>,
    /// Number of entries added.
    pub added: u64,
    /// Number of existing entries changed.
    pub updated: u64,
    /// Number of given entries that brought nothing new about a hash in the bank.
    pub duplicates: u64,
    /// The places of those that were left out because their hash was withdrawn, ascending.
    pub withdrawn: Vec<usize>,
}

#[derive(Serialize)]
struct NewRow<'a> {
    kind: &'static str,
    hash: String,
    source_id: Option<&'a str>,
    labels: &'a Labels,
    expires_at: Option<i64>,
}

impl<'a> NewRow<'a> {
    fn new(entry: &'a NewEntry, none: &'a Labels) -> Self {
        let metadata = &entry.metadata;
        Self {
            kind: entry.hash.kind().as_str(),
            hash: entry.hash.to_string(),
            source_id: metadata.source_id.value().map(Line::as_str),
            labels: metadata.labels.value().unwrap_or(none),
            expires_at: metadata.expires_at.value().map(|end| end.as_microsecond()),
        }
    }
}

impl Tx {
    /// Adds entries to a bank. Their ids are in one range that contains no entries of other banks.
    ///
    /// If the bank has a live entry with the same hash, that entry is updated instead. Entries of
    /// the bank that are past their end are expired first, so that they cause no conflict. A hash
    /// that was withdrawn from the bank is left out; see [`Self::restore_entries`].
    /// [`Error::NotFound`] if the bank does not exist; it cannot be deleted until this transaction
    /// ends.
    ///
    /// Transactions that add entries run one after the other, also on PostgreSQL, because ids are
    /// drawn from one row. So add thousands at a time, and commit between them.
    pub async fn add_entries(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Added, Error> {
        if self.row::<(i64,)>(LOCK_LIVE_BANK.bind(bank)).await?.is_none() {
            return Err(Error::NotFound("bank"));
        }
        if entries.is_empty() {
            return Ok(Added::default());
        }
        let withdrawn = self.withdrawn_among(bank, entries).await?;
        if withdrawn.is_empty() {
            return self.add_all(bank, entries, now).await;
        }
        let (mut left_out, mut taken, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (nth, entry) in entries.iter().enumerate() {
            if withdrawn.contains(&entry.hash) {
                left_out.push(nth);
            } else {
                taken.push(entry.clone());
                places.push(nth);
            }
        }
        let added = self.add_all(bank, &taken, now).await?;
        let mut ids = vec![None; entries.len()];
        for (nth, id) in places.into_iter().zip(added.entries) {
            if let Some(place) = ids.get_mut(nth) {
                *place = id;
            }
        }
        Ok(Added { entries: ids, withdrawn: left_out, ..added })
    }

    /// Adds entries of which none was withdrawn. The caller has locked the bank.
    async fn add_all(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Added, Error> {
        if entries.is_empty() {
            return Ok(Added::default());
        }
        let first = self.draw_entry_ids(entries.len()).await?;
        self.end(EXPIRE_BANK_ENTRIES.bind(now).bind(bank).bind(self.name()), now).await?;

        let mut ids = Vec::with_capacity(entries.len());
        let mut start = first;
        for chunk in entries.chunks(ROWS_MAX) {
            let added = self.insert_entries(bank, chunk, start, now).await?;
            ids.extend(
                (start..)
                    .zip(chunk)
                    .map(|(id, _)| added.binary_search(&id).ok().and_then(|_| EntryId::new(id))),
            );
            start = start.saturating_add(count(chunk.len()));
        }

        let mut new = ids.iter().flatten();
        if let Some(&first) = new.next() {
            let last = new.next_back().copied().unwrap_or(first);
            self.record_change(PendingChange {
                change: Change::Added { bank, first, last },
                at: now,
            });
        }
        let added = sum(ids.iter().flatten());
        let updated = self.update_known(bank, entries, &mut ids, now).await?;
        let has_ended =
            |entry: &NewEntry| entry.metadata.expires_at.value().is_some_and(|end| *end <= now);
        if entries.iter().any(has_ended) {
            self.end(EXPIRE_BANK_ENTRIES.bind(now).bind(bank).bind(self.name()), now).await?;
        }
        let duplicates = sum(entries.iter()).saturating_sub(added.saturating_add(updated));
        Ok(Added { entries: ids, added, updated, duplicates, withdrawn: Vec::new() })
    }

    /// Expires entries that are past their end and records it in the change log, at most `limit`;
    /// returns how many.
    pub async fn expire_entries(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        self.end(EXPIRE_ENTRIES.bind(now).bind(limit).bind(self.name()), now).await
    }

    /// Removes entries of a deleted bank, at most `limit`; returns how many. 0 means done.
    pub async fn purge_bank_entries(&mut self, bank: BankId, limit: u32) -> Result<u64, Error> {
        let removed = self.run(PURGE_BANK_ENTRIES.bind(bank).bind(limit)).await?;
        if removed == 0 {
            self.purge_bank_withdrawn(bank).await?;
        }
        Ok(removed)
    }

    /// Removes entries that were withdrawn or expired before `before`, at most `limit`; returns
    /// how many.
    pub async fn purge_ended_entries(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(PURGE_ENDED_ENTRIES.bind(before).bind(limit)).await
    }

    /// Draws `entries` ids and returns the first. No other transaction can draw until the commit.
    async fn draw_entry_ids(&mut self, entries: usize) -> Result<i64, Error> {
        let drawn = count(entries);
        let call = DRAW_ENTRY_IDS.bind(drawn).bind(self.name());
        let last: Option<(i64,)> = self.row(call).await?;
        let (last,) = last.or_corrupt("counter.name")?;
        Ok(last.saturating_sub(drawn).saturating_add(1))
    }

    /// Inserts rows with the ids from `start` on, and returns the ids that were used, sorted.
    async fn insert_entries(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
        start: i64,
        now: Timestamp,
    ) -> Result<Vec<i64>, Error> {
        let none = Labels::default();
        let rows: Vec<NewRow<'_>> = entries.iter().map(|entry| NewRow::new(entry, &none)).collect();
        let rows = json::write(&rows)?;
        let call = INSERT_ENTRIES.bind(start).bind(bank).bind(rows).bind(now).bind(self.name());
        let mut ids: Vec<i64> = self.rows(call).await?.into_iter().map(|(id,)| id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Runs a call that ends entries and records the ranges of their ids in the change log; returns
    /// how many ended.
    async fn end(&mut self, call: crate::call::Call, now: Timestamp) -> Result<u64, Error> {
        let rows: Vec<(Uuid, i64)> = self.rows(call).await?;
        let ended = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let mut banks: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
        for (bank, id) in rows {
            banks.entry(bank).or_default().push(id);
        }
        for (bank, mut ids) in banks {
            ids.sort_unstable();
            for (first, last) in runs(&ids) {
                let first = EntryId::new(first).or_corrupt("entry.id")?;
                let last = EntryId::new(last).or_corrupt("entry.id")?;
                let change = Change::Removed { bank: bank.into(), first, last };
                self.record_change(PendingChange { change, at: now });
            }
        }
        Ok(ended)
    }
}

/// Returns the ranges without gaps in `sorted`, ends included.
fn runs(sorted: &[i64]) -> impl Iterator<Item = (i64, i64)> {
    sorted
        .chunk_by(|left, right| left.checked_add(1) == Some(*right))
        .filter_map(|run| Some((*run.first()?, *run.last()?)))
}

fn sum<T>(rows: impl Iterator<Item = T>) -> u64 {
    rows.fold(0, |sum, _| sum.saturating_add(1))
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_no_gap() {
        let runs: Vec<(i64, i64)> = runs(&[1, 2, 3, 7, 9, 10]).collect();

        assert_eq!(runs, [(1, 3), (7, 7), (9, 10)]);
    }

    #[test]
    fn an_empty_list_has_no_run() {
        assert_eq!(runs(&[]).count(), 0);
    }
}
