//! Exact look-up of SHA-256, SHA-1 and MD5 hashes: equal or not equal, no distances.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Md5, Sha1, Sha256};

use crate::Near;
use crate::kept::{Kept, exact_key};
use crate::shelf::Shelf;
use crate::shelves::{Left, Shelves, Step, apply, lift, publish, take};

/// The SHA-256, SHA-1 and MD5 hashes of all banks.
#[derive(Default)]
pub struct Exact {
    sha256: Shelves<Sha256>,
    sha1: Shelves<Sha1>,
    md5: Shelves<Md5>,
    /// The search index: [`Kept::key`] and entry id. A key may be stale, that is, name an entry
    /// that was removed or has another hash now; every hit is checked against the shelf.
    keys: BTreeSet<(u64, EntryId)>,
}

/// A search key whose entry was removed or has another hash now.
pub type Stale = (u64, EntryId);

impl Exact {
    /// Inserts the entries of `step`. An entry that had a hash of another kind is removed there.
    pub fn insert(&mut self, step: &Step, ids: &RangeInclusive<EntryId>) {
        let banks: BTreeSet<BankId> = step.values().map(|(bank, _)| *bank).collect();
        let mut sha256 = lift(&mut self.sha256, ids, &banks);
        let mut sha1 = lift(&mut self.sha1, ids, &banks);
        let mut md5 = lift(&mut self.md5, ids, &banks);
        let stale =
            stale(&apply(&mut sha256, step), &apply(&mut sha1, step), &apply(&mut md5, step));
        publish(&mut self.sha256, sha256);
        publish(&mut self.sha1, sha1);
        publish(&mut self.md5, md5);
        for key in &stale {
            self.keys.remove(key);
        }
        self.keys.extend(step.iter().filter_map(|(id, (_, hash))| exact_key(*id, hash)));
    }

    /// Removes the entries `ids` and returns their stale keys, which the caller passes to
    /// [`Self::forget`].
    pub fn remove(&mut self, ids: &RangeInclusive<EntryId>) -> Vec<Stale> {
        let none = BTreeSet::new();
        let mut sha256 = lift(&mut self.sha256, ids, &none);
        let mut sha1 = lift(&mut self.sha1, ids, &none);
        let mut md5 = lift(&mut self.md5, ids, &none);
        let stale = stale(&take(&mut sha256, ids), &take(&mut sha1, ids), &take(&mut md5, ids));
        publish(&mut self.sha256, sha256);
        publish(&mut self.sha1, sha1);
        publish(&mut self.md5, md5);
        stale
    }

    /// Removes a bank and returns its stale keys, which the caller passes to [`Self::forget`].
    pub fn remove_bank(&mut self, bank: BankId) -> Vec<Stale> {
        let mut stale = Vec::new();
        stale.extend(self.sha256.remove(&bank).iter().flat_map(|shelf| keys(shelf)));
        stale.extend(self.sha1.remove(&bank).iter().flat_map(|shelf| keys(shelf)));
        stale.extend(self.md5.remove(&bank).iter().flat_map(|shelf| keys(shelf)));
        stale
    }

    /// Drops stale keys. Their entries have left the shelves already, so no answer changes.
    pub fn forget(&mut self, stale: &[Stale]) {
        for key in stale {
            self.keys.remove(key);
        }
    }

    /// Returns all entries of `banks` with this hash, by id; none for a PDQ hash.
    pub fn equal(&self, hash: &Hash, banks: &[BankId]) -> Vec<Near> {
        match hash {
            Hash::Pdq(_) => Vec::new(),
            Hash::Sha256(hash) => self.holders(*hash, banks, &self.sha256),
            Hash::Sha1(hash) => self.holders(*hash, banks, &self.sha1),
            Hash::Md5(hash) => self.holders(*hash, banks, &self.md5),
        }
    }

    fn holders<H: Kept + Eq>(&self, hash: H, banks: &[BankId], of: &Shelves<H>) -> Vec<Near> {
        let Some(key) = hash.key() else { return Vec::new() };
        let ids = self.keys.range((key, EntryId::MIN)..=(key, EntryId::MAX));
        let mut near = Vec::new();
        for (_, entry) in ids {
            let banks: BTreeSet<BankId> = banks.iter().copied().collect();
            let shelves = banks.into_iter().filter_map(|bank| Some((bank, of.get(&bank)?)));
            let holders = shelves.filter(|(_, shelf)| shelf.get(*entry) == Some(hash));
            near.extend(holders.map(|(bank, _)| Near {
                entry: *entry,
                bank,
                distance: Distance(0),
            }));
        }
        near
    }

    /// Returns the number of hashes of `kind` in each bank.
    pub fn lens(&self, kind: HashKind) -> impl Iterator<Item = (BankId, usize)> {
        let sha256 = lens(&self.sha256, kind == HashKind::Sha256);
        let sha1 = lens(&self.sha1, kind == HashKind::Sha1);
        sha256.chain(sha1).chain(lens(&self.md5, kind == HashKind::Md5))
    }

    /// Returns the number of search keys, so that a test can check that no stale key remains.
    #[cfg(test)]
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// Returns every entry, bank by bank.
    pub fn all(&self) -> impl Iterator<Item = (EntryId, BankId, Hash)> {
        let sha256 = rows(&self.sha256).map(|(id, bank, hash)| (id, bank, Hash::Sha256(hash)));
        let sha1 = rows(&self.sha1).map(|(id, bank, hash)| (id, bank, Hash::Sha1(hash)));
        let md5 = rows(&self.md5).map(|(id, bank, hash)| (id, bank, Hash::Md5(hash)));
        sha256.chain(sha1).chain(md5)
    }
}

/// Returns the number of hashes of each bank in `shelves`; nothing unless `is_asked`.
fn lens<H: Kept>(shelves: &Shelves<H>, is_asked: bool) -> impl Iterator<Item = (BankId, usize)> {
    let asked = shelves.iter().filter(move |_| is_asked);
    asked.map(|(bank, shelf)| (*bank, shelf.len()))
}

fn rows<H: Kept>(shelves: &Shelves<H>) -> impl Iterator<Item = (EntryId, BankId, H)> {
    shelves.iter().flat_map(|(bank, shelf)| shelf.rows().map(|(id, hash)| (id, *bank, hash)))
}

fn stale(sha256: &Left<Sha256>, sha1: &Left<Sha1>, md5: &Left<Md5>) -> Vec<Stale> {
    let mut stale: Vec<Stale> = left(sha256).chain(left(sha1)).chain(left(md5)).collect();
    // Removing neighbouring keys of the `BTreeSet` in turn is several times faster.
    stale.sort_unstable();
    stale
}

fn left<H: Kept>(left: &Left<H>) -> impl Iterator<Item = Stale> {
    left.iter().filter_map(|(id, hash)| Some((hash.key()?, *id)))
}

fn keys<H: Kept>(shelf: &Shelf<H>) -> impl Iterator<Item = Stale> {
    shelf.rows().filter_map(|(id, hash)| Some((hash.key()?, id)))
}
