//! Many PDQ hashes that no longer change, built for look-ups: a multi-index.
//!
//! The rows lie in the order of their entries' ids. Each slot ([`mod@slot`]) has them once more, in
//! the order of some of their bits; what is near to a query agrees with it in one of the slots at
//! least ([`mod@shape`] has the proof and the prices). A look-up in ten million rows compares about
//! 2,600 of them.

mod build;
mod choose;
mod flips;
pub mod probe;
pub mod shape;
pub mod slot;

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use mamori_model::{BankId, EntryId};

use crate::large::Large;
use crate::words::Words;
use flips::Flips;
use shape::{Plan, Shape};
use slot::{Slot, Tables};

pub use build::{Row, split};

/// The most rows of a segment.
pub const ROWS_MAX: usize = slot::ROWS_MAX;

/// Rows and their slots. It never changes; what left is noted beside it, see [`crate::pile`].
pub struct Segment {
    parts: Parts,
    /// How to look as far as each distance; `None` where a scan is better.
    plans: Vec<Option<Plan>>,
    flips: Vec<Arc<Flips>>,
}

/// What a segment is made of, and what a snapshot has of it.
pub struct Parts {
    /// The hash of each row.
    pub hashes: Large<Words>,
    /// The id of the first row; the others are told by how far they are from it.
    pub first: EntryId,
    /// How far the id of each row is from the first.
    pub after_first: Large<u32>,
    /// Which of `banks` each row is in.
    pub bank_of: Large<u16>,
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

    /// Which of [`Self::banks`] each row is in.
    pub fn bank_of(&self) -> &[u16] {
        &self.parts.bank_of
    }

    /// The entry of a row.
    pub fn id(&self, row: usize) -> Option<EntryId> {
        let after = i64::from(*self.parts.after_first.get(row)?);
        EntryId::new(self.parts.first.number() + after)
    }

    /// The row of an entry.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        let after = u32::try_from(id.number() - self.parts.first.number()).ok()?;
        // New entries have larger ids than all before: no search for them.
        if self.parts.after_first.last().is_none_or(|last| *last < after) {
            return None;
        }
        self.parts.after_first.binary_search(&after).ok()
    }

    /// The rows of the entries in `ids`.
    pub fn rows_in(&self, ids: &RangeInclusive<EntryId>) -> Range<usize> {
        let after = |id: &EntryId| id.number() - self.parts.first.number();
        let (start, end) = (after(ids.start()), after(ids.end()));
        let from = self.parts.after_first.partition_point(|after| i64::from(*after) < start);
        let to = self.parts.after_first.partition_point(|after| i64::from(*after) <= end);
        from..to.max(from)
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    fn slots(&self) -> &[Slot] {
        &self.parts.slots
    }

    fn tables(&self) -> &Tables {
        &self.parts.tables
    }

    fn shape(&self) -> &Shape {
        &self.parts.shape
    }

    fn plan(&self, distance: u32) -> Option<&Plan> {
        self.plans.get(usize::try_from(distance).ok()?)?.as_ref()
    }

    /// The flips of a slot's upper bits: of none of them, of one, of two, of three.
    fn flips(&self, slot: usize) -> &Flips {
        static NONE: Flips = [const { Vec::new() }; shape::RADIUS_MAX + 1];
        self.flips.get(slot).map_or(&NONE, |flips| flips)
    }
}

#[cfg(test)]
mod tests;
