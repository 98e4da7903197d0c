//! Answers many queries at once, on all processors.
//!
//! Each segment is searched in two steps: by all queries as a batch ([`Batch`]), and then one by
//! one by those queries that the batch does not suit. The second step runs for all segments at
//! once, together with the scan of the delta.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use mamori_model::{BankId, Distance, Pdq};

use super::{IndexSnapshot, SCRATCH, SearchScope, SegmentView, limits, near_in_chunk};
use crate::Near;
use crate::hash_words::{HasHashWords, HashWords};
use crate::segment::batch::Batch;
use crate::segment::visits::QUERIES_MAX;
use crate::threads;

/// Queries for each thread; starting another thread does not pay for fewer.
const THREAD_QUERIES: usize = 8;
/// Queries that are compared with the delta by one thread while it is in the thread's cache.
const DELTA_QUERIES: usize = 128;

/// One piece of work for one thread.
enum Job<'a> {
    /// One query searches one segment.
    Alone(&'a SegmentView, &'a SearchScope, usize),
    /// One query searches one segment in which its groups are known to be crowded.
    Crowded(&'a SegmentView, &'a SearchScope, usize),
    /// A range of queries scans the delta.
    Delta(Range<usize>),
}

impl IndexSnapshot {
    /// Answers [`IndexSnapshot::near`] for each of `queries`; `answers` has the same length.
    pub fn near_each(
        &self,
        queries: &[Pdq],
        scope: &[(BankId, Distance)],
        answers: &mut [Vec<Near>],
    ) {
        let queries: Vec<HashWords> = queries.iter().map(HasHashWords::words).collect();
        let limits = limits(scope);
        let some = queries.chunks(QUERIES_MAX).zip(answers.chunks_mut(QUERIES_MAX));
        some.for_each(|(queries, answers)| self.near_some(queries, &limits, answers));
    }

    fn near_some(
        &self,
        queries: &[HashWords],
        limits: &HashMap<BankId, Distance>,
        answers: &mut [Vec<Near>],
    ) {
        let threads = threads::count().min(queries.len().div_ceil(THREAD_QUERIES));
        let mut add = |query: usize, near: Near| {
            if let Some(answer) = answers.get_mut(query) {
                answer.push(near);
            }
        };
        let scopes = self.segments.iter().filter_map(|view| Some((view, view.scope(limits)?)));
        let scopes: Vec<_> = scopes.collect();
        let mut jobs = Vec::new();
        for (view, scope) in &scopes {
            let Some(batch) = Batch::new(&view.segment, queries, scope.max) else {
                jobs.extend((0..queries.len()).map(|query| Job::Alone(view, scope, query)));
                continue;
            };
            let to_near = |row, distance| view.near_at(scope, row, distance);
            let results = threads::on_each(threads, || batch.search(to_near));
            let crowded = batch.merge_results(results, &mut add);
            jobs.extend(crowded.into_iter().map(|query| Job::Crowded(view, scope, query)));
        }
        if self.chunks(limits).next().is_some() {
            let froms = (0..queries.len()).step_by(DELTA_QUERIES);
            let some = |from: usize| from..queries.len().min(from + DELTA_QUERIES);
            jobs.extend(froms.map(|from| Job::Delta(some(from))));
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mut found = Vec::new();
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.work(job, queries, limits, &mut |query, near| found.push((query, near)));
            }
            found
        };
        for (query, near) in threads::on_each(threads.min(jobs.len()), work).into_iter().flatten() {
            add(query, near);
        }
    }

    fn work(
        &self,
        job: &Job<'_>,
        queries: &[HashWords],
        limits: &HashMap<BankId, Distance>,
        hit: &mut impl FnMut(usize, Near),
    ) {
        match job {
            Job::Alone(view, scope, at) | Job::Crowded(view, scope, at) => {
                let Some(query) = queries.get(*at) else { return };
                let mut report = |row, distance| {
                    if let Some(near) = view.near_at(scope, row, distance) {
                        hit(*at, near);
                    }
                };
                let (segment, max) = (&view.segment, scope.max);
                SCRATCH.with_borrow_mut(|scratch| {
                    if matches!(job, Job::Alone(..)) {
                        segment.near(query, max, scratch, &mut report);
                    } else {
                        segment.near_in_crowded_groups(query, max, scratch, &mut report);
                    }
                });
            }
            Job::Delta(some) => {
                for (bank, max, chunk) in self.chunks(limits) {
                    for (at, query) in
                        some.clone().zip(queries.get(some.clone()).unwrap_or_default())
                    {
                        chunk.scan(query, max.0, &mut |row, distance| {
                            if let Some(near) = near_in_chunk(chunk, bank, row, distance) {
                                hit(at, near);
                            }
                        });
                    }
                }
            }
        }
    }
}
