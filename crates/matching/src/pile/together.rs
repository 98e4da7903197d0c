//! Answers many queries at once, on all processors.
//!
//! Each segment is searched in two steps: by all queries as a batch ([`Batch`]), and then one by
//! one by those queries that the batch does not suit. The second step runs for all segments at
//! once, together with the scan of the delta.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use mamori_model::{BankId, Distance, Pdq};

use super::{Lens, Pile, Placed, SCRATCH, limits, tell};
use crate::Near;
use crate::segment::batch::Batch;
use crate::segment::visits::QUERIES_MAX;
use crate::threads;
use crate::words::{HasWords, Words};

/// Queries for each thread; starting another thread does not pay for fewer.
const THREAD_QUERIES: usize = 8;
/// Queries that are compared with the delta by one thread while it is in the thread's cache.
const FRESH_QUERIES: usize = 128;

/// One piece of work for one thread.
enum Job<'a> {
    /// One query searches one segment.
    Alone(&'a Placed, &'a Lens, usize),
    /// One query searches one segment in which its groups are known to be crowded.
    Crowded(&'a Placed, &'a Lens, usize),
    /// A range of queries scans the delta.
    Fresh(Range<usize>),
}

impl Pile {
    /// Answers [`Pile::near`] for each of `queries`; `answers` has the same length.
    pub fn near_each(
        &self,
        queries: &[Pdq],
        lens: &[(BankId, Distance)],
        answers: &mut [Vec<Near>],
    ) {
        let queries: Vec<Words> = queries.iter().map(HasWords::words).collect();
        let limits = limits(lens);
        let some = queries.chunks(QUERIES_MAX).zip(answers.chunks_mut(QUERIES_MAX));
        some.for_each(|(queries, answers)| self.near_some(queries, &limits, answers));
    }

    fn near_some(
        &self,
        queries: &[Words],
        limits: &HashMap<BankId, Distance>,
        answers: &mut [Vec<Near>],
    ) {
        let threads = threads::count().min(queries.len().div_ceil(THREAD_QUERIES));
        let mut add = |query: usize, near: Near| {
            if let Some(answer) = answers.get_mut(query) {
                answer.push(near);
            }
        };
        let lenses = self.placed.iter().filter_map(|placed| Some((placed, placed.lens(limits)?)));
        let lenses: Vec<_> = lenses.collect();
        let mut jobs = Vec::new();
        for (placed, lens) in &lenses {
            let Some(batch) = Batch::new(&placed.segment, queries, lens.max) else {
                jobs.extend((0..queries.len()).map(|query| Job::Alone(placed, lens, query)));
                continue;
            };
            let tell = |row, distance| placed.tell(lens, row, distance);
            let shares = threads::on_each(threads, || batch.ask(tell));
            let crowded = batch.settle(shares, &mut add);
            jobs.extend(crowded.into_iter().map(|query| Job::Crowded(placed, lens, query)));
        }
        if self.blocks(limits).next().is_some() {
            let froms = (0..queries.len()).step_by(FRESH_QUERIES);
            let some = |from: usize| from..queries.len().min(from + FRESH_QUERIES);
            jobs.extend(froms.map(|from| Job::Fresh(some(from))));
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
        queries: &[Words],
        limits: &HashMap<BankId, Distance>,
        hit: &mut impl FnMut(usize, Near),
    ) {
        match job {
            Job::Alone(placed, lens, at) | Job::Crowded(placed, lens, at) => {
                let Some(query) = queries.get(*at) else { return };
                let mut tell = |row, distance| {
                    if let Some(near) = placed.tell(lens, row, distance) {
                        hit(*at, near);
                    }
                };
                let (segment, max) = (&placed.segment, lens.max);
                SCRATCH.with_borrow_mut(|scratch| {
                    if matches!(job, Job::Alone(..)) {
                        segment.near(query, max, scratch, &mut tell);
                    } else {
                        segment.near_in_a_crowd(query, max, scratch, &mut tell);
                    }
                });
            }
            Job::Fresh(some) => {
                for (bank, max, block) in self.blocks(limits) {
                    for (at, query) in
                        some.clone().zip(queries.get(some.clone()).unwrap_or_default())
                    {
                        block.scan(query, max.0, &mut |row, distance| {
                            if let Some(near) = tell(block, bank, row, distance) {
                                hit(at, near);
                            }
                        });
                    }
                }
            }
        }
    }
}
