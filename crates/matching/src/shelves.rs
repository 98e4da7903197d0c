//! A shelf for each bank, and changes to several shelves that become visible together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use mamori_model::{BankId, EntryId, Hash};

use crate::kept::Kept;
use crate::shelf::Shelf;

/// A shelf for each bank that has hashes of this kind; no shelf is empty.
pub type Shelves<H> = HashMap<BankId, Arc<Shelf<H>>>;

/// Changed shelves that are not visible yet.
pub type Draft<H> = Vec<(BankId, Arc<Shelf<H>>)>;

/// One batch of changes: the newest bank and hash of each entry, by id.
pub type Step = BTreeMap<EntryId, (BankId, Hash)>;

/// Entries that were removed from the shelves, and the hash of each.
pub type Left<H> = Vec<(EntryId, H)>;

/// Copies the shelves that may have an id of `ids`, and those of `banks`.
pub fn draft<H: Kept>(
    shelves: &Shelves<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    let touched =
        |(bank, shelf): &(&BankId, &Arc<Shelf<H>>)| banks.contains(bank) || shelf.reaches(ids);
    shelves.iter().filter(touched).map(|(bank, shelf)| (*bank, Arc::clone(shelf))).collect()
}

/// Takes the same shelves as [`draft`] out of `shelves` until [`publish`] puts them back. No copy
/// of them is shared, so writing to them copies nothing.
pub fn lift<H: Kept>(
    shelves: &mut Shelves<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    shelves.extract_if(|bank, shelf| banks.contains(bank) || shelf.reaches(ids)).collect()
}

/// Inserts the entries of `step` that are of this kind, removes all its entries from every other
/// place, and returns the removed ones with their previous hashes.
pub fn apply<H: Kept>(draft: &mut Draft<H>, step: &Step) -> Left<H> {
    let mut left = Vec::new();
    for (bank, shelf) in &mut *draft {
        let Some(span) = shelf.span() else { continue };
        for (id, (new_bank, new_hash)) in step.range(span) {
            let stays = new_bank == bank && H::of(new_hash).is_some();
            if !stays && shelf.get(*id).is_some() {
                Arc::make_mut(shelf).take(&(*id..=*id), &mut left);
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
            left.push((*id, before));
        }
    }
    left
}

/// Removes the entries `ids` and returns them.
pub fn take<H: Kept>(draft: &mut Draft<H>, ids: &RangeInclusive<EntryId>) -> Left<H> {
    let mut left = Vec::new();
    for (_, shelf) in draft {
        Arc::make_mut(shelf).take(ids, &mut left);
    }
    left
}

/// Makes `draft` visible and returns the shelves that it replaces, so that the caller decides when
/// to free them.
pub fn publish<H: Kept>(shelves: &mut Shelves<H>, draft: Draft<H>) -> Vec<Option<Arc<Shelf<H>>>> {
    let put = |(bank, shelf): (BankId, Arc<Shelf<H>>)| {
        if shelf.is_empty() { shelves.remove(&bank) } else { shelves.insert(bank, shelf) }
    };
    draft.into_iter().map(put).collect()
}
