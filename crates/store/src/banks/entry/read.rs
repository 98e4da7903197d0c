//! Queries that read entries: for lists, and for the index.

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::text::Labels;
use mamori_model::{BankId, Entry, EntryId, EntryState, Hash, HashBytes, HashKind, Line};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, bank_id, kind, hash, source_id, labels, added_at, expires_at, withdrawn_at
          FROM entry
         WHERE ",
            $rest
        )
    };
}

// For a bank's pages: with `bank_id = $1`, PostgreSQL may walk the entries of all banks in order
// and skip most of them, so there the bank comes first in the order.
queries! {
    ENTRY_BY_ID = select!("entry_by_id", "id = $1");
    ENTRY_BY_HASH = select!("entry_by_hash", "bank_id = $1 AND kind = $2 AND hash = $3
           AND withdrawn_at IS NULL AND expired_at IS NULL");
    ENTRIES_PAGE = select!("entries_page", "bank_id = $1 AND id > $2
           AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (expires_at > $4 OR expires_at IS NULL)
         ORDER BY id LIMIT $3"),
        postgres: select!("entries_page", "(bank_id, id) > ($1, $2) AND bank_id <= $1
           AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (expires_at > $4 OR expires_at IS NULL)
         ORDER BY bank_id, id LIMIT $3");
    LOCK_ENTRY = select!("lock_entry", "bank_id = $1 AND id = $2"),
        postgres: select!("lock_entry", "bank_id = $1 AND id = $2 FOR UPDATE");
    ENTRIES_PAGE_ENDED = select!("entries_page_ended", "bank_id = $1 AND id > $2
         ORDER BY id LIMIT $3"),
        postgres: select!("entries_page_ended", "(bank_id, id) > ($1, $2) AND bank_id <= $1
         ORDER BY bank_id, id LIMIT $3");
    ENTRIES_OF_SOURCE = select!("entries_of_source", "bank_id = $1 AND source_id = $5 AND id > $2
           AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (expires_at > $4 OR expires_at IS NULL)
         ORDER BY id LIMIT $3");
    ENTRIES_OF_SOURCE_ENDED = select!("entries_of_source_ended", "bank_id = $1 AND source_id = $4
           AND id > $2
         ORDER BY id LIMIT $3");
    LIVE_OF_HASH = select!("live_of_hash", "bank_id = $1 AND kind IN ($2, $3) AND hash = $4
           AND withdrawn_at IS NULL AND expired_at IS NULL");
    ENDED_OF_HASH = select!("ended_of_hash", "bank_id = $1 AND kind IN ($2, $3) AND hash = $4
           AND (withdrawn_at IS NOT NULL OR expired_at IS NOT NULL)
         ORDER BY id DESC LIMIT $5");
    ENTRIES_BY_IDS = select!("entries_by_ids", "id IN (SELECT value FROM json_each($1))
           AND bank_id IN (SELECT id FROM bank WHERE deleted_at IS NULL)
         ORDER BY id"),
        postgres: select!("entries_by_ids", "id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($1 AS json)) AS bigint)))
           AND bank_id IN (SELECT id FROM bank WHERE deleted_at IS NULL)
         ORDER BY id");
    COUNT_ENTRIES = "-- count_entries
        SELECT count(*)
          FROM entry
         WHERE bank_id = $1 AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (expires_at > $2 OR expires_at IS NULL)";
    LIVE_ENTRIES = "-- live_entries
        SELECT entry.id, entry.bank_id, entry.kind, entry.hash
          FROM entry
          JOIN bank ON bank.id = entry.bank_id AND bank.deleted_at IS NULL
         WHERE entry.id > $1 AND entry.withdrawn_at IS NULL AND entry.expired_at IS NULL
         ORDER BY entry.id
         LIMIT $2";
    LIVE_ENTRIES_IN = "-- live_entries_in
        SELECT entry.id, entry.bank_id, entry.kind, entry.hash
          FROM entry
          JOIN bank ON bank.id = entry.bank_id AND bank.deleted_at IS NULL
         WHERE entry.id BETWEEN $1 AND $2
           AND entry.withdrawn_at IS NULL AND entry.expired_at IS NULL
         ORDER BY entry.id";
}

/// The most ended entries of one hash that are listed.
const ENDED_OF_HASH_MAX: u32 = 1_000;

/// Which entries of a bank to list. Each field that is set narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only entries with this hash, of any kind that has its length.
    pub hash: Option<HashBytes>,
    /// Only entries with this id at their source.
    pub source_id: Option<Line>,
    /// Also withdrawn and expired entries.
    pub includes_ended: bool,
}

/// The part of an entry that the index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// The entry's id.
    pub entry: EntryId,
    /// The bank that the entry is in.
    pub bank: BankId,
    /// The hash.
    pub hash: Hash,
}

row! {
    struct EntryRow {
        id: i64,
        bank_id: Uuid,
        kind: String,
        hash: Vec<u8>,
        source_id: Option<String>,
        labels: String,
        added_at: i64,
        expires_at: Option<i64>,
        withdrawn_at: Option<i64>,
    }
}

impl EntryRow {
    fn read(self) -> Result<Entry, Error> {
        let labels: Labels = serde_json::from_str(&self.labels).or_corrupt("entry.labels")?;
        let source_id = self.source_id.map(|id| id.parse()).transpose();
        Ok(Entry {
            id: EntryId::new(self.id).or_corrupt("entry.id")?,
            bank: self.bank_id.into(),
            hash: read_hash(&self.kind, &self.hash)?,
            source_id: source_id.or_corrupt("entry.source_id")?,
            labels,
            added_at: from_micros(self.added_at, "entry.added_at")?,
            expires_at: maybe_from_micros(self.expires_at, "entry.expires_at")?,
            withdrawn_at: maybe_from_micros(self.withdrawn_at, "entry.withdrawn_at")?,
        })
    }
}

/// Reads a hash from its two columns.
pub fn read_hash(kind: &str, bytes: &[u8]) -> Result<Hash, Error> {
    let kind: HashKind = kind.parse().or_corrupt("entry.kind")?;
    Hash::from_bytes(kind, bytes).or_corrupt("entry.hash")
}

fn read_index_row(row: (i64, Uuid, String, Vec<u8>)) -> Result<IndexRow, Error> {
    let (id, bank, kind, hash) = row;
    let entry = EntryId::new(id).or_corrupt("entry.id")?;
    Ok(IndexRow { entry, bank: bank.into(), hash: read_hash(&kind, &hash)? })
}

impl Store {
    /// Returns the entry, live or ended, until it is purged.
    pub async fn entry(&self, entry: EntryId) -> Result<Option<Entry>, Error> {
        self.row::<EntryRow>(ENTRY_BY_ID.bind(entry)).await?.map(EntryRow::read).transpose()
    }

    /// Returns the entry of `bank` that has this hash and is neither withdrawn nor expired.
    pub async fn entry_with_hash(&self, bank: BankId, hash: &Hash) -> Result<Option<Entry>, Error> {
        let call = ENTRY_BY_HASH.bind(bank).bind(hash.kind().as_str()).bind(hash.as_bytes());
        self.row::<EntryRow>(call).await?.map(EntryRow::read).transpose()
    }

    /// Returns a page of the entries of a bank that `filter` admits, the oldest first.
    pub async fn entries(
        &self,
        bank: BankId,
        filter: &EntryFilter,
        after: Option<EntryId>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<Page<Entry, EntryId>, Error> {
        if let Some(hash) = &filter.hash {
            return self.entries_of_hash(bank, hash, filter, after, size, now).await;
        }
        let query = match (&filter.source_id, filter.includes_ended) {
            (None, false) => ENTRIES_PAGE,
            (None, true) => ENTRIES_PAGE_ENDED,
            (Some(_), false) => ENTRIES_OF_SOURCE,
            (Some(_), true) => ENTRIES_OF_SOURCE_ENDED,
        };
        let after = after.map_or(0, EntryId::number);
        let mut call = query.bind(bank).bind(after).bind(size.rows().saturating_add(1));
        if !filter.includes_ended {
            call = call.bind(now);
        }
        if let Some(source) = &filter.source_id {
            call = call.bind(source.as_str());
        }
        let rows: Vec<EntryRow> = self.rows(call).await?;
        let entries = rows.into_iter().map(EntryRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(entries, size, |entry: &Entry| entry.id))
    }

    /// Returns such a page for one hash, which few entries have: of the ended ones, only the newest
    /// [`ENDED_OF_HASH_MAX`].
    async fn entries_of_hash(
        &self,
        bank: BankId,
        hash: &HashBytes,
        filter: &EntryFilter,
        after: Option<EntryId>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<Page<Entry, EntryId>, Error> {
        let (one, other) = hash.kinds();
        let call = |query: Query| {
            query.bind(bank).bind(one.as_str()).bind(other.as_str()).bind(hash.as_bytes())
        };
        let mut rows: Vec<EntryRow> = self.rows(call(LIVE_OF_HASH)).await?;
        if filter.includes_ended {
            rows.extend(self.rows::<EntryRow>(call(ENDED_OF_HASH).bind(ENDED_OF_HASH_MAX)).await?);
        }
        let mut entries = rows.into_iter().map(EntryRow::read).collect::<Result<Vec<_>, _>>()?;
        entries.retain(|entry| {
            let is_let_in = filter.includes_ended || entry.state(now) == EntryState::Live;
            let is_of_source = filter.source_id.is_none() || filter.source_id == entry.source_id;
            is_let_in && is_of_source && Some(entry.id) > after
        });
        entries.sort_unstable_by_key(|entry| entry.id);
        entries.truncate(usize::try_from(size.rows()).unwrap_or(usize::MAX).saturating_add(1));
        Ok(Page::of(entries, size, |entry: &Entry| entry.id))
    }

    /// Returns those of `entries` that exist in banks that are not deleted, in the order of their
    /// ids.
    pub async fn entries_by_ids(&self, entries: &[EntryId]) -> Result<Vec<Entry>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<EntryRow> = self.rows(ENTRIES_BY_IDS.bind(json::numbers(entries))).await?;
        rows.into_iter().map(EntryRow::read).collect()
    }

    /// Counts the entries of a bank that match at `now`. Reads all of them.
    pub async fn count_entries(&self, bank: BankId, now: Timestamp) -> Result<u64, Error> {
        let count: Option<(i64,)> = self.row(COUNT_ENTRIES.bind(bank).bind(now)).await?;
        Ok(count.and_then(|(count,)| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// Returns what an index loads: entries after `after` whose end is not in the change log, of
    /// banks that are not deleted, in the order of their ids, at most `limit`.
    ///
    /// An entry that is past its end is included until the log says so, because its end may yet be
    /// postponed. So the content of an index depends only on the log, not on the time of loading.
    pub async fn live_entries(
        &self,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<IndexRow>, Error> {
        let after = after.map_or(0, EntryId::number);
        let rows = self.rows(LIVE_ENTRIES.bind(after).bind(limit)).await?;
        rows.into_iter().map(read_index_row).collect()
    }

    /// Returns the same for a range of ids, ends included, such as that of a
    /// [`crate::Change::Added`].
    pub async fn live_entries_in(
        &self,
        first: EntryId,
        last: EntryId,
    ) -> Result<Vec<IndexRow>, Error> {
        let rows = self.rows(LIVE_ENTRIES_IN.bind(first).bind(last)).await?;
        rows.into_iter().map(read_index_row).collect()
    }
}

impl Tx {
    /// Locks the entry's row until this transaction ends and returns the entry, live or ended, if
    /// it is in `bank`.
    pub async fn lock_entry(
        &mut self,
        bank: BankId,
        entry: EntryId,
    ) -> Result<Option<Entry>, Error> {
        let row: Option<EntryRow> = self.row(LOCK_ENTRY.bind(bank).bind(entry)).await?;
        row.map(EntryRow::read).transpose()
    }
}
