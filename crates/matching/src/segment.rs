//! Many PDQ hashes that no longer change, built for look-ups: a multi-index.
//!
//! The rows lie in the order of their entries' ids. Each slot ([`mod@slot`]) has them once more, in
//! the order of some of their bits; what is near to a query agrees with it in one of the slots at
//! least, and in the slot after it too, so to speak ([`mod@shape`] has the proof). A look-up in ten
//! million rows compares about 200 hashes.

pub mod batch;
mod build;
mod choose;
mod cost;
mod flips;
pub mod found;
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

use crate::large::Large;
use crate::words::Words;
use flips::Flips;
use rows::{BankNumbers, Ids};
use shape::{Plan, Shape};
use slot::Slot;
use tables::Tables;

pub use build::{Row, split};

/// The most rows of a segment.
pub const ROWS_MAX: usize = tables::ROWS_MAX;

/// Rows and their slots. It never changes; what left is noted beside it, see [`crate::pile`].
pub struct Segment {
    parts: Parts,
    /// How to look as far as each distance, once it was asked for; `None` where a scan is better.
    plans: Vec<OnceLock<Option<Plan>>>,
    flips: Vec<Arc<Flips>>,
}

/// What a segment is made of, and what a snapshot has of it.
pub struct Parts {
    /// The hash of each row.
    pub hashes: Large<Words>,
    /// The entry of each row.
    pub ids: Ids,
    /// Which of `banks` each row is in.
    pub bank_numbers: BankNumbers,
    /// The banks.
    pub banks: Vec<BankId>,
    /// The widths of the slots.
    pub shape: Shape,
    /// The slots.
    pub slots: Vec<Slot>,
    /// Their tables.
    pub tables: Tables,
}

impl Segment {
    /// How many rows there are, those that left included.
    pub fn len(&self) -> usize {
        self.parts.hashes.len()
    }

    /// The hashes, by row.
    pub fn hashes(&self) -> &[Words] {
        &self.parts.hashes
    }

    /// The banks that have rows here.
    pub fn banks(&self) -> &[BankId] {
        &self.parts.banks
    }

    /// Which of [`Self::banks`] a row is in.
    #[inline]
    pub fn bank_number(&self, row: usize) -> Option<usize> {
        self.parts.bank_numbers.get(row)
    }

    /// The entry of a row.
    pub fn id(&self, row: usize) -> Option<EntryId> {
        self.parts.ids.id(row)
    }

    /// The row of an entry.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        self.parts.ids.row(id)
    }

    /// The rows of the entries in `ids`.
    pub fn rows_in(&self, ids: &RangeInclusive<EntryId>) -> Range<usize> {
        self.parts.ids.rows_in(ids)
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    fn slots(&self) -> &[Slot] {
        &self.parts.slots
    }

    /// The slot after a slot; after the last comes the first.
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

    /// What a look-up by `plan` flips of the group's number in a slot; nothing where it does not ask.
    fn flips(&self, slot: usize, plan: &Plan) -> &[u32] {
        let radius = plan.radii.get(slot).and_then(|radius| usize::try_from(*radius).ok());
        let flips = self.flips.get(slot).zip(radius);
        flips.map_or(&[], |(flips, radius)| flips.within(radius))
    }
}

#[cfg(test)]
mod tests;
