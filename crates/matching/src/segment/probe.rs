//! One look-up in a segment: which rows of the chosen groups agree, and which of those are near.
//!
//! What takes time is memory that no cache holds. So each slot goes through three steps, and the
//! steps of neighbouring slots overlap: ask for its postings; read them, and ask for the hashes of
//! the rows that agree; compare those hashes. By the time of each step its memory has come.

use super::Segment;
use super::choose::Choice;
use super::shape::SLOTS_MAX;
use super::slot::place;
use crate::kernel::{self, fetch};
use crate::words::{Words, differing};

/// What a look-up needs for a while; a thread keeps it from one to the next.
#[derive(Default)]
pub struct Scratch {
    /// The groups to be read, slot by slot.
    pub groups: Vec<Group>,
    /// Of each slot, where its groups end in `groups`.
    pub ends: [usize; SLOTS_MAX],
    /// How far each slot looks; −1 where it is not asked.
    pub radii: [i8; SLOTS_MAX],
    /// The rows that agreed, of two neighbouring slots.
    rows: [Vec<u32>; 2],
}

/// Postings that lie together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The first posting.
    pub from: u32,
    /// The posting after the last.
    pub to: u32,
    /// In how many of the lower bits a row may differ here.
    pub low_max: u32,
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
        if kernel::is_wide() {
            // SAFETY: the processor has the features, as the question above found.
            return unsafe { self.ask_wide(query, max, scratch, hit) };
        }
        self.ask_with::<false>(query, max, scratch, hit);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,bmi2,popcnt")]
    fn ask_wide(
        &self,
        query: &Words,
        max: u32,
        scratch: &mut Scratch,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.ask_with::<true>(query, max, scratch, hit);
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
        let Scratch { groups, ends, radii, rows: [reading, agreed] } = scratch;
        let groups_of = |slot: usize| {
            let before = slot.checked_sub(1).and_then(|before| ends.get(before));
            let from = before.copied().unwrap_or(0);
            groups.get(from..ends.get(slot).copied().unwrap_or(from)).unwrap_or_default()
        };
        let hashes = self.hashes();
        let slots = self.slots();
        agreed.clear();
        for step in 0..slots.len() + 2 {
            // Ask for the postings of this slot,
            if let Some(slot) = slots.get(step) {
                let postings = slot.postings(self.tables());
                for group in groups_of(step) {
                    fetch(postings, place(group.from));
                    fetch(postings, place(group.to) - 1);
                }
            }
            // read those of the slot before and ask for the hashes of what agrees,
            reading.clear();
            if let Some((index, slot)) = step.checked_sub(1).zip(slots.get(step.wrapping_sub(1))) {
                let low = slot.key.of::<WIDE>(query) & slot.low_mask();
                let postings = slot.postings(self.tables());
                kernel::agreeing::<WIDE>(postings, groups_of(index), low, reading);
                for row in &*reading {
                    fetch(hashes, place(*row));
                }
            }
            // and compare the hashes that the slot before that asked for.
            for row in &*agreed {
                let Some(hash) = hashes.get(place(*row)) else { continue };
                let distance = differing(hash, query);
                if distance <= max && self.is_first(step.wrapping_sub(2), hash, query, radii) {
                    hit(*row, distance);
                }
            }
            std::mem::swap(reading, agreed);
        }
    }

    /// Whether no slot before `index` has found `hash` too. Apart, as hardly any hash is near.
    #[cold]
    #[inline(never)]
    fn is_first(&self, index: usize, hash: &Words, query: &Words, radii: &[i8]) -> bool {
        let mut before = self.slots().iter().zip(radii).take(index);
        before.all(|(slot, radius)| {
            let differing = slot.key.of::<false>(hash) ^ slot.key.of::<false>(query);
            i64::from(differing.count_ones()) > i64::from(*radius)
        })
    }
}
