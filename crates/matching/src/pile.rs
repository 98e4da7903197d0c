//! The PDQ hashes of all banks as a query sees them: built segments, and what came since.
//!
//! A pile never changes. A change makes another one that shares nearly everything with it, and
//! puts it in its place; a query keeps the one that it began with.

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

/// Segments and shelves. An entry is in one of them at most.
#[derive(Clone, Default)]
pub struct Pile {
    /// What came since the last segment was built. Every row is compared.
    pub fresh: Shelves<Pdq>,
    /// The segments.
    pub placed: Vec<Arc<Placed>>,
}

/// A segment and what left it.
#[derive(Clone)]
pub struct Placed {
    /// The rows.
    pub segment: Arc<Segment>,
    /// Those that left one by one.
    pub gone: Gone,
    /// How many rows of each of the segment's banks are still there; 0 also for a bank that left
    /// as a whole.
    pub live: Vec<u32>,
}

/// Which banks of a segment a query looks in.
struct Lens {
    /// The limit of each bank, by its number.
    of_bank: Vec<Option<Distance>>,
    /// The largest of them.
    max: u32,
}

thread_local! {
    static SCRATCH: RefCell<probe::Scratch> = RefCell::default();
}

impl Placed {
    /// A segment that nothing has left.
    pub fn new(segment: Segment) -> Self {
        let mut live = vec![0; segment.banks().len()];
        for number in (0..segment.len()).filter_map(|row| segment.bank_number(row)) {
            if let Some(count) = live.get_mut(number) {
                *count += 1;
            }
        }
        Self { segment: Arc::new(segment), gone: Gone::default(), live }
    }

    /// How many rows are still there.
    pub fn live_rows(&self) -> usize {
        self.live.iter().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).sum()
    }

    /// The bank of a row that is still there.
    pub fn bank(&self, row: usize) -> Option<BankId> {
        let number = self.segment.bank_number(row)?;
        let is_live = *self.live.get(number)? > 0 && !self.gone.has(row);
        self.segment.banks().get(number).copied().filter(|_| is_live)
    }

    /// The row of an entry that is still there.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        let row = self.segment.row(id)?;
        self.bank(row).map(|_| row)
    }

    /// The limits of the banks that have rows here; `None` if none has.
    fn lens(&self, limits: &HashMap<BankId, Distance>) -> Option<Lens> {
        let limit_of = |(bank, live): (&BankId, &u32)| limits.get(bank).filter(|_| *live > 0);
        let of_bank: Vec<_> =
            self.segment.banks().iter().zip(&self.live).map(|it| limit_of(it).copied()).collect();
        let max = of_bank.iter().copied().flatten().max()?.0;
        Some(Lens { of_bank, max })
    }

    /// The entry of a row that is near, if it is still there and within its bank's limit.
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

    /// Notes that a row left.
    pub fn remove(&mut self, row: usize) {
        if self.bank(row).is_none() || !self.gone.add(row) {
            return;
        }
        let number = self.segment.bank_number(row);
        if let Some(count) = number.and_then(|number| self.live.get_mut(number)) {
            *count -= 1;
        }
    }

    /// Notes that a bank left; whether it was here.
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
    /// This pile with `step` taken in; what the entries were before has left.
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
            // What says nothing new stays where it is.
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

    /// This pile without the entries `ids`.
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

    /// This pile without a bank.
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

    /// The blocks of what came since, each with its bank and the limit of that.
    fn blocks<'a>(
        &'a self,
        limits: &'a HashMap<BankId, Distance>,
    ) -> impl Iterator<Item = (BankId, Distance, &'a Block<Pdq>)> {
        limits.iter().flat_map(|(bank, max)| {
            let blocks = self.fresh.get(bank).into_iter().flat_map(|shelf| shelf.blocks());
            blocks.map(|block| (*bank, *max, block))
        })
    }

    /// How many hashes each bank has; a bank may come several times.
    pub fn lens(&self) -> impl Iterator<Item = (BankId, usize)> {
        let fresh = self.fresh.iter().map(|(bank, shelf)| (*bank, shelf.len()));
        let placed = self.placed.iter().flat_map(|placed| {
            let counts = placed.segment.banks().iter().zip(&placed.live);
            counts.map(|(bank, live)| (*bank, usize::try_from(*live).unwrap_or(usize::MAX)))
        });
        fresh.chain(placed)
    }

    /// How many rows no segment has yet.
    pub fn fresh_rows(&self) -> usize {
        self.fresh.values().map(|shelf| shelf.len()).sum()
    }
}

/// Makes blocks ready to be searched, so that no query has to.
fn prepare(fresh: &Draft<Pdq>) {
    fresh.iter().flat_map(|(_, shelf)| shelf.blocks()).for_each(Block::prepare);
}

/// The limit of each bank; of a bank that is named twice the larger.
fn limits(lens: &[(BankId, Distance)]) -> HashMap<BankId, Distance> {
    let mut limits: HashMap<BankId, Distance> = HashMap::with_capacity(lens.len());
    for (bank, max) in lens {
        let limit = limits.entry(*bank).or_insert(*max);
        *limit = (*limit).max(*max);
    }
    limits
}

/// The entry of a row of a block.
fn tell(block: &Block<Pdq>, bank: BankId, row: u32, distance: u32) -> Option<Near> {
    let entry = *block.ids().get(place(row))?;
    Some(Near { entry, bank, distance: Distance(distance) })
}
