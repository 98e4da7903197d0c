//! Many look-ups in a segment at once, slot by slot, and each slot in the order of memory.
//!
//! A look-up waits for memory: among a million rows two thirds of its time. Together they read each
//! slot from its beginning to its end, once ([`super::visits`]). Threads share out the slots, not
//! the queries: so each part of memory is read by one of them, for all queries.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Segment;
use super::cost::float;
use super::found::Found;
use super::probe::Limits;
use super::shape::{Plan, SLOTS_MAX};
use super::slot::{Slot, Sought, group, place};
use super::visits::{QUERIES_MAX, Visits, WHOLE_ROWS};
use crate::kernel::{self, LINE_TAGS, fetch};
use crate::words::{Words, differing};

/// How many postings must be visited, of all the rows in all slots that are asked, for reading
/// them in order to be worth it: one in so many. Below it queries are faster one by one.
const DENSE: f64 = 8.0;
/// How many queries must go together where a slot does not fit into a near cache. Measured on two
/// processors with data in no cache: among a million rows 512 take 7.1 µs each together and 6.7
/// alone, a thousand 6.3; among ten million 28 and 30, and 20; half as many are faster alone.
const QUERIES_MIN: usize = 512;
/// The same of the lines that have the numbers of a part's rows, of which few are needed.
const NUMBERS_DENSE: usize = 3;

/// How many postings of a part may agree, and how much a thread may find, before the rest is left to
/// queries by themselves: some 10 MB each. Where that happens, hashes are crowded.
const FOUND_MAX: usize = 1 << 20;

/// Queries that are asked together.
pub struct Batch<'a> {
    segment: &'a Segment,
    queries: &'a [Words],
    max: u32,
    plan: &'a Plan,
    /// The keys of each query.
    keys: Vec<[u32; SLOTS_MAX]>,
    /// The slot that nobody has taken yet.
    next: AtomicUsize,
}

/// What one thread found in the slots that it took.
pub struct Share<T> {
    /// What is near, each with the place of its query.
    hits: Vec<(usize, T)>,
    /// How many postings the groups of each query had.
    postings: Vec<u64>,
}

/// What a thread needs while it asks.
#[derive(Default)]
struct Scratch {
    visits: Visits,
    /// Of each query its own group, and what tags are held against.
    sought: Vec<(u32, Sought)>,
    /// Postings whose tags agree, and with whose: of this part and of the one before.
    found: [Found<(u32, u32)>; 2],
    /// The rows of those of the part before that.
    rows: Vec<(u32, u32)>,
}

impl<'a> Batch<'a> {
    /// These queries, [`QUERIES_MAX`] at most; `None` where they are better asked one by one.
    pub fn new(segment: &'a Segment, queries: &'a [Words], max: u32) -> Option<Self> {
        let plan = segment.plan(max)?;
        let asked = plan.radii.iter().filter(|radius| **radius >= 0).count();
        let visited = float(queries.len()) * plan.postings;
        let is_dense = visited * DENSE >= float(asked) * float(segment.len());
        let is_near = segment.len() <= WHOLE_ROWS || queries.len() >= QUERIES_MIN;
        if !is_dense || !is_near || queries.len() > QUERIES_MAX {
            return None;
        }
        let mut keys = vec![[0; SLOTS_MAX]; queries.len()];
        for (query, keys) in queries.iter().zip(&mut keys) {
            segment.keys(query, keys);
        }
        Some(Self { segment, queries, max, plan, keys, next: AtomicUsize::new(0) })
    }

    /// Asks slots until none is left. Several threads may do so at once, and all that they found
    /// goes to [`Self::settle`]. `tell` says what is to be known of a row and its distance.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    pub fn ask<T>(&self, tell: impl Fn(u32, u32) -> Option<T>) -> Share<T> {
        #[cfg(target_arch = "x86_64")]
        {
            if kernel::is_wide() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_wide(tell) };
            }
            if kernel::is_middling() {
                // SAFETY: the processor has the features, as the question above found.
                return unsafe { self.ask_middling(tell) };
            }
        }
        self.ask_with::<false, _>(tell)
    }

    /// Calls `hit` with the place of a query and what is near to it, each once, in no order. Gives
    /// the places of those queries that have no answer yet: their groups turned out to be crowded,
    /// and [`Segment::near_in_a_crowd`] chooses its groups anew.
    pub fn settle<T>(&self, shares: Vec<Share<T>>, mut hit: impl FnMut(usize, T)) -> Vec<usize> {
        let crowded = self.segment.crowded(self.plan);
        let mut postings = vec![0_u64; self.queries.len()];
        for share in &shares {
            postings.iter_mut().zip(&share.postings).for_each(|(all, some)| *all += some);
        }
        let is_crowded = |query: usize| postings.get(query).is_some_and(|all| *all > crowded);
        let hits = shares.into_iter().flat_map(|share| share.hits);
        hits.filter(|(query, _)| !is_crowded(*query)).for_each(|(query, near)| hit(query, near));
        (0..self.queries.len()).filter(|query| is_crowded(*query)).collect()
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
    fn ask_wide<T>(&self, tell: impl Fn(u32, u32) -> Option<T>) -> Share<T> {
        self.ask_with::<true, _>(tell)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn ask_middling<T>(&self, tell: impl Fn(u32, u32) -> Option<T>) -> Share<T> {
        self.ask_with::<false, _>(tell)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn ask_with<const WIDE: bool, T>(&self, tell: impl Fn(u32, u32) -> Option<T>) -> Share<T> {
        let mut share = Share { hits: Vec::new(), postings: vec![0; self.queries.len()] };
        let mut scratch = Scratch::default();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = self.segment.slots().get(index) else { return share };
            scratch.visits.fill(self.segment, index, self.plan, &self.keys);
            if scratch.visits.is_empty() {
                continue;
            }
            self.ask_slot::<WIDE, _>(index, slot, &tell, &mut scratch, &mut share);
        }
    }

    /// Each part goes through three stages, one for each turn of the loop, and by the time of each
    /// its memory has come: its tags are read, while those of the next part are being fetched, and
    /// the numbers of the rows asked for that agree; the numbers are read and their hashes asked
    /// for; the hashes are compared.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn ask_slot<const WIDE: bool, T>(
        &self,
        index: usize,
        slot: &Slot,
        tell: &impl Fn(u32, u32) -> Option<T>,
        scratch: &mut Scratch,
        share: &mut Share<T>,
    ) {
        let Scratch { visits, sought, found: [found, agreed], rows } = scratch;
        let (tables, hashes) = (self.segment.tables(), self.segment.hashes());
        let after = self.segment.after(index);
        sought.clear();
        sought.extend(self.keys.iter().map(|keys| {
            let key = |slot: usize| keys.get(slot).copied().unwrap_or(0);
            (key(index) >> slot.low, slot.sought(key(index), key(after)))
        }));
        let limits = Limits::of(self.plan, index, after);
        let directory = slot.directory(tables);
        let first = slot.posting(0);
        let crowded = self.segment.crowded(self.plan);
        agreed.clear();
        rows.clear();
        // The first posting of a group.
        let begin = |group: u32| first + directory.get(place(group)).copied().unwrap_or(0);
        let mut read = first;
        let nothing = std::iter::repeat_n((0..0, Default::default()), 2);
        for (groups, part) in visits.parts().chain(nothing) {
            // The tags of this part, if it is the first, and those of the one after it.
            let ahead = (groups.end + (groups.end - groups.start)).min(1 << slot.high);
            kernel::read(directory, place(groups.end)..place(ahead));
            kernel::read(&tables.tags, place(read)..place(begin(ahead).max(read)));
            read = begin(ahead).max(read);
            found.clear();
            for visit in part {
                let query = place(visit.query());
                let (Some(all), Some((own, sought))) =
                    (share.postings.get_mut(query), sought.get(query))
                else {
                    continue;
                };
                let (from, to) = group(directory, visit.group());
                *all += u64::from(to.saturating_sub(from));
                if found.len() > FOUND_MAX || share.hits.len() > FOUND_MAX {
                    *all = (*all).max(crowded + 1);
                }
                if *all > crowded {
                    continue;
                }
                let flipped = (own ^ visit.group()).count_ones();
                let group = limits.group(first + from..first + to, flipped);
                kernel::agreeing::<WIDE, _>(&tables.tags, &group, *sought, found, |posting| {
                    (posting, visit.query())
                });
            }
            let here = place(begin(groups.start))..place(begin(groups.end));
            if found.len() * NUMBERS_DENSE > here.len() / LINE_TAGS {
                kernel::read(&tables.near, here.clone());
                kernel::read(&tables.far, here);
            } else {
                for (posting, _) in found.iter() {
                    fetch(&tables.near, place(posting));
                    fetch(&tables.far, place(posting));
                }
            }
            self.compare(index, rows, tell, &mut share.hits);
            rows.clear();
            for (posting, query) in agreed.iter() {
                let row = tables.row(posting);
                fetch(hashes, place(row));
                rows.push((row, query));
            }
            std::mem::swap(found, agreed);
        }
    }

    /// Notes those of `rows` that are near to their queries and that no slot before `index` found.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn compare<T>(
        &self,
        index: usize,
        rows: &[(u32, u32)],
        tell: &impl Fn(u32, u32) -> Option<T>,
        hits: &mut Vec<(usize, T)>,
    ) {
        for (row, query) in rows {
            let query = place(*query);
            let hash = self.segment.hashes().get(place(*row));
            let Some((hash, words)) = hash.zip(self.queries.get(query)) else { continue };
            let distance = differing(hash, words);
            if distance <= self.max && self.segment.is_first(index, hash, words, &self.plan.radii) {
                hits.extend(tell(*row, distance).map(|near| (query, near)));
            }
        }
    }
}
