//! One look-up in a segment: which rows of the chosen groups agree, and which of those are near.
//!
//! What takes time is memory that no cache holds. So nothing is waited for: the tags of a group are
//! asked for while those of groups before it are read; a posting whose tag agrees waits for one
//! slot until its row's number is there, and for one more until the hash of that row is.

use std::ops::Range;

use super::Segment;
use super::choose::Choice;
use super::found::Found;
use super::shape::{Plan, RADIUS_MAX, SLOTS_MAX};
use super::slot::place;
use crate::kernel::{self, LINE_TAGS, fetch};
use crate::words::{Words, differing};

/// For how many groups ahead tags are asked for.
const AHEAD: usize = 16;

/// What a look-up needs for a while; a thread keeps it from one to the next.
#[derive(Default)]
pub struct Scratch {
    /// The query's key of each slot.
    pub keys: [u32; SLOTS_MAX],
    /// The groups to be read, slot by slot.
    pub groups: Vec<Group>,
    /// Of each slot, where its groups end in `groups`.
    pub ends: [usize; SLOTS_MAX],
    /// How far each slot looks; −1 where it is not asked.
    pub radii: [i8; SLOTS_MAX],
    /// Postings whose tags agree.
    found: Found<u32>,
    /// Those of the slot before.
    agreed: Found<u32>,
    /// The rows of those of the slot before that.
    rows: Vec<u32>,
}

/// Postings that lie together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The first posting, of all slots'.
    pub from: u32,
    /// The posting after the last.
    pub to: u32,
    /// In how many of the key's lower bits a row may differ here.
    pub low_max: u16,
    /// In how many bits of its tag.
    pub tag_max: u16,
}

/// In how many bits a row may differ in the groups of one slot, by how many bits of the group's own
/// number are flipped.
#[derive(Clone, Copy, Debug)]
pub struct Limits([(u16, u16); RADIUS_MAX + 1]);

impl Limits {
    /// Those of a slot and of the one after it, as `plan` has them look.
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

    /// These postings as a group.
    #[inline]
    pub fn group(self, postings: Range<u32>, flipped: u32) -> Group {
        let (low_max, tag_max) = self.0.get(place(flipped)).copied().unwrap_or_default();
        Group { from: postings.start, to: postings.end, low_max, tag_max }
    }
}

impl Segment {
    /// Calls `hit` with every row within `max` bits of `query` and its distance; each row once, in
    /// no order.
    pub fn near(
        &self,
        query: &Words,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        match self.choose(query, max, scratch) {
            Choice::Ask => self.ask(query, max, scratch, hit),
            Choice::Scan => kernel::scan(self.hashes(), query, max, hit),
        }
    }

    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    fn ask(&self, query: &Words, max: u32, scratch: &mut Scratch, hit: &mut impl FnMut(u32, u32)) {
        #[cfg(target_arch = "x86_64")]
        {
            if kernel::is_wide() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_wide(query, max, scratch, hit) };
            }
            if kernel::is_middling() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_middling(query, max, scratch, hit) };
            }
        }
        self.ask_with::<false>(query, max, scratch, hit);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
    fn ask_wide(
        &self,
        query: &Words,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.ask_with::<true>(query, max, scratch, hit);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn ask_middling(
        &self,
        query: &Words,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.ask_with::<false>(query, max, scratch, hit);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn ask_with<const WIDE: bool>(
        &self,
        query: &Words,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        let Scratch { keys, groups, ends, radii, found, agreed, rows } = scratch;
        let tables = self.tables();
        let hashes = self.hashes();
        let slots = self.slots();
        groups.iter().take(AHEAD).for_each(|group| expect(&tables.tags, group));
        agreed.clear();
        rows.clear();
        let mut from = 0;
        for step in 0..slots.len() + 2 {
            found.clear();
            if let (Some(slot), Some(to)) = (slots.get(step), ends.get(step)) {
                let key = |slot: usize| keys.get(slot).copied().unwrap_or(0);
                let sought = slot.sought(key(step), key(self.after(step)));
                for (at, group) in (from..).zip(groups.get(from..*to).unwrap_or_default()) {
                    if let Some(ahead) = groups.get(at + AHEAD) {
                        expect(&tables.tags, ahead);
                    }
                    kernel::agreeing::<WIDE, _>(&tables.tags, group, sought, found, |posting| {
                        posting
                    });
                }
                from = *to;
            }
            for posting in found.iter() {
                fetch(&tables.near, place(posting));
                fetch(&tables.far, place(posting));
            }
            for row in &*rows {
                let Some(hash) = hashes.get(place(*row)) else { continue };
                let distance = differing(hash, query);
                if distance <= max && self.is_first(step.wrapping_sub(2), hash, query, radii) {
                    hit(*row, distance);
                }
            }
            rows.clear();
            for posting in agreed.iter() {
                let row = tables.row(posting);
                fetch(hashes, place(row));
                rows.push(row);
            }
            std::mem::swap(found, agreed);
        }
    }

    /// Whether no slot before `index` has found `hash` too. Apart, as hardly any hash is near.
    #[cold]
    #[inline(never)]
    pub fn is_first(&self, index: usize, hash: &Words, query: &Words, radii: &[i8]) -> bool {
        let radius = |slot: usize| radii.get(slot).map_or(-1, |radius| i64::from(*radius));
        self.slots().iter().enumerate().take(index).all(|(at, slot)| {
            let (own, check) = slot.differing(hash, query);
            let both_max = radius(at) + radius((at + 1) % self.slots().len()) + 1;
            i64::from(own) > radius(at) || i64::from(own + check) > both_max
        })
    }
}

/// Asks for the tags of a group; what comes after the first lines of a long one the processor
/// foresees.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
pub fn expect(tags: &[u16], group: &Group) {
    let (from, last) = (place(group.from), place(group.to).saturating_sub(1));
    fetch(tags, from);
    fetch(tags, last.min(from + LINE_TAGS));
    fetch(tags, last);
    if last > from + 3 * LINE_TAGS {
        expect_more(tags, from + 2 * LINE_TAGS);
    }
}

#[cold]
#[inline(never)]
fn expect_more(tags: &[u16], from: usize) {
    fetch(tags, from);
    fetch(tags, from + LINE_TAGS);
}
