//! The rows of each bank, and changes to several banks that become visible together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use mamori_model::{BankId, EntryId, Hash};

use crate::bank_rows::BankRows;
use crate::indexed_hash::IndexedHash;

/// The rows of each bank that has hashes of this kind; no value is empty.
pub type RowsByBank<H> = HashMap<BankId, Arc<BankRows<H>>>;

/// Changed rows of banks that are not visible yet.
pub type Draft<H> = Vec<(BankId, Arc<BankRows<H>>)>;

/// One batch of changes: the newest bank and hash of each entry, by id.
pub type WriteBatch = BTreeMap<EntryId, (BankId, Hash)>;

/// Entries that were removed from the rows, and the hash of each.
pub type Removed<H> = Vec<(EntryId, H)>;

/// Copies the rows of the banks that may have an id of `ids`, and those of `banks`.
pub fn draft<H: IndexedHash>(
    by_bank: &RowsByBank<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    let touched = |(bank, bank_rows): &(&BankId, &Arc<BankRows<H>>)| {
        banks.contains(bank) || bank_rows.overlaps(ids)
    };
    by_bank.iter().filter(touched).map(|(bank, bank_rows)| (*bank, Arc::clone(bank_rows))).collect()
}

/// Takes the same rows as [`draft`] out of `by_bank` until [`publish`] puts them back. No copy
/// of them is shared, so writing to them copies nothing.
pub fn detach<H: IndexedHash>(
    by_bank: &mut RowsByBank<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    by_bank.extract_if(|bank, bank_rows| banks.contains(bank) || bank_rows.overlaps(ids)).collect()
}

/// Inserts the entries of `batch` that are of this kind, removes all its entries from every other
/// place, and returns the removed ones with their previous hashes.
pub fn apply<H: IndexedHash>(draft: &mut Draft<H>, batch: &WriteBatch) -> Removed<H> {
    let mut removed = Vec::new();
    for (bank, bank_rows) in &mut *draft {
        let Some(span) = bank_rows.span() else { continue };
        for (id, (new_bank, new_hash)) in batch.range(span) {
            let stays = new_bank == bank && H::of(new_hash).is_some();
            if !stays && bank_rows.get(*id).is_some() {
                Arc::make_mut(bank_rows).take(&(*id..=*id), &mut removed);
            }
        }
    }
    let mut places: HashMap<BankId, usize> =
        draft.iter().zip(0..).map(|((bank, _), place)| (*bank, place)).collect();
    for (id, (bank, hash)) in batch {
        let Some(hash) = H::of(hash) else { continue };
        let place = *places.entry(*bank).or_insert(draft.len());
        if place == draft.len() {
            draft.push((*bank, Arc::default()));
        }
        if let Some((_, bank_rows)) = draft.get_mut(place)
            && let Some(before) = Arc::make_mut(bank_rows).put(*id, hash)
        {
            removed.push((*id, before));
        }
    }
    removed
}

/// Removes the entries `ids` and returns them.
pub fn take<H: IndexedHash>(draft: &mut Draft<H>, ids: &RangeInclusive<EntryId>) -> Removed<H> {
    let mut removed = Vec::new();
    for (_, bank_rows) in draft {
        Arc::make_mut(bank_rows).take(ids, &mut removed);
    }
    removed
}

/// Makes `draft` visible and returns the rows that it replaces, so that the caller decides when
/// to free them.
pub fn publish<H: IndexedHash>(
    by_bank: &mut RowsByBank<H>,
    draft: Draft<H>,
) -> Vec<Option<Arc<BankRows<H>>>> {
    let put = |(bank, bank_rows): (BankId, Arc<BankRows<H>>)| {
        if bank_rows.is_empty() { by_bank.remove(&bank) } else { by_bank.insert(bank, bank_rows) }
    };
    draft.into_iter().map(put).collect()
}
