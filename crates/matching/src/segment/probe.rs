//! One look-up in a segment: which rows of the chosen groups have tags that agree, and which of
//! those rows are near.
//!
//! Most of the time goes into memory that no cache holds. So every read is prefetched some steps
//! ahead, while other groups are compared.

use std::ops::Range;

use super::Segment;
use super::branchless_vec::BranchlessVec;
use super::shape::{Plan, RADIUS_MAX, SLOTS_MAX};
use super::slot::{QueryTag, Slot, as_index, group};
use crate::hash_words::{HashWords, differing};
use crate::kernel::{self, LINE_TAGS, prefetch};

/// Groups in a step: their reads are about as many as a processor can prefetch at a time.
const STEP_GROUPS: usize = 32;

/// Working memory of a look-up; a thread reuses it for the next one.
#[derive(Default)]
pub struct Scratch {
    /// The query's key in each slot.
    keys: [u32; SLOTS_MAX],
    /// The hits: row and distance in bits.
    hits: Vec<(u32, u32)>,
    /// The groups of the next step and of this one.
    groups: [Vec<Group>; 2],
    /// Postings whose tags agree, of this step and of the previous one.
    found: [BranchlessVec<u32>; 2],
    /// Rows of the agreeing postings of the step before the previous one.
    rows: Vec<u32>,
}

/// Some of a slot's groups.
#[derive(Clone, Copy)]
struct Step<'a> {
    /// The slot; below, its place among the slots.
    slot: &'a Slot,
    index: usize,
    /// The slot's directory.
    directory: &'a [u32],
    /// The group number of the query itself.
    own: u32,
    /// The masks that give the numbers of the groups to visit.
    flips: &'a [u32],
    limits: Limits,
    query_tag: QueryTag,
}

/// A run of adjacent postings with the same limits.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The first posting, counted among those of all slots.
    pub from: u32,
    /// The posting after the last one.
    pub to: u32,
    /// Bits in which a row may differ among the key's lower bits.
    pub low_max: u16,
    /// Bits in which a row may differ in its whole tag.
    pub tag_max: u16,
}

/// The limits of the groups of one slot, in bits: [`Group::low_max`] and [`Group::tag_max`], by how
/// many bits of the query's group number are flipped.
#[derive(Clone, Copy, Debug)]
pub struct Limits([(u16, u16); RADIUS_MAX + 1]);

impl Limits {
    /// Derives the limits of a slot from its radius and that of the slot `after` it in `plan`.
    pub fn of(plan: &Plan, slot: usize, after: usize) -> Self {
        let radius = |slot: usize| plan.radii.get(slot).map_or(-1, |radius| i32::from(*radius));
        let (own, both) = (radius(slot), radius(slot) + radius(after) + 1);
        let left = |all: i32, flipped: i32| u16::try_from(all - flipped).unwrap_or(0);
        let mut limits = [(0, 0); RADIUS_MAX + 1];
        for (limit, flipped) in limits.iter_mut().zip(0..) {
            *limit = (left(own, flipped), left(both, flipped));
        }
        Self(limits)
    }

    /// Makes a group of these postings, in which `flipped` bits of the group number are flipped.
    #[inline]
    pub fn group(self, postings: Range<u32>, flipped: u32) -> Group {
        let (low_max, tag_max) = self.0.get(as_index(flipped)).copied().unwrap_or_default();
        Group { from: postings.start, to: postings.end, low_max, tag_max }
    }
}

impl Segment {
    /// Calls `hit` with every row within `max` bits of `query` and its distance, each row once, in
    /// no order.
    pub fn near(
        &self,
        query: &HashWords,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        let Some(plan) = self.plan(max) else {
            return kernel::scan(self.hashes(), query, max, hit);
        };
        self.keys(query, &mut scratch.keys);
        if self.search(query, max, plan, self.crowded(plan), scratch) {
            scratch.hits.iter().for_each(|(row, distance)| hit(*row, *distance));
        } else {
            self.near_in_crowded_groups(query, max, scratch, hit);
        }
    }

    /// Answers as [`Self::near`] does, for a query whose groups are known to be crowded.
    pub fn near_in_crowded_groups(
        &self,
        query: &HashWords,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.keys(query, &mut scratch.keys);
        let Some(plan) = self.choose(&scratch.keys, max) else {
            return kernel::scan(self.hashes(), query, max, hit);
        };
        self.search(query, max, &plan, u64::MAX, scratch);
        scratch.hits.iter().for_each(|(row, distance)| hit(*row, *distance));
    }

    /// Collects the hits in `scratch`, which holds the keys. Stops and returns `false` if the
    /// groups have more than `most` postings.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    fn search(
        &self,
        query: &HashWords,
        max: u32,
        plan: &Plan,
        most: u64,
        scratch: &mut Scratch,
    ) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            if kernel::has_avx512() {
                // SAFETY: the processor has the features, as `has_avx512` found.
                return unsafe { self.search_avx512(query, max, plan, most, scratch) };
            }
            if kernel::has_avx2() {
                // SAFETY: the processor has the features, as `has_avx2` found.
                return unsafe { self.search_avx2(query, max, plan, most, scratch) };
            }
        }
        self.search_with::<false>(query, max, plan, most, scratch)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
    fn search_avx512(
        &self,
        query: &HashWords,
        max: u32,
        plan: &Plan,
        most: u64,
        scratch: &mut Scratch,
    ) -> bool {
        self.search_with::<true>(query, max, plan, most, scratch)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn search_avx2(
        &self,
        query: &HashWords,
        max: u32,
        plan: &Plan,
        most: u64,
        scratch: &mut Scratch,
    ) -> bool {
        self.search_with::<false>(query, max, plan, most, scratch)
    }

    /// Each step passes through five stages, one for each turn of the loop, so that its memory has
    /// arrived before each stage. First its places in the directory are prefetched. Then its groups
    /// are noted and their tags prefetched. Then the tags are compared and the numbers of the
    /// agreeing rows prefetched. Then the numbers are read and their hashes prefetched. Last the
    /// hashes are compared.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn search_with<const AVX512: bool>(
        &self,
        query: &HashWords,
        max: u32,
        plan: &Plan,
        most: u64,
        scratch: &mut Scratch,
    ) -> bool {
        let Scratch { keys, hits, groups, found, rows } = scratch;
        let ([next, groups], [found, agreed]) = (groups, found);
        let (tables, hashes) = (self.tables(), self.hashes());
        hits.clear();
        groups.clear();
        agreed.clear();
        rows.clear();
        let mut all = 0;
        let mut under_way: [Option<Step<'_>>; 4] = [None; 4];
        for step in self.steps(keys, plan).map(Some).chain([None; 4]) {
            let [noting, reading, telling, comparing] = under_way;
            if let Some(Step { directory, own, flips, .. }) = step {
                for flip in flips {
                    prefetch(directory, as_index(own ^ flip));
                }
            }
            next.clear();
            if let Some(Step { slot, directory, own, flips, limits, .. }) = noting {
                for flip in flips {
                    let (from, to) = group(directory, own ^ flip);
                    if from < to {
                        all += u64::from(to - from);
                        let group =
                            limits.group(slot.posting(from)..slot.posting(to), flip.count_ones());
                        prefetch_group(&tables.tags, &group);
                        next.push(group);
                    }
                }
                if all > most {
                    return false;
                }
            }
            found.clear();
            if let Some(Step { query_tag, .. }) = reading {
                for group in &*groups {
                    kernel::agreeing::<AVX512, _>(&tables.tags, group, query_tag, found, |it| it);
                }
                for posting in found.iter() {
                    prefetch(&tables.rows_low, as_index(posting));
                    prefetch(&tables.rows_high, as_index(posting));
                }
            }
            if let Some(Step { index, .. }) = comparing {
                for row in &*rows {
                    let Some(hash) = hashes.get(as_index(*row)) else { continue };
                    let distance = differing(hash, query);
                    if distance <= max && self.is_first(index, hash, query, &plan.radii) {
                        hits.push((*row, distance));
                    }
                }
            }
            rows.clear();
            for posting in agreed.iter() {
                let row = tables.row(posting);
                prefetch(hashes, as_index(row));
                rows.push(row);
            }
            std::mem::swap(next, groups);
            std::mem::swap(found, agreed);
            under_way = [step, noting, reading, telling];
        }
        true
    }

    /// Returns the groups that `plan` visits for a query with these keys, slot by slot.
    fn steps<'a>(
        &'a self,
        keys: &'a [u32; SLOTS_MAX],
        plan: &'a Plan,
    ) -> impl Iterator<Item = Step<'a>> {
        let key = |slot: usize| keys.get(slot).copied().unwrap_or(0);
        self.slots().iter().enumerate().flat_map(move |(index, slot)| {
            let after = self.after(index);
            let directory = slot.directory(self.tables());
            let limits = Limits::of(plan, index, after);
            let query_tag = slot.query_tag(key(index), key(after));
            let own = key(index) >> slot.low;
            let some = self.flips(index, plan).chunks(STEP_GROUPS);
            some.map(move |flips| Step { slot, index, directory, own, flips, limits, query_tag })
        })
    }

    /// Checks that no slot before `index` finds `hash` too, so that each row is a hit once.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn is_first(
        &self,
        index: usize,
        hash: &HashWords,
        query: &HashWords,
        radii: &[i8],
    ) -> bool {
        let radius = |slot: usize| radii.get(slot).map_or(-1, |radius| i64::from(*radius));
        let mut flipped = *hash;
        flipped.iter_mut().zip(query).for_each(|(flipped, word)| *flipped ^= word);
        self.slots().iter().enumerate().take(index).all(|(at, slot)| {
            let (own, check) = slot.differing(&flipped);
            let both_max = radius(at) + radius(self.after(at)) + 1;
            i64::from(own) > radius(at) || i64::from(own + check) > both_max
        })
    }
}

/// Prefetches the tags of a group. In a long group the hardware prefetcher recognises the order
/// after the first lines.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
pub fn prefetch_group(tags: &[u16], group: &Group) {
    let (from, last) = (as_index(group.from), as_index(group.to).saturating_sub(1));
    prefetch(tags, from);
    prefetch(tags, last.min(from + LINE_TAGS));
    prefetch(tags, last);
    if last > from + 3 * LINE_TAGS {
        prefetch_more(tags, from + 2 * LINE_TAGS);
    }
}

#[cold]
#[inline(never)]
fn prefetch_more(tags: &[u16], from: usize) {
    prefetch(tags, from);
    prefetch(tags, from + LINE_TAGS);
}
