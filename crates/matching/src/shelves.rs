//! A shelf for each bank, and the changes to several of them that are put in place as one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use mamori_model::{BankId, EntryId, Hash};

use crate::kept::Kept;
use crate::shelf::Shelf;

/// A shelf for each bank that has hashes of this kind; none of them empty.
pub type Shelves<H> = HashMap<BankId, Arc<Shelf<H>>>;

/// Shelves that are about to be put in place of the visible ones.
pub type Draft<H> = Vec<(BankId, Arc<Shelf<H>>)>;

/// The newest text of each entry of one step.
pub type Step = BTreeMap<EntryId, (BankId, Hash)>;

/// What left the shelves, and the hash it had.
pub type Left<H> = Vec<(EntryId, H)>;

/// The shelves that may hold an id of `ids`, and those of `banks`.
pub fn draft<H: Kept>(
    shelves: &Shelves<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    let touched =
        |(bank, shelf): &(&BankId, &Arc<Shelf<H>>)| banks.contains(bank) || shelf.reaches(ids);
    shelves.iter().filter(touched).map(|(bank, shelf)| (*bank, Arc::clone(shelf))).collect()
}

/// As [`draft`], but the shelves leave their places until [`publish`] puts them back, and nobody
/// has them beside: writing to them copies nothing.
pub fn lift<H: Kept>(
    shelves: &mut Shelves<H>,
    ids: &RangeInclusive<EntryId>,
    banks: &BTreeSet<BankId>,
) -> Draft<H> {
    shelves.extract_if(|bank, shelf| banks.contains(bank) || shelf.reaches(ids)).collect()
}

/// Puts the entries of `step` that are of this kind where they belong, takes all its entries out
/// of every other place, and gives what they were before.
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

/// Takes the entries `ids` out.
pub fn take<H: Kept>(draft: &mut Draft<H>, ids: &RangeInclusive<EntryId>) -> Left<H> {
    let mut left = Vec::new();
    for (_, shelf) in draft {
        Arc::make_mut(shelf).take(ids, &mut left);
    }
    left
}

/// Puts `draft` in place, and returns what was there so that the caller frees it in its own time.
pub fn publish<H: Kept>(shelves: &mut Shelves<H>, draft: Draft<H>) -> Vec<Option<Arc<Shelf<H>>>> {
    let put = |(bank, shelf): (BankId, Arc<Shelf<H>>)| {
        if shelf.is_empty() { shelves.remove(&bank) } else { shelves.insert(bank, shelf) }
    };
    draft.into_iter().map(put).collect()
}
