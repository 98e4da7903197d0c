//! The snapshot of the PDQ hashes of all banks that a query sees: built segments and the delta.
//!
//! A snapshot never changes. A change builds another one, which shares nearly all memory with it,
//! and swaps it in; a running query keeps the one that it began with.

mod near_each;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};

use crate::Near;
use crate::bank_rows::Chunk;
use crate::hash_words::HasHashWords;
use crate::rows_by_bank::{Draft, RowsByBank, WriteBatch, apply, draft, publish, take};
use crate::segment::slot::as_index;
use crate::segment::{Segment, probe};
use crate::tombstones::Tombstones;

/// Segments and the delta. Each entry is in at most one of them.
#[derive(Clone, Default)]
pub struct IndexSnapshot {
    /// The delta: entries inserted since the last compaction, by bank. A query compares every
    /// row.
    pub delta: RowsByBank<Pdq>,
    /// The segments, with their tombstones.
    pub segments: Vec<Arc<SegmentView>>,
}

/// A segment and its tombstones.
#[derive(Clone)]
pub struct SegmentView {
    /// The rows, including removed ones.
    pub segment: Arc<Segment>,
    /// Tombstones of the rows that were removed one by one.
    pub tombstones: Tombstones,
    /// Number of live rows of each of the segment's banks, by bank number; 0 also for a bank that
    /// was removed as a whole.
    pub live: Vec<u32>,
}

/// Which banks of a segment a query searches.
struct SearchScope {
    /// The distance limit of each bank, by its number; `None` for a bank that is not searched.
    of_bank: Vec<Option<Distance>>,
    /// The largest of the limits, in bits.
    max: u32,
}

thread_local! {
    static SCRATCH: RefCell<probe::Scratch> = RefCell::default();
}

impl SegmentView {
    /// Wraps a segment without tombstones.
    pub fn new(segment: Segment) -> Self {
        let mut live = vec![0; segment.banks().len()];
        for number in (0..segment.len()).filter_map(|row| segment.bank_number(row)) {
            if let Some(count) = live.get_mut(number) {
                *count += 1;
            }
        }
        Self { segment: Arc::new(segment), tombstones: Tombstones::default(), live }
    }

    /// Returns the number of live rows.
    pub fn live_rows(&self) -> usize {
        self.live.iter().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).sum()
    }

    /// Returns the bank of a row; `None` if the row was removed.
    pub fn bank(&self, row: usize) -> Option<BankId> {
        let number = self.segment.bank_number(row)?;
        let is_live = *self.live.get(number)? > 0 && !self.tombstones.contains(row);
        self.segment.banks().get(number).copied().filter(|_| is_live)
    }

    /// Returns the row of an entry; `None` if it is not in the segment or was removed.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        let row = self.segment.row(id)?;
        self.bank(row).map(|_| row)
    }

    /// Returns the limits of those banks that have live rows here; `None` if no bank has.
    fn scope(&self, limits: &HashMap<BankId, Distance>) -> Option<SearchScope> {
        let limit_of = |(bank, live): (&BankId, &u32)| limits.get(bank).filter(|_| *live > 0);
        let of_bank: Vec<_> =
            self.segment.banks().iter().zip(&self.live).map(|it| limit_of(it).copied()).collect();
        let max = of_bank.iter().copied().flatten().max()?.0;
        Some(SearchScope { of_bank, max })
    }

    /// Returns the entry of a near row; `None` if it was removed or is beyond its bank's limit.
    fn near_at(&self, scope: &SearchScope, row: u32, distance: u32) -> Option<Near> {
        let row = as_index(row);
        let number = self.segment.bank_number(row)?;
        let limit = scope.of_bank.get(number).copied().flatten()?;
        if distance > limit.0 || self.tombstones.contains(row) {
            return None;
        }
        let (entry, bank) = (self.segment.id(row)?, *self.segment.banks().get(number)?);
        Some(Near { entry, bank, distance: Distance(distance) })
    }

    /// Adds a tombstone for a row.
    pub fn remove(&mut self, row: usize) {
        if self.bank(row).is_none() || !self.tombstones.insert(row) {
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

impl IndexSnapshot {
    /// Returns this snapshot with `batch` inserted; older versions of its entries are removed.
    pub fn with(&self, batch: &WriteBatch, ids: &RangeInclusive<EntryId>) -> Self {
        let mut next = self.clone();
        let mut batch = batch.clone();
        for view in &mut next.segments {
            let rows = batch.iter().filter_map(|(id, new)| Some((*id, view.row(*id)?, *new)));
            let (same, old): (Vec<_>, Vec<_>) = rows.partition(|(_, row, (bank, hash))| {
                view.bank(*row) == Some(*bank)
                    && matches!(hash, Hash::Pdq(hash)
                        if view.segment.hashes().get(*row) == Some(&hash.words()))
            });
            // An entry that is unchanged stays in its segment.
            for (id, _, _) in same {
                batch.remove(&id);
            }
            for (_, row, _) in old {
                Arc::make_mut(view).remove(row);
            }
        }
        let banks: BTreeSet<BankId> = batch.values().map(|(bank, _)| *bank).collect();
        let mut delta = draft(&next.delta, ids, &banks);
        apply(&mut delta, &batch);
        prepare(&delta);
        publish(&mut next.delta, delta);
        next
    }

    /// Returns this snapshot without the entries `ids`.
    pub fn without(&self, ids: &RangeInclusive<EntryId>) -> Self {
        let mut next = self.clone();
        let mut delta = draft(&next.delta, ids, &BTreeSet::new());
        take(&mut delta, ids);
        prepare(&delta);
        publish(&mut next.delta, delta);
        for view in &mut next.segments {
            for row in view.segment.rows_in(ids) {
                if view.bank(row).is_some() {
                    Arc::make_mut(view).remove(row);
                }
            }
        }
        next.segments.retain(|view| view.live_rows() > 0);
        next
    }

    /// Returns this snapshot without a bank.
    pub fn without_bank(&self, bank: BankId) -> Self {
        let mut next = self.clone();
        next.delta.remove(&bank);
        for view in &mut next.segments {
            if view.segment.banks().contains(&bank) {
                Arc::make_mut(view).remove_bank(bank);
            }
        }
        next.segments.retain(|view| view.live_rows() > 0);
        next
    }

    /// Adds every entry within its bank's limit of `query` to `near`, in no order.
    pub fn near(&self, query: &Pdq, scope: &[(BankId, Distance)], near: &mut Vec<Near>) {
        let words = query.words();
        let limits = limits(scope);
        for view in &self.segments {
            let Some(scope) = view.scope(&limits) else { continue };
            let mut hit = |row, distance| near.extend(view.near_at(&scope, row, distance));
            SCRATCH.with_borrow_mut(|scratch| {
                view.segment.near(&words, scope.max, scratch, &mut hit);
            });
        }
        for (bank, max, chunk) in self.chunks(&limits) {
            chunk.scan(&words, max.0, &mut |row, distance| {
                near.extend(near_in_chunk(chunk, bank, row, distance));
            });
        }
    }

    /// Returns the chunks of the delta, each with its bank and that bank's limit.
    fn chunks<'a>(
        &'a self,
        limits: &'a HashMap<BankId, Distance>,
    ) -> impl Iterator<Item = (BankId, Distance, &'a Chunk<Pdq>)> {
        limits.iter().flat_map(|(bank, max)| {
            let chunks = self.delta.get(bank).into_iter().flat_map(|bank_rows| bank_rows.chunks());
            chunks.map(|chunk| (*bank, *max, chunk))
        })
    }

    /// Returns the number of hashes of each bank; a bank may occur several times.
    pub fn counts(&self) -> impl Iterator<Item = (BankId, usize)> {
        let delta = self.delta.iter().map(|(bank, bank_rows)| (*bank, bank_rows.len()));
        let view = self.segments.iter().flat_map(|view| {
            let counts = view.segment.banks().iter().zip(&view.live);
            counts.map(|(bank, live)| (*bank, usize::try_from(*live).unwrap_or(usize::MAX)))
        });
        delta.chain(view)
    }

    /// Returns the number of rows in the delta.
    pub fn delta_rows(&self) -> usize {
        self.delta.values().map(|bank_rows| bank_rows.len()).sum()
    }
}

/// Prepares changed chunks for searching, so that no query has to.
fn prepare(delta: &Draft<Pdq>) {
    delta.iter().flat_map(|(_, bank_rows)| bank_rows.chunks()).for_each(Chunk::prepare);
}

/// Returns the limit of each bank; the larger one if a bank is named twice.
fn limits(scope: &[(BankId, Distance)]) -> HashMap<BankId, Distance> {
    let mut limits: HashMap<BankId, Distance> = HashMap::with_capacity(scope.len());
    for (bank, max) in scope {
        let limit = limits.entry(*bank).or_insert(*max);
        *limit = (*limit).max(*max);
    }
    limits
}

/// Returns the entry of a row of a chunk of the delta.
fn near_in_chunk(chunk: &Chunk<Pdq>, bank: BankId, row: u32, distance: u32) -> Option<Near> {
    let entry = *chunk.ids().get(as_index(row))?;
    Some(Near { entry, bank, distance: Distance(distance) })
}
