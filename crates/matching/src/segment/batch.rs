//! Many look-ups in a segment at once, slot by slot.
//!
//! A slot's directory and tags are asked by all queries before those of the next slot are: what one
//! query had to fetch from memory, the next ones find in a cache. One query by itself cannot do
//! that, as it reads each place once.

use super::Segment;
use super::probe::{Group, expect};
use super::shape::{Plan, SLOTS_MAX};
use super::slot::place;
use crate::kernel::{self, fetch};
use crate::words::{Words, differing};

/// What many look-ups need for a while; a thread keeps it from one time to the next.
#[derive(Default)]
pub struct Scratch {
    /// The keys of each query.
    keys: Vec<[u32; SLOTS_MAX]>,
    /// How many postings the groups of each query had so far.
    postings: Vec<u64>,
    /// What is near: the query, the row, the distance.
    hits: Vec<(usize, u32, u32)>,
    /// The groups of the step that is to come, and of this one.
    groups: [Vec<Group>; 2],
    /// Postings whose tags agree, of this step and of the one before.
    found: [Vec<u32>; 2],
    /// The rows of those of the step before that.
    rows: Vec<u32>,
}

/// One query and one slot.
#[derive(Clone, Copy)]
struct Step {
    slot: usize,
    query: usize,
}

impl Segment {
    /// As [`Segment::near`] for each of `queries`; `hit` is told the place of the query first.
    pub fn near_each(
        &self,
        queries: &[Words],
        max: u32,
        scratch: &mut Scratch,
        single: &mut super::probe::Scratch,
        hit: &mut impl FnMut(usize, u32, u32),
    ) {
        let Some(plan) = self.plan(max) else {
            for (at, query) in queries.iter().enumerate() {
                self.near(query, max, single, &mut |row, distance| hit(at, row, distance));
            }
            return;
        };
        scratch.keys.resize(queries.len(), [0; SLOTS_MAX]);
        for (query, keys) in queries.iter().zip(&mut scratch.keys) {
            self.keys(query, keys);
        }
        scratch.postings.clear();
        scratch.postings.resize(queries.len(), 0);
        scratch.hits.clear();
        self.ask_each(queries, max, plan, scratch);
        // Whose groups turned out to be crowded is asked alone, which chooses its groups anew.
        let is_crowded = |at: usize| scratch.postings.get(at).is_some_and(|n| plan.is_crowded(*n));
        for (at, row, distance) in scratch.hits.iter().filter(|(at, ..)| !is_crowded(*at)) {
            hit(*at, *row, *distance);
        }
        for (at, query) in queries.iter().enumerate().filter(|(at, _)| is_crowded(*at)) {
            self.near(query, max, single, &mut |row, distance| hit(at, row, distance));
        }
    }

    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    fn ask_each(&self, queries: &[Words], max: u32, plan: &Plan, scratch: &mut Scratch) {
        #[cfg(target_arch = "x86_64")]
        {
            if kernel::is_wide() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_each_wide(queries, max, plan, scratch) };
            }
            if kernel::is_middling() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_each_middling(queries, max, plan, scratch) };
            }
        }
        self.ask_each_with::<false>(queries, max, plan, scratch);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
    fn ask_each_wide(&self, queries: &[Words], max: u32, plan: &Plan, scratch: &mut Scratch) {
        self.ask_each_with::<true>(queries, max, plan, scratch);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn ask_each_middling(&self, queries: &[Words], max: u32, plan: &Plan, scratch: &mut Scratch) {
        self.ask_each_with::<false>(queries, max, plan, scratch);
    }

    /// Each step goes through four stages, one for each turn of the loop, and by the time of each
    /// its memory has come: its groups are noted and their tags asked for; the tags are read, and
    /// the numbers of those rows asked for that agree; the numbers are read and their hashes asked
    /// for; the hashes are compared.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn ask_each_with<const WIDE: bool>(
        &self,
        queries: &[Words],
        max: u32,
        plan: &Plan,
        scratch: &mut Scratch,
    ) {
        let Scratch { keys, postings, hits, groups, found, rows } = scratch;
        let ([next, groups], [found, agreed]) = (groups, found);
        let tables = self.tables();
        let key_of = |step: Step, slot: usize| {
            keys.get(step.query).and_then(|keys| keys.get(slot)).copied().unwrap_or(0)
        };
        let slots = self.slots();
        let all = (0..slots.len())
            .flat_map(|slot| (0..queries.len()).map(move |query| Some(Step { slot, query })));
        groups.clear();
        agreed.clear();
        rows.clear();
        let mut under_way: [Option<Step>; 3] = [None; 3];
        for step in all.chain([None; 3]) {
            let [reading, telling, comparing] = under_way;
            next.clear();
            if let Some(step) = step
                && let (Some(keys), Some(all)) =
                    (keys.get(step.query), postings.get_mut(step.query))
            {
                *all += self.note_slot(step.slot, keys, plan, next);
                if plan.is_crowded(*all) {
                    next.clear();
                }
                for group in &*next {
                    expect(&tables.tags, group);
                }
            }
            found.clear();
            if let Some(step) = reading
                && let Some(slot) = slots.get(step.slot)
            {
                let after = if step.slot + 1 < slots.len() { step.slot + 1 } else { 0 };
                let sought = slot.sought(key_of(step, step.slot), key_of(step, after));
                for group in &*groups {
                    kernel::agreeing::<WIDE>(&tables.tags, group, sought, found);
                }
                for posting in &*found {
                    fetch(&tables.near, place(*posting));
                    fetch(&tables.far, place(*posting));
                }
            }
            if let Some(step) = comparing
                && let Some(query) = queries.get(step.query)
            {
                for row in &*rows {
                    let Some(hash) = self.hashes().get(place(*row)) else { continue };
                    let distance = differing(hash, query);
                    if distance <= max && self.is_first(step.slot, hash, query, &plan.radii) {
                        hits.push((step.query, *row, distance));
                    }
                }
            }
            rows.clear();
            for posting in &*agreed {
                let row = tables.row(*posting);
                fetch(self.hashes(), place(row));
                rows.push(row);
            }
            std::mem::swap(next, groups);
            std::mem::swap(found, agreed);
            under_way = [step, reading, telling];
        }
    }
}
