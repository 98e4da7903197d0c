//! Many look-ups in a segment at once: slot by slot, and within each slot in the order of memory.
//!
//! A single look-up waits for memory: among a million rows, two thirds of its time. A batch reads
//! each slot from beginning to end, once ([`super::visits`]). Threads divide the slots among
//! themselves, not the queries: so each part of memory is read by one thread, for all queries.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Segment;
use super::branchless_vec::BranchlessVec;
use super::cost::float;
use super::probe::Limits;
use super::shape::{Plan, SLOTS_MAX};
use super::slot::{QueryTag, Slot, as_index, group};
use super::visits::{QUERIES_MAX, Visits, WHOLE_ROWS};
use crate::hash_words::{HashWords, differing};
use crate::kernel::{self, LINE_TAGS, prefetch};

/// Reading a slot in order pays if at least one in this many postings is visited, of all rows in
/// all slots that the plan searches. Below that, single queries are faster.
const DENSE: f64 = 8.0;
/// Queries that a batch needs if a slot does not fit into a near cache. Measured on two processors
/// with data in no cache, in µs for each query: among a million rows, 512 queries take 7.1 as a
/// batch and 6.7 one by one, a thousand 6.3 as a batch; among ten million, 512 take 28 and 30, a
/// thousand 20 as a batch. Half as many are faster one by one.
const QUERIES_MIN: usize = 512;
/// The same for the cache lines that hold the row numbers of a part: they are read in order if more
/// than one in this many is needed.
const NUMBERS_DENSE: usize = 3;

/// Postings of a part that may agree, and hits of a thread, before the remaining queries leave the
/// batch and run one by one: some 10 MB each. This happens only where hashes are crowded.
const FOUND_MAX: usize = 1 << 20;

/// Queries that are answered together.
pub struct Batch<'a> {
    segment: &'a Segment,
    queries: &'a [HashWords],
    max: u32,
    plan: &'a Plan,
    /// The keys of each query, by slot.
    keys: Vec<[u32; SLOTS_MAX]>,
    /// The next slot that no thread has taken yet.
    next: AtomicUsize,
}

/// The results of one thread for the slots that it took.
pub struct ThreadResult<T> {
    /// The hits, each with the place of its query.
    hits: Vec<(usize, T)>,
    /// Number of postings in the groups of each query.
    postings: Vec<u64>,
}

/// Working memory of one thread.
#[derive(Default)]
struct Scratch {
    visits: Visits,
    /// For each query its own group number, and the tag to compare with.
    query_tags: Vec<(u32, QueryTag)>,
    /// Postings whose tags agree, each with its query: of this part and of the previous one.
    found: [BranchlessVec<(u32, u32)>; 2],
    /// Rows of the agreeing postings of the part before the previous one, each with its query.
    rows: Vec<(u32, u32)>,
}

impl<'a> Batch<'a> {
    /// Creates a batch of at most [`QUERIES_MAX`] queries; `None` if they are faster one by one.
    pub fn new(segment: &'a Segment, queries: &'a [HashWords], max: u32) -> Option<Self> {
        let plan = segment.plan(max)?;
        let searched = plan.radii.iter().filter(|radius| **radius >= 0).count();
        let visited = float(queries.len()) * plan.postings;
        let is_dense = visited * DENSE >= float(searched) * float(segment.len());
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

    /// Searches slots until all are taken. Several threads may call this at once; the caller passes
    /// all their results to [`Self::merge_results`]. `to_hit` turns a row and its distance into a
    /// hit, or returns `None` to drop it.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    pub fn search<T>(&self, to_hit: impl Fn(u32, u32) -> Option<T>) -> ThreadResult<T> {
        #[cfg(target_arch = "x86_64")]
        {
            if kernel::has_avx512() {
                // SAFETY: the processor has the features, as `has_avx512` found.
                return unsafe { self.search_avx512(to_hit) };
            }
            if kernel::has_avx2() {
                // SAFETY: the processor has the features, as `has_avx2` found.
                return unsafe { self.search_avx2(to_hit) };
            }
        }
        self.search_with::<false, _>(to_hit)
    }

    /// Calls `hit` with the place of a query and each of its hits once, in no order. Returns the
    /// places of the queries that have no answer yet: their groups are crowded, and
    /// [`Segment::near_in_crowded_groups`] must answer them with a new choice of groups.
    pub fn merge_results<T>(
        &self,
        results: Vec<ThreadResult<T>>,
        mut hit: impl FnMut(usize, T),
    ) -> Vec<usize> {
        let crowded = self.segment.crowded(self.plan);
        let mut postings = vec![0_u64; self.queries.len()];
        for result in &results {
            postings.iter_mut().zip(&result.postings).for_each(|(all, some)| *all += some);
        }
        let is_crowded = |query: usize| postings.get(query).is_some_and(|all| *all > crowded);
        let hits = results.into_iter().flat_map(|result| result.hits);
        hits.filter(|(query, _)| !is_crowded(*query)).for_each(|(query, near)| hit(query, near));
        (0..self.queries.len()).filter(|query| is_crowded(*query)).collect()
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
    fn search_avx512<T>(&self, to_hit: impl Fn(u32, u32) -> Option<T>) -> ThreadResult<T> {
        self.search_with::<true, _>(to_hit)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn search_avx2<T>(&self, to_hit: impl Fn(u32, u32) -> Option<T>) -> ThreadResult<T> {
        self.search_with::<false, _>(to_hit)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn search_with<const AVX512: bool, T>(
        &self,
        to_hit: impl Fn(u32, u32) -> Option<T>,
    ) -> ThreadResult<T> {
        let mut result = ThreadResult { hits: Vec::new(), postings: vec![0; self.queries.len()] };
        let mut scratch = Scratch::default();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = self.segment.slots().get(index) else { return result };
            scratch.visits.fill(self.segment, index, self.plan, &self.keys);
            if scratch.visits.is_empty() {
                continue;
            }
            self.search_slot::<AVX512, _>(index, slot, &to_hit, &mut scratch, &mut result);
        }
    }

    /// Each part passes through three stages, one for each turn of the loop, so that its memory has
    /// arrived before each stage. First its tags are compared, while the tags of the next part are
    /// fetched; the row numbers of agreeing postings are prefetched. Then the row numbers are read
    /// and their hashes prefetched. Last the hashes are compared.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn search_slot<const AVX512: bool, T>(
        &self,
        index: usize,
        slot: &Slot,
        to_hit: &impl Fn(u32, u32) -> Option<T>,
        scratch: &mut Scratch,
        result: &mut ThreadResult<T>,
    ) {
        let Scratch { visits, query_tags, found: [found, agreed], rows } = scratch;
        let (tables, hashes) = (self.segment.tables(), self.segment.hashes());
        let after = self.segment.after(index);
        query_tags.clear();
        query_tags.extend(self.keys.iter().map(|keys| {
            let key = |slot: usize| keys.get(slot).copied().unwrap_or(0);
            (key(index) >> slot.low, slot.query_tag(key(index), key(after)))
        }));
        let limits = Limits::of(self.plan, index, after);
        let directory = slot.directory(tables);
        let first = slot.posting(0);
        let crowded = self.segment.crowded(self.plan);
        agreed.clear();
        rows.clear();
        // Returns the first posting of a group.
        let begin = |group: u32| first + directory.get(as_index(group)).copied().unwrap_or(0);
        let mut read = first;
        let nothing = std::iter::repeat_n((0..0, Default::default()), 2);
        for (groups, part) in visits.parts().chain(nothing) {
            // Reads the tags of this part, if it is the first, and of the next one.
            let ahead = (groups.end + (groups.end - groups.start)).min(1 << slot.high);
            kernel::read_ahead(directory, as_index(groups.end)..as_index(ahead));
            kernel::read_ahead(&tables.tags, as_index(read)..as_index(begin(ahead).max(read)));
            read = begin(ahead).max(read);
            found.clear();
            for visit in part {
                let query = as_index(visit.query());
                let (Some(all), Some((own, query_tag))) =
                    (result.postings.get_mut(query), query_tags.get(query))
                else {
                    continue;
                };
                let (from, to) = group(directory, visit.group());
                *all += u64::from(to.saturating_sub(from));
                if found.len() > FOUND_MAX || result.hits.len() > FOUND_MAX {
                    *all = (*all).max(crowded + 1);
                }
                if *all > crowded {
                    continue;
                }
                let flipped = (own ^ visit.group()).count_ones();
                let group = limits.group(first + from..first + to, flipped);
                kernel::agreeing::<AVX512, _>(&tables.tags, &group, *query_tag, found, |posting| {
                    (posting, visit.query())
                });
            }
            let here = as_index(begin(groups.start))..as_index(begin(groups.end));
            if found.len() * NUMBERS_DENSE > here.len() / LINE_TAGS {
                kernel::read_ahead(&tables.rows_low, here.clone());
                kernel::read_ahead(&tables.rows_high, here);
            } else {
                for (posting, _) in found.iter() {
                    prefetch(&tables.rows_low, as_index(posting));
                    prefetch(&tables.rows_high, as_index(posting));
                }
            }
            self.compare(index, rows, to_hit, &mut result.hits);
            rows.clear();
            for (posting, query) in agreed.iter() {
                let row = tables.row(posting);
                prefetch(hashes, as_index(row));
                rows.push((row, query));
            }
            std::mem::swap(found, agreed);
        }
    }

    /// Adds those of `rows` to `hits` that are near to their queries and that no slot before
    /// `index` finds.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn compare<T>(
        &self,
        index: usize,
        rows: &[(u32, u32)],
        to_hit: &impl Fn(u32, u32) -> Option<T>,
        hits: &mut Vec<(usize, T)>,
    ) {
        for (row, query) in rows {
            let query = as_index(*query);
            let hash = self.segment.hashes().get(as_index(*row));
            let Some((hash, words)) = hash.zip(self.queries.get(query)) else { continue };
            let distance = differing(hash, words);
            if distance <= self.max && self.segment.is_first(index, hash, words, &self.plan.radii) {
                hits.extend(to_hit(*row, distance).map(|near| (query, near)));
            }
        }
    }
}
