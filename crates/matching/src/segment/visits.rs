//! Which groups of a slot many queries look into, in about the order of memory.
//!
//! The groups of one query lie all over a slot, and each costs the wait for a cache line or two.
//! Those of a thousand queries lie everywhere: in the order of memory they share lines, and what
//! comes next can be read ahead as one stream, at a third of the price of a line.

use std::ops::Range;

use super::Segment;
use super::shape::{Plan, SLOTS_MAX};
use super::slot::place;

/// The bits of a query's number in a visit; the group's number has the others.
const QUERY_BITS: u32 = 10;
/// How many queries at most go together.
pub const QUERIES_MAX: usize = 1 << QUERY_BITS;
/// The tags of so many rows fit into a near cache: a slot that has no more is one part, and nothing
/// is sorted.
pub const WHOLE_ROWS: usize = 1 << 17;
/// About how many rows a part of a larger slot has: what is read ahead of it fits beside it.
const PART_ROWS: usize = 1 << 14;
/// Into how many parts a slot is cut at most, as a power of two: while visits are sorted, each has a
/// cache line that is written to.
const PART_BITS_MAX: u32 = 11;

/// A query looks into a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit(u32);

impl Visit {
    /// The number of the group.
    #[inline]
    pub fn group(self) -> u32 {
        self.0 >> QUERY_BITS
    }

    /// The place of the query.
    #[inline]
    pub fn query(self) -> u32 {
        self.0 & ((1 << QUERY_BITS) - 1)
    }
}

/// The visits of one slot, part by part of its directory.
#[derive(Default)]
pub struct Visits {
    all: Vec<Visit>,
    /// Of each part, where its visits end.
    ends: Vec<u32>,
    /// Groups of a part, as a power of two.
    part_bits: u32,
}

impl Visits {
    /// Takes the visits of slot `index` in place of what was there: those of queries with these
    /// `keys`, [`QUERIES_MAX`] of them at most, as `plan` has them look.
    pub fn fill(
        &mut self,
        segment: &Segment,
        index: usize,
        plan: &Plan,
        keys: &[[u32; SLOTS_MAX]],
    ) {
        self.all.clear();
        self.ends.clear();
        let Some(slot) = segment.slots().get(index) else { return };
        let parts = if segment.len() <= WHOLE_ROWS { 1 } else { segment.len() / PART_ROWS };
        let parts = parts.ilog2().min(PART_BITS_MAX).min(slot.high);
        self.part_bits = slot.high - parts;
        let flips = segment.flips(index, plan);
        let own = keys.iter().map(|keys| keys.get(index).map_or(0, |key| key >> slot.low));
        let visits = own
            .zip(0_u32..)
            .flat_map(|(own, query)| flips.iter().map(move |flip| (own ^ flip, query)));

        if parts == 0 {
            self.all.extend(visits.map(|(group, query)| Visit(group << QUERY_BITS | query)));
            self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
            return;
        }
        self.ends.resize(1 << parts, 0);
        let part_bits = self.part_bits;
        for (group, _) in visits.clone() {
            if let Some(count) = self.ends.get_mut(place(group >> part_bits)) {
                *count += 1;
            }
        }
        // Of each part first where it begins; while its visits are written, that becomes its end.
        let mut all = 0;
        for end in &mut self.ends {
            all += std::mem::replace(end, all);
        }
        self.all.resize(place(all), Visit::default());
        for (group, query) in visits {
            let Some(end) = self.ends.get_mut(place(group >> part_bits)) else { continue };
            if let Some(place) = self.all.get_mut(place(*end)) {
                *place = Visit(group << QUERY_BITS | query);
            }
            *end += 1;
        }
    }

    /// Whether nobody looks into this slot.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The groups of each part and who looks into them.
    pub fn parts(&self) -> impl Iterator<Item = (Range<u32>, &[Visit])> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).zip(0_u32..).map(|((from, to), part)| {
            let groups = part << self.part_bits..(part + 1) << self.part_bits;
            (groups, self.all.get(place(*from)..place(*to)).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests;
