//! The snapshot of the PDQ hashes of all banks that a query sees: built segments and the delta.
//!
//! A snapshot never changes. A change builds another one, which shares nearly all memory with it,
//! and swaps it in; a running query keeps the one that it began with.

mod together;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};

use crate::Near;
use crate::gone::Gone;
use crate::segment::slot::place;
use crate::segment::{Segment, probe};
use crate::shelf::Block;
use crate::shelves::{Draft, Shelves, Step, apply, draft, publish, take};
use crate::words::HasWords;

/// Segments and the delta. Each entry is in at most one of them.
#[derive(Clone, Default)]
pub struct Pile {
    /// The delta: entries inserted since the last compaction, in shelves. A query compares every
    /// row.
    pub fresh: Shelves<Pdq>,
    /// The segments, with their tombstones.
    pub placed: Vec<Arc<Placed>>,
}

/// A segment and its tombstones.
#[derive(Clone)]
pub struct Placed {
    /// The rows, including removed ones.
    pub segment: Arc<Segment>,
    /// Tombstones of the rows that were removed one by one.
    pub gone: Gone,
    /// Number of live rows of each of the segment's banks, by bank number; 0 also for a bank that
    /// was removed as a whole.
    pub live: Vec<u32>,
}

/// Which banks of a segment a query searches.
struct Lens {
    /// The distance limit of each bank, by its number; `None` for a bank that is not searched.
    of_bank: Vec<Option<Distance>>,
    /// The largest of the limits, in bits.
    max: u32,
}

thread_local! {
    static SCRATCH: RefCell<probe::Scratch> = RefCell::default();
}

impl Placed {
    /// Wraps a segment without tombstones.
    pub fn new(segment: Segment) -> Self {
        let mut live = vec![0; segment.banks().len()];
        for number in (0..segment.len()).filter_map(|row| segment.bank_number(row)) {
            if let Some(count) = live.get_mut(number) {
                *count += 1;
            }
        }
        Self { segment: Arc::new(segment), gone: Gone::default(), live }
    }

    /// Returns the number of live rows.
    pub fn live_rows(&self) -> usize {
        self.live.iter().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).sum()
    }

    /// Returns the bank of a row; `None` if the row was removed.
    pub fn bank(&self, row: usize) -> Option<BankId> {
        let number = self.segment.bank_number(row)?;
        let is_live = *self.live.get(number)? > 0 && !self.gone.has(row);
        self.segment.banks().get(number).copied().filter(|_| is_live)
    }

    /// Returns the row of an entry; `None` if it is not in the segment or was removed.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        let row = self.segment.row(id)?;
        self.bank(row).map(|_| row)
    }

    /// Returns the limits of those banks that have live rows here; `None` if no bank has.
    fn lens(&self, limits: &HashMap<BankId, Distance>) -> Option<Lens> {
        let limit_of = |(bank, live): (&BankId, &u32)| limits.get(bank).filter(|_| *live > 0);
        let of_bank: Vec<_> =
            self.segment.banks().iter().zip(&self.live).map(|it| limit_of(it).copied()).collect();
        let max = of_bank.iter().copied().flatten().max()?.0;
        Some(Lens { of_bank, max })
    }

    /// Returns the entry of a near row; `None` if it was removed or is beyond its bank's limit.
    fn tell(&self, lens: &Lens, row: u32, distance: u32) -> Option<Near> {
        let row = place(row);
        let number = self.segment.bank_number(row)?;
        let limit = lens.of_bank.get(number).copied().flatten()?;
        if distance > limit.0 || self.gone.has(row) {
            return None;
        }
        let (entry, bank) = (self.segment.id(row)?, *self.segment.banks().get(number)?);
        Some(Near { entry, bank, distance: Distance(distance) })
    }

    /// Adds a tombstone for a row.
    pub fn remove(&mut self, row: usize) {
        if self.bank(row).is_none() || !self.gone.add(row) {
            return;
        }
        let number = self.segment.bank_number(row);
        if let Some(count) = number.and_then(|number| self.live.get_mut(number)) {
            *count -= 1;
        }
    }

    /// Removes a bank as a whole; returns whether it had live rows here.
    pub fn remove_bank(&mut self, bank: BankId) -> bool {
        let banks = self.segment.banks().iter().zip(&mut self.live);
        let mut was_here = false;
        for (_, count) in banks.filter(|(here, _)| **here == bank) {
            was_here |= std::mem::take(count) > 0;
        }
        was_here
    }
}

impl Pile {
    /// Returns this snapshot with `step` inserted; older versions of its entries are removed.
    pub fn with(&self, step: &Step, ids: &RangeInclusive<EntryId>) -> Self {
        let mut next = self.clone();
        let mut step = step.clone();
        for placed in &mut next.placed {
            let rows = step.iter().filter_map(|(id, new)| Some((*id, placed.row(*id)?, *new)));
            let (same, old): (Vec<_>, Vec<_>) = rows.partition(|(_, row, (bank, hash))| {
                placed.bank(*row) == Some(*bank)
                    && matches!(hash, Hash::Pdq(hash)
                        if placed.segment.hashes().get(*row) == Some(&hash.words()))
            });
            // An entry that is unchanged stays in its segment.
            for (id, _, _) in same {
                step.remove(&id);
            }
            for (_, row, _) in old {
                Arc::make_mut(placed).remove(row);
            }
        }
        let banks: BTreeSet<BankId> = step.values().map(|(bank, _)| *bank).collect();
        let mut fresh = draft(&next.fresh, ids, &banks);
        apply(&mut fresh, &step);
        prepare(&fresh);
        publish(&mut next.fresh, fresh);
        next
    }

    /// Returns this snapshot without the entries `ids`.
    pub fn without(&self, ids: &RangeInclusive<EntryId>) -> Self {
        let mut next = self.clone();
        let mut fresh = draft(&next.fresh, ids, &BTreeSet::new());
        take(&mut fresh, ids);
        prepare(&fresh);
        publish(&mut next.fresh, fresh);
        for placed in &mut next.placed {
            for row in placed.segment.rows_in(ids) {
                if placed.bank(row).is_some() {
                    Arc::make_mut(placed).remove(row);
                }
            }
        }
        next.placed.retain(|placed| placed.live_rows() > 0);
        next
    }

    /// Returns this snapshot without a bank.
    pub fn without_bank(&self, bank: BankId) -> Self {
        let mut next = self.clone();
        next.fresh.remove(&bank);
        for placed in &mut next.placed {
            if placed.segment.banks().contains(&bank) {
                Arc::make_mut(placed).remove_bank(bank);
            }
        }
        next.placed.retain(|placed| placed.live_rows() > 0);
        next
    }

    /// Adds every entry within its bank's limit of `query` to `near`, in no order.
    pub fn near(&self, query: &Pdq, lens: &[(BankId, Distance)], near: &mut Vec<Near>) {
        let words = query.words();
        let limits = limits(lens);
        for placed in &self.placed {
            let Some(lens) = placed.lens(&limits) else { continue };
            let mut hit = |row, distance| near.extend(placed.tell(&lens, row, distance));
            SCRATCH.with_borrow_mut(|scratch| {
                placed.segment.near(&words, lens.max, scratch, &mut hit);
            });
        }
        for (bank, max, block) in self.blocks(&limits) {
            block.scan(&words, max.0, &mut |row, distance| {
                near.extend(tell(block, bank, row, distance));
            });
        }
    }

    /// Returns the blocks of the delta, each with its bank and that bank's limit.
    fn blocks<'a>(
        &'a self,
        limits: &'a HashMap<BankId, Distance>,
    ) -> impl Iterator<Item = (BankId, Distance, &'a Block<Pdq>)> {
        limits.iter().flat_map(|(bank, max)| {
            let blocks = self.fresh.get(bank).into_iter().flat_map(|shelf| shelf.blocks());
            blocks.map(|block| (*bank, *max, block))
        })
    }

    /// Returns the number of hashes of each bank; a bank may occur several times.
    pub fn lens(&self) -> impl Iterator<Item = (BankId, usize)> {
        let fresh = self.fresh.iter().map(|(bank, shelf)| (*bank, shelf.len()));
        let placed = self.placed.iter().flat_map(|placed| {
            let counts = placed.segment.banks().iter().zip(&placed.live);
            counts.map(|(bank, live)| (*bank, usize::try_from(*live).unwrap_or(usize::MAX)))
        });
        fresh.chain(placed)
    }

    /// Returns the number of rows in the delta.
    pub fn fresh_rows(&self) -> usize {
        self.fresh.values().map(|shelf| shelf.len()).sum()
    }
}

/// Prepares changed blocks for searching, so that no query has to.
fn prepare(fresh: &Draft<Pdq>) {
    fresh.iter().flat_map(|(_, shelf)| shelf.blocks()).for_each(Block::prepare);
}

/// Returns the limit of each bank; the larger one if a bank is named twice.
fn limits(lens: &[(BankId, Distance)]) -> HashMap<BankId, Distance> {
    let mut limits: HashMap<BankId, Distance> = HashMap::with_capacity(lens.len());
    for (bank, max) in lens {
        let limit = limits.entry(*bank).or_insert(*max);
        *limit = (*limit).max(*max);
    }
    limits
}

/// Returns the entry of a row of a block of the delta.
fn tell(block: &Block<Pdq>, bank: BankId, row: u32, distance: u32) -> Option<Near> {
    let entry = *block.ids().get(place(row))?;
    Some(Near { entry, bank, distance: Distance(distance) })
}
