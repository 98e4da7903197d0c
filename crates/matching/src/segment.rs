//! An immutable set of PDQ hashes, built for look-ups: a multi-index.
//!
//! The rows are in the order of their entries' ids. Each slot ([`mod@slot`]) lists them again in
//! the order of some of their bits. A hash that is near to a query agrees with it closely in at
//! least one slot and in that slot and the next together ([`mod@shape`] has the proof). A look-up
//! in ten million rows compares about 200 hashes.

pub mod batch;
pub mod branchless_vec;
mod build;
mod choose;
mod cost;
mod flips;
mod key;
pub mod probe;
pub mod rows;
pub mod shape;
pub mod slot;
pub mod tables;
pub mod visits;

use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use mamori_model::{BankId, EntryId};

use crate::hash_words::HashWords;
use crate::mmap_array::MmapArray;
use flips::Flips;
use rows::{BankNumbers, Ids};
use shape::{Plan, Shape};
use slot::Slot;
use tables::Tables;

pub use build::{Row, split};

/// The most rows in a segment.
pub const ROWS_MAX: usize = tables::ROWS_MAX;

/// Rows and their slots. It never changes; removed rows get tombstones beside it, see
/// [`crate::index_snapshot`].
pub struct Segment {
    parts: Parts,
    /// The plan for each distance, made at its first use; `None` where a scan is faster.
    plans: Vec<OnceLock<Option<Plan>>>,
    flips: Vec<Arc<Flips>>,
}

/// The contents of a segment, as a snapshot file stores them.
pub struct Parts {
    /// The hash of each row.
    pub hashes: MmapArray<HashWords>,
    /// The entry id of each row.
    pub ids: Ids,
    /// The number of each row's bank: its place in `banks`.
    pub bank_numbers: BankNumbers,
    /// The banks that have rows here.
    pub banks: Vec<BankId>,
    /// The widths of the slots.
    pub shape: Shape,
    /// The slots, in the order of `shape`.
    pub slots: Vec<Slot>,
    /// The directories and postings of all slots.
    pub tables: Tables,
}

impl Segment {
    /// Returns the number of rows, including removed ones.
    pub fn len(&self) -> usize {
        self.parts.hashes.len()
    }

    /// Returns the hashes, by row.
    pub fn hashes(&self) -> &[HashWords] {
        &self.parts.hashes
    }

    /// Returns the banks that have rows here.
    pub fn banks(&self) -> &[BankId] {
        &self.parts.banks
    }

    /// Returns the bank number of a row: its bank's place in [`Self::banks`].
    #[inline]
    pub fn bank_number(&self, row: usize) -> Option<usize> {
        self.parts.bank_numbers.get(row)
    }

    /// Returns the entry id of a row.
    pub fn id(&self, row: usize) -> Option<EntryId> {
        self.parts.ids.id(row)
    }

    /// Returns the row of an entry.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        self.parts.ids.row(id)
    }

    /// Returns the rows of the entries in `ids`.
    pub fn rows_in(&self, ids: &RangeInclusive<EntryId>) -> Range<usize> {
        self.parts.ids.rows_in(ids)
    }

    /// Returns the contents, for writing them to a snapshot file.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    fn slots(&self) -> &[Slot] {
        &self.parts.slots
    }

    /// Returns the slot after `slot`; the first one follows the last.
    fn after(&self, slot: usize) -> usize {
        if slot + 1 < self.slots().len() { slot + 1 } else { 0 }
    }

    fn tables(&self) -> &Tables {
        &self.parts.tables
    }

    fn shape(&self) -> &Shape {
        &self.parts.shape
    }

    fn plan(&self, distance: u32) -> Option<&Plan> {
        let plan = self.plans.get(usize::try_from(distance).ok()?)?;
        plan.get_or_init(|| self.shape().plan(distance)).as_ref()
    }

    /// Returns the masks that `plan` applies to the group number of a query in a slot; empty if the
    /// plan does not search the slot.
    fn flips(&self, slot: usize, plan: &Plan) -> &[u32] {
        let radius = plan.radii.get(slot).and_then(|radius| usize::try_from(*radius).ok());
        let flips = self.flips.get(slot).zip(radius);
        flips.map_or(&[], |(flips, radius)| flips.within(radius))
    }
}

#[cfg(test)]
mod tests;
