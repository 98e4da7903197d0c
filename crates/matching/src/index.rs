//! The index of all banks: changed by some threads while others ask.
//!
//! A query of PDQ hashes takes no lock: it loads the pile that is in place and keeps it. Changes
//! make a new pile and put it in its place. So a query sees each change whole or not at all, sees
//! everything whose insertion returned before it began, and waits for nobody.

use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;
use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};

use crate::exact::{Exact, Stale};
use crate::merge::{Due, FRESH_ROWS, build};
use crate::pile::{Pile, Placed};
use crate::segment::Row;
use crate::shelves::Step;
use crate::words::HasWords as _;

/// How many entries become visible in one step. A step holds queries of exact hashes up for well
/// under 1 ms, and those of PDQ hashes not at all.
const STEP_ROWS: usize = 4_096;

/// One entry, as the index needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// Which entry.
    pub entry: EntryId,
    /// The bank it is in.
    pub bank: BankId,
    /// What it looks for.
    pub hash: Hash,
}

/// An entry that is near to a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Which entry.
    pub entry: EntryId,
    /// The bank it is in.
    pub bank: BankId,
    /// In how many bits it differs from the query; 0 for SHA-256, SHA-1 and MD5.
    pub distance: Distance,
}

/// All entries of all banks, in memory: below 100 bytes for a PDQ hash, 75 for a SHA-256.
pub struct Index {
    fresh_rows: usize,
    /// Held by whoever changes the index. Queries never take it.
    turn: Mutex<()>,
    /// Held by whoever tidies, which takes long.
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
    /// An index without entries.
    pub fn new() -> Self {
        Self::with_fresh_rows(FRESH_ROWS)
    }

    /// An index without entries, in which so many new ones are worth the work of [`Self::tidy`].
    pub fn with_fresh_rows(fresh_rows: usize) -> Self {
        Self {
            fresh_rows,
            turn: Mutex::default(),
            broom: Mutex::default(),
            pdq: ArcSwap::default(),
            exact: RwLock::default(),
        }
    }

    /// An index of segments that were opened.
    pub(crate) fn of(placed: Vec<Placed>) -> Self {
        let index = Self::new();
        let placed = placed.into_iter().map(Arc::new).collect();
        index.pdq.store(Arc::new(Pile { placed, ..Pile::default() }));
        index
    }

    /// All there is, as it was at one moment between two changes.
    pub(crate) fn everything(&self) -> (Arc<Pile>, Vec<(EntryId, BankId, Hash)>) {
        let _turn = self.take_turn();
        let exact = self.look().all().collect();
        (self.pdq.load_full(), exact)
    }

    /// Takes `entries` in; queries that begin after the return see them.
    ///
    /// An entry that is there already is replaced, also in another bank or with another hash, and
    /// no query misses it meanwhile; of several with one id the last counts. Repeating it changes
    /// nothing.
    pub fn insert(&self, entries: &[Indexed]) {
        for step in entries.chunks(STEP_ROWS) {
            self.insert_step(&step.iter().map(|new| (new.entry, (new.bank, new.hash))).collect());
        }
    }

    /// As [`Self::insert`] and then [`Self::tidy`], and faster where the index is empty and there are
    /// many. Fails where there is no memory; what was not taken in then is missing.
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

    /// As [`Self::near`] for each of `queries`, in their order, by as many threads as the machine
    /// has processors.
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

    /// Takes out every entry whose id is in `entries`; queries that begin after the return do not
    /// see them. Ids that are not there are no error, and cost nothing.
    pub fn remove(&self, entries: RangeInclusive<EntryId>) {
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(self.pdq.load().without(&entries)));
        let stale = self.change().remove(&entries);
        self.forget(&stale);
    }

    /// Takes out a bank with all its entries; queries that begin after the return do not see it.
    pub fn remove_bank(&self, bank: BankId) {
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(self.pdq.load().without_bank(bank)));
        let stale = self.change().remove_bank(bank);
        self.forget(&stale);
    }

    /// All entries within its bank's limit of `query`, by distance and then by id.
    ///
    /// `lens` names the banks to look in, each with its limit in bits; a bank named twice counts
    /// with its larger limit, one without PDQ hashes has nothing near. Every limit is exact, also
    /// above [`Distance::LIMIT_MAX`]; from about 40 bits on every row is compared.
    pub fn near(&self, query: &Pdq, lens: &[(BankId, Distance)]) -> Vec<Near> {
        let mut near = Vec::new();
        self.pdq.load().near(query, lens, &mut near);
        near.sort_unstable_by_key(|near| (near.distance, near.entry));
        near
    }

    /// All entries of `banks` with this very hash, by id.
    pub fn equal(&self, hash: &Hash, banks: &[BankId]) -> Vec<Near> {
        match hash {
            Hash::Pdq(query) => {
                let lens: Vec<_> = banks.iter().map(|bank| (*bank, Distance(0))).collect();
                self.near(query, &lens)
            }
            Hash::Sha256(_) | Hash::Sha1(_) | Hash::Md5(_) => self.look().equal(hash, banks),
        }
    }

    /// Makes look-ups fast again after insertions and removals, one piece of work at a time;
    /// whether there was any. Without it every answer is as right, and later ones are slower.
    ///
    /// This takes up to seconds and keeps nobody waiting: call it, until it says no, from a thread
    /// that has the time. Fails where there is no memory, and then has changed nothing.
    pub fn tidy(&self) -> io::Result<bool> {
        let _broom = self.broom.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(due) = Due::of(&self.pdq.load_full(), self.fresh_rows) else { return Ok(false) };
        let built = due.build()?;
        let _turn = self.take_turn();
        self.pdq.store(Arc::new(due.place(&self.pdq.load(), built)));
        Ok(true)
    }

    /// How many hashes of `kind` there are.
    pub fn len(&self, kind: HashKind) -> usize {
        self.lens(kind, |_| true)
    }

    /// How many hashes of `kind` are in `bank`; 0 for a bank that is not here.
    pub fn bank_len(&self, bank: BankId, kind: HashKind) -> usize {
        self.lens(kind, |other| other == bank)
    }

    /// Whether there is no entry.
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

    /// Takes keys out of the exact look-up, in short steps.
    fn forget(&self, stale: &[Stale]) {
        for step in stale.chunks(STEP_ROWS) {
            self.change().forget(step);
        }
    }

    // A lock is poisoned by a panic of its holder. Nothing here panics short of running out of
    // memory, which aborts.

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
