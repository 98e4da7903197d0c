//! The in-memory index of all banks, which some threads change while others query it.
//!
//! A query of PDQ hashes takes no lock: it loads the current snapshot (an `IndexSnapshot`) and uses
//! it until it ends. A change builds a new snapshot and swaps it in. So a query sees each change
//! whole or not at all, sees every entry whose insertion returned before the query began, and never
//! waits.

use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;
use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};

use crate::Near;
use crate::compaction::{DELTA_ROWS_MAX, MergePlan, build};
use crate::exact::{Exact, StaleKey};
use crate::hash_words::HasHashWords as _;
use crate::index_snapshot::{IndexSnapshot, SegmentView};
use crate::rows_by_bank::WriteBatch;
use crate::segment::Row;

/// Entries that become visible in one batch. A batch blocks queries of exact hashes for well under
/// 1 ms, and those of PDQ hashes not at all.
const BATCH_ROWS: usize = 4_096;

/// The part of an entry that the index needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The entry's id.
    pub entry: EntryId,
    /// The bank that the entry is in.
    pub bank: BankId,
    /// The hash that is compared with queries.
    pub hash: Hash,
}

/// All entries of all banks, in memory: less than 100 bytes for a PDQ hash, 75 for a SHA-256.
pub struct Index {
    delta_rows_max: usize,
    /// Write lock: held by the thread that changes the index. Queries never take it.
    write_lock: Mutex<()>,
    /// Compaction lock: held for a whole run of [`Self::compact`], which takes long.
    compaction_lock: Mutex<()>,
    pdq: ArcSwap<IndexSnapshot>,
    exact: RwLock<Exact>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// Creates an index without entries.
    pub fn new() -> Self {
        Self::with_delta_rows_max(DELTA_ROWS_MAX)
    }

    /// Creates an index without entries that compacts its delta from `delta_rows_max` rows on; see
    /// [`Self::compact`].
    pub fn with_delta_rows_max(delta_rows_max: usize) -> Self {
        Self {
            delta_rows_max,
            write_lock: Mutex::default(),
            compaction_lock: Mutex::default(),
            pdq: ArcSwap::default(),
            exact: RwLock::default(),
        }
    }

    /// Creates an index of segments that were read from a snapshot file.
    pub(crate) fn of(segments: Vec<SegmentView>) -> Self {
        let index = Self::new();
        let segments = segments.into_iter().map(Arc::new).collect();
        index.pdq.store(Arc::new(IndexSnapshot { segments, ..IndexSnapshot::default() }));
        index
    }

    /// Returns all entries as of one moment between two changes: the PDQ snapshot and the exact
    /// hashes.
    pub(crate) fn everything(&self) -> (Arc<IndexSnapshot>, Vec<(EntryId, BankId, Hash)>) {
        let _guard = self.lock_writes();
        let exact = self.exact_read().all().collect();
        (self.pdq.load_full(), exact)
    }

    /// Inserts `entries`; queries that begin after the return see them.
    ///
    /// An entry that exists already is replaced, also if it moves to another bank or gets another
    /// hash, and no query misses it meanwhile. If several of `entries` have the same id, the last
    /// one counts. Inserting the same entries again changes nothing.
    pub fn insert(&self, entries: &[IndexEntry]) {
        for batch in entries.chunks(BATCH_ROWS) {
            self.insert_batch(&batch.iter().map(|new| (new.entry, (new.bank, new.hash))).collect());
        }
    }

    /// Inserts `entries` and compacts, as [`Self::insert`] and then [`Self::compact`] do, but
    /// faster if the index is empty and the entries are many and in ascending order of their ids.
    /// Fails if there is not enough memory; some of `entries` may then be missing.
    pub fn load(&self, entries: &[IndexEntry]) -> io::Result<()> {
        let is_pdq = |new: &&IndexEntry| matches!(new.hash, Hash::Pdq(_));
        let is_ascending = entries.is_sorted_by(|a, b| a.entry < b.entry);
        let guard = self.lock_writes();
        if !self.is_empty() || !is_ascending || entries.len() < self.delta_rows_max {
            drop(guard);
            self.insert(entries);
            while self.compact()? {}
            return Ok(());
        }
        let rows = entries.iter().filter_map(|new| match new.hash {
            Hash::Pdq(hash) => Some(Row { id: new.entry, bank: new.bank, hash: hash.words() }),
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => None,
        });
        let segments = build(&rows.collect::<Vec<_>>())?.into_iter().map(Arc::new).collect();
        self.pdq.store(Arc::new(IndexSnapshot { segments, ..IndexSnapshot::default() }));
        drop(guard);
        let exact: Vec<IndexEntry> = entries.iter().filter(|new| !is_pdq(new)).copied().collect();
        self.insert(&exact);
        Ok(())
    }

    /// Answers [`Self::near`] for each of `queries`, in their order, with as many threads as the
    /// machine has processors.
    pub fn near_each(&self, queries: &[Pdq], scope: &[(BankId, Distance)]) -> Vec<Vec<Near>> {
        let mut answers = vec![Vec::new(); queries.len()];
        self.pdq.load().near_each(queries, scope, &mut answers);
        for answer in &mut answers {
            answer.sort_unstable_by_key(|near: &Near| (near.distance, near.entry));
        }
        answers
    }

    fn insert_batch(&self, batch: &WriteBatch) {
        let (Some((first, _)), Some((last, _))) = (batch.first_key_value(), batch.last_key_value())
        else {
            return;
        };
        let ids = *first..=*last;
        let _guard = self.lock_writes();
        self.exact_write().insert(batch, &ids);
        self.pdq.store(Arc::new(self.pdq.load().with(batch, &ids)));
    }

    /// Removes every entry whose id is in `entries`; queries that begin after the return do not see
    /// them. Ids that the index does not have are no error and cost nothing.
    pub fn remove(&self, entries: RangeInclusive<EntryId>) {
        let _guard = self.lock_writes();
        self.pdq.store(Arc::new(self.pdq.load().without(&entries)));
        let stale = self.exact_write().remove(&entries);
        self.drop_stale_keys(&stale);
    }

    /// Removes a bank with all its entries; queries that begin after the return do not see it.
    pub fn remove_bank(&self, bank: BankId) {
        let _guard = self.lock_writes();
        self.pdq.store(Arc::new(self.pdq.load().without_bank(bank)));
        let stale = self.exact_write().remove_bank(bank);
        self.drop_stale_keys(&stale);
    }

    /// Returns all entries within their bank's limit of `query`, by distance and then by id.
    ///
    /// `scope` names the banks to search, each with its limit in bits. If a bank is named twice,
    /// the larger limit counts; a bank without PDQ hashes has no hits. Every limit is exact, also
    /// above [`Distance::LIMIT_MAX`]; from about 40 bits on, the search compares every row.
    pub fn near(&self, query: &Pdq, scope: &[(BankId, Distance)]) -> Vec<Near> {
        let mut near = Vec::new();
        self.pdq.load().near(query, scope, &mut near);
        near.sort_unstable_by_key(|near| (near.distance, near.entry));
        near
    }

    /// Returns all entries of `banks` whose hash equals `hash`, by id.
    pub fn equal(&self, hash: &Hash, banks: &[BankId]) -> Vec<Near> {
        match hash {
            Hash::Pdq(query) => {
                let scope: Vec<_> = banks.iter().map(|bank| (*bank, Distance(0))).collect();
                self.near(query, &scope)
            }
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => self.exact_read().equal(hash, banks),
        }
    }

    /// Compacts: builds the delta and small or hollow segments into new segments, one piece of work
    /// for each call. Returns whether there was any work. Without compaction every answer is still
    /// correct, but queries become slower.
    ///
    /// A call can take seconds and blocks neither queries nor changes. Call it from a background
    /// thread until it returns `false`. Fails if there is not enough memory, and then changes
    /// nothing.
    pub fn compact(&self) -> io::Result<bool> {
        let _compaction = self.compaction_lock.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(plan) = MergePlan::of(&self.pdq.load_full(), self.delta_rows_max) else {
            return Ok(false);
        };
        let built = plan.build()?;
        let _guard = self.lock_writes();
        self.pdq.store(Arc::new(plan.install(&self.pdq.load(), built)));
        Ok(true)
    }

    /// Returns the number of hashes of `kind`.
    pub fn len(&self, kind: HashKind) -> usize {
        self.count(kind, |_| true)
    }

    /// Returns the number of hashes of `kind` in `bank`; 0 for a bank that the index does not have.
    pub fn bank_len(&self, bank: BankId, kind: HashKind) -> usize {
        self.count(kind, |other| other == bank)
    }

    /// Checks whether the index has no entry.
    pub fn is_empty(&self) -> bool {
        HashKind::ALL.iter().copied().all(|kind| self.len(kind) == 0)
    }

    /// Returns the number of hashes of `kind` in the banks that `is_counted` accepts.
    pub fn count(&self, kind: HashKind, is_counted: impl Fn(BankId) -> bool) -> usize {
        let sum = |counts: &mut dyn Iterator<Item = (BankId, usize)>| {
            counts.filter(|(bank, _)| is_counted(*bank)).map(|(_, len)| len).sum()
        };
        match kind {
            HashKind::Pdq => sum(&mut self.pdq.load().counts()),
            HashKind::Sha256 | HashKind::Sha1 | HashKind::Md5 => {
                sum(&mut self.exact_read().counts(kind))
            }
        }
    }

    /// Drops stale keys from the exact look-up, in short batches, so that queries get in between.
    fn drop_stale_keys(&self, stale: &[StaleKey]) {
        for batch in stale.chunks(BATCH_ROWS) {
            self.exact_write().drop_stale_keys(batch);
        }
    }

    // A lock is poisoned if its holder panics. No holder panics here: running out of memory aborts
    // the process.

    fn lock_writes(&self) -> MutexGuard<'_, ()> {
        self.write_lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exact_read(&self) -> RwLockReadGuard<'_, Exact> {
        self.exact.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn exact_write(&self) -> RwLockWriteGuard<'_, Exact> {
        self.exact.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
