//! The directories and the postings of all slots of a segment, and how they are built.

use std::io;

use super::shape::Layout;
use super::slot::{Slot, as_index};
use crate::hash_words::HashWords;
use crate::mmap_array::MmapArray;

/// The most rows in a segment: a row number must fit beside group and tag in a waiting word.
pub const ROWS_MAX: usize = (1 << TAG_SHIFT) - 1;
/// Approximate number of rows that are placed at a time: as many as fit into a near cache.
const PART_ROWS: usize = 8_192;
/// Position of the group number in the word of a row that waits to be placed; below it are the tag
/// and the row number.
const GROUP_SHIFT: u32 = 40;
const TAG_SHIFT: u32 = 24;

/// The slots' tables, one after the other, so that together they fill huge pages.
pub struct Tables {
    /// For each group of each slot, the beginning of its postings among those of the slot; each
    /// slot has one more place for the end of its last group.
    pub directory: MmapArray<u32>,
    /// The tag of each posting, and above it the bits of the row number that fit beside it.
    pub tags: MmapArray<u16>,
    /// The lowest 16 bits of each posting's row number.
    pub rows_low: MmapArray<u16>,
    /// The next eight bits, if the layout has them; otherwise empty.
    pub rows_high: MmapArray<u8>,
    /// The layout of the postings.
    pub layout: Layout,
}

/// The postings of one slot while they are written.
struct Postings<'a> {
    tags: &'a mut [u16],
    rows_low: &'a mut [u16],
    rows_high: &'a mut [u8],
    layout: Layout,
}

impl Tables {
    /// Allocates zeroed tables for `slots` slots whose directories have `places` places in total.
    /// Fails if there is no memory.
    pub fn zeroed(layout: Layout, slots: usize, places: usize, rows: usize) -> io::Result<Self> {
        let postings = slots * rows;
        Ok(Self {
            directory: MmapArray::zeroed(places)?,
            tags: MmapArray::zeroed(postings)?,
            rows_low: MmapArray::zeroed(postings)?,
            rows_high: MmapArray::zeroed(if layout.has_rows_high { postings } else { 0 })?,
            layout,
        })
    }

    /// Builds the tables of `slots`, whose directories have `places` places in total, for the rows
    /// with these `hashes`. Fails if there is no memory.
    pub fn build(
        layout: Layout,
        slots: &[Slot],
        places: usize,
        hashes: &[HashWords],
    ) -> io::Result<Self> {
        let rows = hashes.len();
        let mut tables = Self::zeroed(layout, slots.len(), places, rows)?;
        let mut waiting = MmapArray::<u64>::zeroed(rows)?;
        let mut directory: &mut [u32] = &mut tables.directory;
        let ends = slots.iter().skip(1).map(|slot| slot.directory_from).chain([places]);
        let mut tags = tables.tags.chunks_mut(rows.max(1));
        let mut rows_low = tables.rows_low.chunks_mut(rows.max(1));
        let mut rows_high = tables.rows_high.chunks_mut(rows.max(1));
        for (slot, end) in slots.iter().zip(ends) {
            let (mine, rest) = directory.split_at_mut(end - slot.directory_from);
            directory = rest;
            let (Some(tags), Some(rows_low)) = (tags.next(), rows_low.next()) else { break };
            let rows_high = rows_high.next().unwrap_or_default();
            slot.fill(
                hashes,
                &mut waiting,
                mine,
                &mut Postings { tags, rows_low, rows_high, layout },
            );
        }
        Ok(tables)
    }

    /// Returns the row of a posting.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn row(&self, posting: u32) -> u32 {
        let at = as_index(posting);
        let rows_high = self.rows_high.get(at).copied().map_or(0, u32::from);
        let rows_low = self.rows_low.get(at).copied().map_or(0, u32::from);
        let above = self.tags.get(at).map_or(0, |tag| u32::from(*tag) >> self.layout.tag_bits);
        above << self.layout.row_bits_beside() | rows_high << 16 | rows_low
    }
}

impl Postings<'_> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn put(&mut self, at: usize, tag: u16, row: u32) {
        let [low, high] = [row, row >> 16].map(lower_half);
        let above = lower_half(row >> self.layout.row_bits_beside());
        if let Some(place) = self.tags.get_mut(at) {
            *place =
                u16::try_from(u32::from(above) << self.layout.tag_bits & 0xffff).unwrap_or(0) | tag;
        }
        if let Some(place) = self.rows_low.get_mut(at) {
            *place = low;
        }
        if let Some(place) = self.rows_high.get_mut(at) {
            *place = u8::try_from(high & 0xff).unwrap_or(0);
        }
    }
}

impl Slot {
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    fn fill(
        &self,
        hashes: &[HashWords],
        waiting: &mut [u64],
        directory: &mut [u32],
        postings: &mut Postings<'_>,
    ) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("bmi2") {
            // SAFETY: the processor has the feature, as the line above found.
            return unsafe { self.fill_bmi2(hashes, waiting, directory, postings) };
        }
        self.fill_with::<false>(hashes, waiting, directory, postings);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi2")]
    fn fill_bmi2(
        &self,
        hashes: &[HashWords],
        waiting: &mut [u64],
        directory: &mut [u32],
        postings: &mut Postings<'_>,
    ) {
        self.fill_with::<true>(hashes, waiting, directory, postings);
    }

    /// Sorts the rows in two passes. The first puts them into parts by the upper bits of their
    /// group numbers, writing few streams; the second puts each part, which fits into a near cache,
    /// into groups.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn fill_with<const BMI2: bool>(
        &self,
        hashes: &[HashWords],
        waiting: &mut [u64],
        directory: &mut [u32],
        postings: &mut Postings<'_>,
    ) {
        let groups = directory.len() - 1;
        let high = groups.ilog2();
        let part_bits = (hashes.len() / PART_ROWS).max(1).ilog2().min(high);
        let within = high - part_bits;
        let mut ends = vec![0_u32; 1 << part_bits];
        for hash in hashes {
            if let Some(count) =
                ends.get_mut(as_index(self.key.of::<BMI2>(hash) >> self.low >> within))
            {
                *count += 1;
            }
        }
        prefix_sums(&mut ends);
        let rows = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        for (row, hash) in (0..rows).zip(hashes) {
            let key = self.key.of::<BMI2>(hash);
            let tag = self.tag(key, self.next.of::<BMI2>(hash));
            let group = key >> self.low;
            if let Some(next) = ends.get_mut(as_index(group >> within)) {
                if let Some(waits) = waiting.get_mut(as_index(*next)) {
                    *waits = u64::from(group) << GROUP_SHIFT
                        | u64::from(tag) << TAG_SHIFT
                        | u64::from(row);
                }
                *next += 1;
            }
        }
        let mut from = 0;
        let (directory, last) = directory.split_at_mut(groups);
        for (end, directory) in ends.iter().zip(directory.chunks_mut(1 << within)) {
            let part = waiting.get(from..as_index(*end)).unwrap_or_default();
            fill_groups(part, from, (1 << within) - 1, directory, postings);
            from = as_index(*end);
        }
        last.fill(rows);
    }
}

/// Puts the rows of a part, whose postings begin at `from`, into their groups, and writes the
/// beginning of each group to `directory`. The bits of a group number under `mask` are its place
/// there.
fn fill_groups(
    part: &[u64],
    from: usize,
    mask: usize,
    directory: &mut [u32],
    postings: &mut Postings<'_>,
) {
    let group = |waits: u64| usize::try_from(waits >> GROUP_SHIFT).unwrap_or(0) & mask;
    for waits in part {
        if let Some(count) = directory.get_mut(group(*waits)) {
            *count += 1;
        }
    }
    // Counts become ends; placing the rows from the last on moves each end to its beginning.
    let mut end = u32::try_from(from).unwrap_or(u32::MAX);
    for count in directory.iter_mut() {
        end += *count;
        *count = end;
    }
    for waits in part.iter().rev() {
        if let Some(next) = directory.get_mut(group(*waits)) {
            *next -= 1;
            let row = u32::try_from(waits & ((1 << TAG_SHIFT) - 1)).unwrap_or(0);
            let tag = u16::try_from(waits >> TAG_SHIFT & 0xffff).unwrap_or(0);
            postings.put(as_index(*next), tag, row);
        }
    }
}

/// Replaces counts with the beginnings that follow from them.
fn prefix_sums(counts: &mut [u32]) {
    let mut next = 0;
    for count in counts {
        next += std::mem::replace(count, next);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn lower_half(number: u32) -> u16 {
    u16::try_from(number & 0xffff).unwrap_or(0)
}

#[cfg(test)]
mod tests;
