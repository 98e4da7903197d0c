//! The in-memory index of all banks, which some threads change while others query it.
//!
//! A query of PDQ hashes takes no lock: it loads the current snapshot (a `Pile`) and keeps it until
//! it ends. A change builds a new snapshot and swaps it in. So a query sees each change whole or
//! not at all, sees every entry whose insertion returned before the query began, and never waits.

use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;
use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};

use crate::Near;
use crate::exact::{Exact, Stale};
use crate::merge::{Due, FRESH_ROWS, build};
use crate::pile::{Pile, Placed};
use crate::segment::Row;
use crate::shelves::Step;
use crate::words::HasWords as _;

/// Entries that become visible in one step. A step blocks queries of exact hashes for well under 1
/// ms, and those of PDQ hashes not at all.
const STEP_ROWS: usize = 4_096;

/// The part of an entry that the index needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// The entry's id.
    pub entry: EntryId,
    /// The bank that the entry is in.
    pub bank: BankId,
    /// The hash that is compared with queries.
    pub hash: Hash,
}

/// All entries of all banks, in memory: less than 100 bytes for a PDQ hash, 75 for a SHA-256.
pub struct Index {
    fresh_rows: usize,
    /// Write lock: held by the thread that changes the index. Queries never take it.
    turn: Mutex<()>,
    /// Compaction lock: held for a whole run of [`Self::tidy`], which takes long.
    broom: Mutex<()>,
    pdq: ArcSwap<Pile>,
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
        Self::with_fresh_rows(FRESH_ROWS)
    }

    /// Creates an index without entries that compacts its delta from `fresh_rows` rows on; see
    /// [`Self::tidy`].
    pub fn with_fresh_rows(fresh_rows: usize) -> Self {
        Self {
            fresh_rows,
            turn: Mutex::default(),
            broom: Mutex::default(),
            pdq: ArcSwap::default(),
            exact: RwLock::default(),
        }
    }

    /// Creates an index of segments that were read from a snapshot file.
    pub(crate) fn of(placed: Vec<Placed>) -> Self {
        let index = Self::new();
        let placed = placed.into_iter().map(Arc::new).collect();
        index.pdq.store(Arc::new(Pile { placed, ..Pile::default() }));
        index
    }

    /// Returns all entries as of one moment between two changes: the PDQ snapshot and the exact
    /// hashes.
    pub(crate) fn everything(&self) -> (Arc<Pile>, Vec<(EntryId, BankId, Hash)>) {
        let _turn = self.take_turn();
        let exact = self.look().all().collect();
        (self.pdq.load_full(), exact)
    }

    /// Inserts `entries`; queries that begin after the return see them.
    ///
    /// An entry that exists already is replaced, also if it moves to another bank or gets another
    /// hash, and no query misses it meanwhile. If several of `entries` have the same id, the last
    /// one counts. Inserting the same entries again changes nothing.
    pub fn insert(&self, entries: &[Indexed]) {
        for step in entries.chunks(STEP_ROWS) {
            self.insert_step(&step.iter().map(|new| (new.entry, (new.bank, new.hash))).collect());
        }
    }

    /// Inserts `entries` and compacts, as [`Self::insert`] and then [`Self::tidy`] do, but faster
    /// if the index is empty and the entries are many and in ascending order of their ids. Fails if
    /// there is not enough memory; some of `entries` may then be missing.
    pub fn load(&self, entries: &[Indexed]) -> io::Result<()> {
        let is_pdq = |new: &&Indexed| matches!(new.hash, Hash::Pdq(_));
        let is_ascending = entries.is_sorted_by(|a, b| a.entry < b.entry);
        let turn = self.take_turn();
        if !self.is_empty() || !is_ascending || entries.len() < self.fresh_rows {
            drop(turn);
            self.insert(entries);
            while self.tidy()? {}
            return Ok(());
        }
        let rows = entries.iter().filter_map(|new| match new.hash {
            Hash::Pdq(hash) => Some(Row { id: new.entry, bank: new.bank, hash: hash.words() }),
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => None,
        });
        let placed = build(&rows.collect::<Vec<_>>())?.into_iter().map(Arc::new).collect();
        self.pdq.store(Arc::new(Pile { placed, ..Pile::default() }));
        drop(turn);
        let exact: Vec<Indexed> = entries.iter().filter(|new| !is_pdq(new)).copied().collect();
        self.insert(&exact);
        Ok(())
    }

    /// Answers [`Self::near`] for each of `queries`, in their order, with as many threads as the
    /// machine has processors.
    pub fn near_each(&self, queries: &[Pdq], lens: &[(BankId, Distance)]) -> Vec<Vec<Near>> {
        let mut answers = vec![Vec::new(); queries.len()];
        self.pdq.load().near_each(queries, lens, &mut answers);
        for answer in &mut answers {
            answer.sort_unstable_by_key(|near: &Near| (near.distance, near.entry));
        }
        answers
    }

    fn insert_step(&self, step: &Step) {
        let (Some((first, _)), Some((last, _))) = (step.first_key_value(), step.last_key_value())
        else {
            return;
        };
        let ids = *first..=*last;
        let _turn = self.take_turn();
        self.change().insert(step, &ids);
        self.pdq.store(Arc::new(self.pdq.load().with(step, &ids)));
    }

    /// Removes every entry whose id is in `entries`; queries that begin after the return do not see
    /// them. Ids that the index does not have are no error and cost nothing.
    pub fn remove(&self, entries: RangeInclusive<EntryId>) {
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(self.pdq.load().without(&entries)));
        let stale = self.change().remove(&entries);
        self.forget(&stale);
    }

    /// Removes a bank with all its entries; queries that begin after the return do not see it.
    pub fn remove_bank(&self, bank: BankId) {
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(self.pdq.load().without_bank(bank)));
        let stale = self.change().remove_bank(bank);
        self.forget(&stale);
    }

    /// Returns all entries within their bank's limit of `query`, by distance and then by id.
    ///
    /// `lens` names the banks to search, each with its limit in bits. If a bank is named twice, the
    /// larger limit counts; a bank without PDQ hashes has no hits. Every limit is exact, also above
    /// [`Distance::LIMIT_MAX`]; from about 40 bits on, the search compares every row.
    pub fn near(&self, query: &Pdq, lens: &[(BankId, Distance)]) -> Vec<Near> {
        let mut near = Vec::new();
        self.pdq.load().near(query, lens, &mut near);
        near.sort_unstable_by_key(|near| (near.distance, near.entry));
        near
    }

    /// Returns all entries of `banks` whose hash equals `hash`, by id.
    pub fn equal(&self, hash: &Hash, banks: &[BankId]) -> Vec<Near> {
        match hash {
            Hash::Pdq(query) => {
                let lens: Vec<_> = banks.iter().map(|bank| (*bank, Distance(0))).collect();
                self.near(query, &lens)
            }
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => self.look().equal(hash, banks),
        }
    }

    /// Compacts: builds the delta and small or hollow segments into new segments, one piece of work
    /// for each call. Returns whether there was any work. Without compaction every answer is still
    /// correct, but queries become slower.
    ///
    /// A call can take seconds and blocks neither queries nor changes. Call it from a background
    /// thread until it returns `false`. Fails if there is not enough memory, and then changes
    /// nothing.
    pub fn tidy(&self) -> io::Result<bool> {
        let _broom = self.broom.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(due) = Due::of(&self.pdq.load_full(), self.fresh_rows) else { return Ok(false) };
        let built = due.build()?;
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(due.place(&self.pdq.load(), built)));
        Ok(true)
    }

    /// Returns the number of hashes of `kind`.
    pub fn len(&self, kind: HashKind) -> usize {
        self.lens(kind, |_| true)
    }

    /// Returns the number of hashes of `kind` in `bank`; 0 for a bank that the index does not have.
    pub fn bank_len(&self, bank: BankId, kind: HashKind) -> usize {
        self.lens(kind, |other| other == bank)
    }

    /// Checks whether the index has no entry.
    pub fn is_empty(&self) -> bool {
        HashKind::ALL.into_iter().all(|kind| self.len(kind) == 0)
    }

    fn lens(&self, kind: HashKind, counts: impl Fn(BankId) -> bool) -> usize {
        let sum = |lens: &mut dyn Iterator<Item = (BankId, usize)>| {
            lens.filter(|(bank, _)| counts(*bank)).map(|(_, len)| len).sum()
        };
        match kind {
            HashKind::Pdq => sum(&mut self.pdq.load().lens()),
            HashKind::Sha256 | HashKind::Sha1 | HashKind::Md5 => sum(&mut self.look().lens(kind)),
        }
    }

    /// Drops stale keys from the exact look-up, in short steps, so that queries get in between.
    fn forget(&self, stale: &[Stale]) {
        for step in stale.chunks(STEP_ROWS) {
            self.change().forget(step);
        }
    }

    // A lock is poisoned if its holder panics. No holder panics here: running out of memory aborts
    // the process.

    fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> RwLockReadGuard<'_, Exact> {
        self.exact.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Exact> {
        self.exact.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
