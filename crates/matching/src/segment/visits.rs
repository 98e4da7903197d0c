//! Which groups of a slot many queries visit, approximately in the order of memory.
//!
//! The groups of one query are spread over a whole slot, and each costs the wait for one or two
//! cache lines. The groups of a thousand queries cover the slot: in the order of memory they share
//! lines, and what comes next is read ahead as one stream, at a third of the cost of a separate
//! line.

use std::ops::Range;

use super::Segment;
use super::shape::{Plan, SLOTS_MAX};
use super::slot::as_index;

/// Bits of the query number in a visit; the other bits are the group number.
const QUERY_BITS: u32 = 10;
/// The most queries in a batch.
pub const QUERIES_MAX: usize = 1 << QUERY_BITS;
/// Rows whose tags fit into a near cache: a slot with no more than these is one part, and nothing
/// is sorted.
pub const WHOLE_ROWS: usize = 1 << 17;
/// Approximate rows in a part of a larger slot: those read ahead fit into the cache beside it.
const PART_ROWS: usize = 1 << 14;
/// Binary logarithm of the most parts of a slot: while visits are sorted, each part needs a cache
/// line to write to.
const PART_BITS_MAX: u32 = 11;

/// One query visits one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit(u32);

impl Visit {
    /// Returns the group number.
    #[inline]
    pub fn group(self) -> u32 {
        self.0 >> QUERY_BITS
    }

    /// Returns the place of the query in the batch.
    #[inline]
    pub fn query(self) -> u32 {
        self.0 & ((1 << QUERY_BITS) - 1)
    }
}

/// The visits of one slot, by parts of its directory.
#[derive(Default)]
pub struct Visits {
    all: Vec<Visit>,
    /// End of each part's visits in `all`.
    ends: Vec<u32>,
    /// Binary logarithm of the number of groups in a part.
    part_bits: u32,
}

impl Visits {
    /// Replaces the content with the visits to slot `index` of queries with these `keys`, at most
    /// [`QUERIES_MAX`] of them, according to `plan`.
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
            if let Some(count) = self.ends.get_mut(as_index(group >> part_bits)) {
                *count += 1;
            }
        }
        // Each number is first the beginning of a part; writing the visits moves it to the end.
        let mut all = 0;
        for end in &mut self.ends {
            all += std::mem::replace(end, all);
        }
        self.all.resize(as_index(all), Visit::default());
        for (group, query) in visits {
            let Some(end) = self.ends.get_mut(as_index(group >> part_bits)) else { continue };
            if let Some(place) = self.all.get_mut(as_index(*end)) {
                *place = Visit(group << QUERY_BITS | query);
            }
            *end += 1;
        }
    }

    /// Checks whether no query visits this slot.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the groups of each part and the visits to them.
    pub fn parts(&self) -> impl Iterator<Item = (Range<u32>, &[Visit])> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).zip(0_u32..).map(|((from, to), part)| {
            let groups = part << self.part_bits..(part + 1) << self.part_bits;
            (groups, self.all.get(as_index(*from)..as_index(*to)).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests;
