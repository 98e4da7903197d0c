//! Exact look-up of SHA-256, SHA-1 and MD5 hashes: equal or not equal, no distances.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Md5, Sha1, Sha256};

use crate::Near;
use crate::bank_rows::BankRows;
use crate::indexed_hash::{IndexedHash, exact_key};
use crate::rows_by_bank::{Removed, RowsByBank, WriteBatch, apply, detach, publish, take};

/// The SHA-256, SHA-1 and MD5 hashes of all banks.
#[derive(Default)]
pub struct Exact {
    sha256: RowsByBank<Sha256>,
    sha1: RowsByBank<Sha1>,
    md5: RowsByBank<Md5>,
    /// The search index: [`IndexedHash::key`] and entry id. A key may be stale, that is, name an
    /// entry that was removed or has another hash now; every hit is checked against the rows of its
    /// bank.
    keys: BTreeSet<(u64, EntryId)>,
}

/// A search key whose entry was removed or has another hash now.
pub type StaleKey = (u64, EntryId);

impl Exact {
    /// Inserts the entries of `batch`. An entry that had a hash of another kind is removed there.
    pub fn insert(&mut self, batch: &WriteBatch, ids: &RangeInclusive<EntryId>) {
        let banks: BTreeSet<BankId> = batch.values().map(|(bank, _)| *bank).collect();
        let mut sha256 = detach(&mut self.sha256, ids, &banks);
        let mut sha1 = detach(&mut self.sha1, ids, &banks);
        let mut md5 = detach(&mut self.md5, ids, &banks);
        let stale =
            stale(&apply(&mut sha256, batch), &apply(&mut sha1, batch), &apply(&mut md5, batch));
        publish(&mut self.sha256, sha256);
        publish(&mut self.sha1, sha1);
        publish(&mut self.md5, md5);
        for key in &stale {
            self.keys.remove(key);
        }
        self.keys.extend(batch.iter().filter_map(|(id, (_, hash))| exact_key(*id, hash)));
    }

    /// Removes the entries `ids` and returns their stale keys, which the caller passes to
    /// [`Self::drop_stale_keys`].
    pub fn remove(&mut self, ids: &RangeInclusive<EntryId>) -> Vec<StaleKey> {
        let none = BTreeSet::new();
        let mut sha256 = detach(&mut self.sha256, ids, &none);
        let mut sha1 = detach(&mut self.sha1, ids, &none);
        let mut md5 = detach(&mut self.md5, ids, &none);
        let stale = stale(&take(&mut sha256, ids), &take(&mut sha1, ids), &take(&mut md5, ids));
        publish(&mut self.sha256, sha256);
        publish(&mut self.sha1, sha1);
        publish(&mut self.md5, md5);
        stale
    }

    /// Removes a bank and returns its stale keys, which the caller passes to
    /// [`Self::drop_stale_keys`].
    pub fn remove_bank(&mut self, bank: BankId) -> Vec<StaleKey> {
        let mut stale = Vec::new();
        stale.extend(self.sha256.remove(&bank).iter().flat_map(|bank_rows| keys(bank_rows)));
        stale.extend(self.sha1.remove(&bank).iter().flat_map(|bank_rows| keys(bank_rows)));
        stale.extend(self.md5.remove(&bank).iter().flat_map(|bank_rows| keys(bank_rows)));
        stale
    }

    /// Drops stale keys. Their entries have left the rows already, so no answer changes.
    pub fn drop_stale_keys(&mut self, stale: &[StaleKey]) {
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

    fn holders<H: IndexedHash + Eq>(
        &self,
        hash: H,
        banks: &[BankId],
        of: &RowsByBank<H>,
    ) -> Vec<Near> {
        let Some(key) = hash.key() else { return Vec::new() };
        let ids = self.keys.range((key, EntryId::MIN)..=(key, EntryId::MAX));
        let mut near = Vec::new();
        for (_, entry) in ids {
            let banks: BTreeSet<BankId> = banks.iter().copied().collect();
            let by_bank = banks.into_iter().filter_map(|bank| Some((bank, of.get(&bank)?)));
            let holders = by_bank.filter(|(_, bank_rows)| bank_rows.get(*entry) == Some(hash));
            near.extend(holders.map(|(bank, _)| Near {
                entry: *entry,
                bank,
                distance: Distance(0),
            }));
        }
        near
    }

    /// Returns the number of hashes of `kind` in each bank.
    pub fn counts(&self, kind: HashKind) -> impl Iterator<Item = (BankId, usize)> {
        let sha256 = counts(&self.sha256, kind == HashKind::Sha256);
        let sha1 = counts(&self.sha1, kind == HashKind::Sha1);
        sha256.chain(sha1).chain(counts(&self.md5, kind == HashKind::Md5))
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

/// Returns the number of hashes of each bank in `by_bank`; nothing unless `is_wanted`.
fn counts<H: IndexedHash>(
    by_bank: &RowsByBank<H>,
    is_wanted: bool,
) -> impl Iterator<Item = (BankId, usize)> {
    let wanted = by_bank.iter().filter(move |_| is_wanted);
    wanted.map(|(bank, bank_rows)| (*bank, bank_rows.len()))
}

fn rows<H: IndexedHash>(by_bank: &RowsByBank<H>) -> impl Iterator<Item = (EntryId, BankId, H)> {
    by_bank
        .iter()
        .flat_map(|(bank, bank_rows)| bank_rows.rows().map(|(id, hash)| (id, *bank, hash)))
}

fn stale(sha256: &Removed<Sha256>, sha1: &Removed<Sha1>, md5: &Removed<Md5>) -> Vec<StaleKey> {
    let mut stale: Vec<StaleKey> =
        stale_keys(sha256).chain(stale_keys(sha1)).chain(stale_keys(md5)).collect();
    // Removing neighbouring keys of the `BTreeSet` in turn is several times faster.
    stale.sort_unstable();
    stale
}

fn stale_keys<H: IndexedHash>(removed: &Removed<H>) -> impl Iterator<Item = StaleKey> {
    removed.iter().filter_map(|(id, hash)| Some((hash.key()?, *id)))
}

fn keys<H: IndexedHash>(bank_rows: &BankRows<H>) -> impl Iterator<Item = StaleKey> {
    bank_rows.rows().filter_map(|(id, hash)| Some((hash.key()?, id)))
}
