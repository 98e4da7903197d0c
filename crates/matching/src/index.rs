//! The index of all banks: changed by some threads while others ask.
//!
//! Queries take a lock only to find their shelves, then search without one; changes are made on
//! copies and put in place in one short step. So a query sees each change whole or not at all,
//! sees everything whose insertion returned before it began, and waits for nobody for long.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Md5, Pdq, Sha256};

use crate::kept::{Kept, exact_key};
use crate::scan::scan;
use crate::shelf::Shelf;

/// How many entries become visible in one step. A step holds queries up for well under 1 ms.
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
    /// In how many bits it differs from the query; 0 for SHA-256 and MD5.
    pub distance: Distance,
}

/// All entries of all banks, in memory: about 45 bytes for a PDQ hash, 75 for a SHA-256.
#[derive(Default)]
pub struct Index {
    /// Held by whoever changes the index, from the copy to the last step. Queries never take it.
    turn: Mutex<()>,
    visible: RwLock<Visible>,
}

/// What queries see.
#[derive(Default)]
struct Visible {
    pdq: Shelves<Pdq>,
    sha256: Shelves<Sha256>,
    md5: Shelves<Md5>,
    /// Where to look for exact hashes: [`Kept::key`] and entry. It may name an entry that is gone
    /// or has another hash by now, so the shelf has the last word.
    exact: BTreeSet<(u64, EntryId)>,
}

/// A shelf for each bank that has hashes of this kind; none of them empty.
type Shelves<H> = HashMap<BankId, Arc<Shelf<H>>>;

/// Shelves that are about to be put in place of the visible ones.
type Draft<H> = Vec<(BankId, Arc<Shelf<H>>)>;

/// The newest text of each entry of one step.
type Step = BTreeMap<EntryId, (BankId, Hash)>;

impl Index {
    /// An index without entries.
    pub fn new() -> Self {
        Self::default()
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

    fn insert_step(&self, step: &Step) {
        let (Some((first, _)), Some((last, _))) = (step.first_key_value(), step.last_key_value())
        else {
            return;
        };
        let _turn = self.take_turn();
        let ids = *first..=*last;
        let (mut pdq, mut sha256, mut md5) = {
            let visible = self.look();
            let banks: BTreeSet<BankId> = step.values().map(|(bank, _)| *bank).collect();
            (
                draft(&visible.pdq, &ids, &banks),
                draft(&visible.sha256, &ids, &banks),
                draft(&visible.md5, &ids, &banks),
            )
        };
        let mut gone = Vec::new();
        apply(&mut pdq, step, &mut gone);
        apply(&mut sha256, step, &mut gone);
        apply(&mut md5, step, &mut gone);
        let came: BTreeSet<_> =
            step.iter().filter_map(|(id, (_, hash))| exact_key(*id, hash)).collect();

        let mut visible = self.change();
        let old = (
            publish(&mut visible.pdq, pdq),
            publish(&mut visible.sha256, sha256),
            publish(&mut visible.md5, md5),
        );
        for key in &gone {
            visible.exact.remove(key);
        }
        visible.exact.extend(came);
        drop(visible);
        // What was visible before is freed here, where nobody waits for it.
        drop(old);
    }

    /// Takes out every entry whose id is in `entries`; queries that begin after the return do not
    /// see them. Ids that are not there are no error, and cost nothing.
    pub fn remove(&self, entries: RangeInclusive<EntryId>) {
        let _turn = self.take_turn();
        let (mut pdq, mut sha256, mut md5) = {
            let visible = self.look();
            let none = BTreeSet::new();
            (
                draft(&visible.pdq, &entries, &none),
                draft(&visible.sha256, &entries, &none),
                draft(&visible.md5, &entries, &none),
            )
        };
        let mut gone = Vec::new();
        take(&mut pdq, &entries, &mut gone);
        take(&mut sha256, &entries, &mut gone);
        take(&mut md5, &entries, &mut gone);

        let mut visible = self.change();
        let old = (
            publish(&mut visible.pdq, pdq),
            publish(&mut visible.sha256, sha256),
            publish(&mut visible.md5, md5),
        );
        drop(visible);
        drop(old);
        self.forget(gone);
    }

    /// Takes out a bank with all its entries; queries that begin after the return do not see it.
    pub fn remove_bank(&self, bank: BankId) {
        let _turn = self.take_turn();
        let mut visible = self.change();
        let pdq = visible.pdq.remove(&bank);
        let sha256 = visible.sha256.remove(&bank);
        let md5 = visible.md5.remove(&bank);
        drop(visible);
        drop(pdq);
        let mut gone = Vec::new();
        gone.extend(sha256.iter().flat_map(|shelf| keys(shelf)));
        gone.extend(md5.iter().flat_map(|shelf| keys(shelf)));
        self.forget(gone);
    }

    /// All entries within its bank's limit of `query`, by distance and then by id.
    ///
    /// `lens` names the banks to look in, each with its limit in bits; a bank named twice counts
    /// with its larger limit, one without PDQ hashes has nothing near. Every limit is exact, also
    /// above [`Distance::LIMIT_MAX`].
    pub fn near(&self, query: &Pdq, lens: &[(BankId, Distance)]) -> Vec<Near> {
        let mut limits: BTreeMap<BankId, Distance> = BTreeMap::new();
        for (bank, max) in lens {
            let limit = limits.entry(*bank).or_insert(*max);
            *limit = (*limit).max(*max);
        }
        let shelves: Vec<_> = {
            let visible = self.look();
            let open = |(bank, max)| Some((bank, max, Arc::clone(visible.pdq.get(&bank)?)));
            limits.into_iter().filter_map(open).collect()
        };
        let mut near = Vec::new();
        let mut found = Vec::new();
        for (bank, max, shelf) in shelves {
            for block in shelf.blocks() {
                scan(block.hashes(), 0, query, max, &mut found);
                let entries = found.drain(..).filter_map(|(row, distance)| {
                    Some(Near { entry: *block.ids().get(row)?, bank, distance })
                });
                near.extend(entries);
            }
        }
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
            Hash::Sha256(hash) => self.exactly(*hash, banks, |visible| &visible.sha256),
            Hash::Md5(hash) => self.exactly(*hash, banks, |visible| &visible.md5),
        }
    }

    fn exactly<H: Kept + Eq>(
        &self,
        hash: H,
        banks: &[BankId],
        of: impl Fn(&Visible) -> &Shelves<H>,
    ) -> Vec<Near> {
        let Some(key) = hash.key() else { return Vec::new() };
        let banks: BTreeSet<BankId> = banks.iter().copied().collect();
        let (candidates, shelves) = {
            let visible = self.look();
            let ids = visible.exact.range((key, EntryId::MIN)..=(key, EntryId::MAX));
            let candidates: Vec<EntryId> = ids.map(|(_, id)| *id).collect();
            if candidates.is_empty() {
                return Vec::new();
            }
            let open = |bank| Some((bank, Arc::clone(of(&visible).get(&bank)?)));
            let shelves: Vec<_> = banks.into_iter().filter_map(open).collect();
            (candidates, shelves)
        };
        let mut near = Vec::new();
        for entry in candidates {
            let holders = shelves.iter().filter(|(_, shelf)| shelf.get(entry) == Some(hash));
            near.extend(holders.map(|(bank, _)| Near {
                entry,
                bank: *bank,
                distance: Distance(0),
            }));
        }
        near
    }

    /// How many hashes of `kind` there are.
    pub fn len(&self, kind: HashKind) -> usize {
        let visible = self.look();
        match kind {
            HashKind::Pdq => visible.pdq.values().map(|shelf| shelf.len()).sum(),
            HashKind::Sha256 => visible.sha256.values().map(|shelf| shelf.len()).sum(),
            HashKind::Md5 => visible.md5.values().map(|shelf| shelf.len()).sum(),
        }
    }

    /// How many hashes of `kind` are in `bank`; 0 for a bank that is not here.
    pub fn bank_len(&self, bank: BankId, kind: HashKind) -> usize {
        let visible = self.look();
        match kind {
            HashKind::Pdq => visible.pdq.get(&bank).map_or(0, |shelf| shelf.len()),
            HashKind::Sha256 => visible.sha256.get(&bank).map_or(0, |shelf| shelf.len()),
            HashKind::Md5 => visible.md5.get(&bank).map_or(0, |shelf| shelf.len()),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        let visible = self.look();
        visible.pdq.is_empty() && visible.sha256.is_empty() && visible.md5.is_empty()
    }

    /// Takes keys out of the exact look-up, in short steps. The shelves have forgotten them before,
    /// so no query notices.
    fn forget(&self, mut gone: Vec<(u64, EntryId)>) {
        // Neighbours are looked up together, which is several times faster.
        gone.sort_unstable();
        for step in gone.chunks(STEP_ROWS) {
            let mut visible = self.change();
            for key in step {
                visible.exact.remove(key);
            }
        }
    }

    // A lock is poisoned by a panic of its holder. Nothing here panics short of running out of
    // memory, which aborts; and a half-made draft is never visible.

    fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> RwLockReadGuard<'_, Visible> {
        self.visible.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Visible> {
        self.visible.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keys<H: Kept>(shelf: &Shelf<H>) -> impl Iterator<Item = (u64, EntryId)> {
    let rows = shelf.blocks().flat_map(|block| block.ids().iter().zip(block.hashes()));
    rows.filter_map(|(id, hash)| Some((hash.key()?, *id)))
}

/// The shelves that may hold an id of `ids`, and those of `banks`.
fn draft<H: Kept>(
    shelves: &Shelves<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    let touched =
        |(bank, shelf): &(&BankId, &Arc<Shelf<H>>)| banks.contains(bank) || shelf.reaches(ids);
    shelves.iter().filter(touched).map(|(bank, shelf)| (*bank, Arc::clone(shelf))).collect()
}

/// Puts the entries of `step` that are of this kind where they belong, takes all its entries out
/// of every other place, and notes the keys of what they were before.
fn apply<H: Kept>(draft: &mut Draft<H>, step: &Step, gone: &mut Vec<(u64, EntryId)>) {
    let mut old = Vec::new();
    for (bank, shelf) in &mut *draft {
        let Some(span) = shelf.span() else { continue };
        for (id, (new_bank, new_hash)) in step.range(span) {
            let stays = new_bank == bank && H::of(new_hash).is_some();
            if !stays && shelf.get(*id).is_some() {
                Arc::make_mut(shelf).take(&(*id..=*id), &mut old);
            }
        }
    }
    let mut places: HashMap<BankId, usize> =
        draft.iter().zip(0..).map(|((bank, _), place)| (*bank, place)).collect();
    for (id, (bank, hash)) in step {
        let Some(hash) = H::of(hash) else { continue };
        let place = *places.entry(*bank).or_insert(draft.len());
        if place == draft.len() {
            draft.push((*bank, Arc::default()));
        }
        if let Some((_, shelf)) = draft.get_mut(place)
            && let Some(before) = Arc::make_mut(shelf).put(*id, hash)
        {
            old.push((*id, before));
        }
    }
    gone.extend(old.iter().filter_map(|(id, hash)| Some((hash.key()?, *id))));
}

fn take<H: Kept>(
    draft: &mut Draft<H>,
    ids: &RangeInclusive<EntryId>,
    gone: &mut Vec<(u64, EntryId)>,
) {
    let mut old = Vec::new();
    for (_, shelf) in draft {
        Arc::make_mut(shelf).take(ids, &mut old);
    }
    gone.extend(old.iter().filter_map(|(id, hash)| Some((hash.key()?, *id))));
}

/// Puts `draft` in place, and returns what was there so that the caller frees it in its own time.
fn publish<H: Kept>(shelves: &mut Shelves<H>, draft: Draft<H>) -> Vec<Option<Arc<Shelf<H>>>> {
    let put = |(bank, shelf): (BankId, Arc<Shelf<H>>)| {
        if shelf.is_empty() { shelves.remove(&bank) } else { shelves.insert(bank, shelf) }
    };
    draft.into_iter().map(put).collect()
}

#[cfg(test)]
mod tests;
