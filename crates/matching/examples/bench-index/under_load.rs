//! Queries while entries are inserted and removed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mamori_matching::{Index, IndexEntry, Near};
use mamori_model::{BankId, EntryId, Hash, Pdq};
use mamori_testkit::hashes::any;
use mamori_testkit::pictures::rng::Rng;

use crate::{Failure, MAX, float, percentile, print_figure};

/// Entries that are inserted, and as many that are removed, each second: a little more than the
/// goal of 100,000.
const RATE: usize = 105_000;
/// Entries that are inserted in one call.
const AT_ONCE: usize = 1_000;
/// Duration of each of the two measurements.
const TIME: Duration = Duration::from_secs(5);
/// The first id of the inserted entries.
const FIRST: i64 = 1_000_000_000;

/// Measures queries alone, then while [`RATE`] entries per second are inserted and removed and
/// compaction runs.
///
/// The entries of the bank itself must be found all the time: `expected` has them for each of
/// `queries`.
pub fn measure(
    index: &Index,
    queries: &[Pdq],
    expected: &[Vec<Near>],
    bank: BankId,
) -> Result<(), Failure> {
    let mut calm = ask_until(index, queries, expected, bank, &|start| start.elapsed() > TIME)?;
    print_figure("calm_query_us_p99", percentile(&mut calm, 99) * 1e6);

    let is_over = AtomicBool::new(false);
    let (busy, changed) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let changed = change(index, bank);
            is_over.store(true, Ordering::Relaxed);
            changed
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if !index.compact().unwrap_or(false) {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        });
        let busy = ask_until(index, queries, expected, bank, &|_| is_over.load(Ordering::Relaxed));
        (busy, writer.join())
    });
    let mut busy = busy?;
    let changed = changed.map_err(|_| "the writer stopped")??;
    print_figure("busy_query_us_p50", percentile(&mut busy, 50) * 1e6);
    print_figure("busy_query_us_p90", percentile(&mut busy, 90) * 1e6);
    print_figure("busy_query_us_p99", percentile(&mut busy, 99) * 1e6);
    print_figure("changes_per_s", changed.rate);
    print_figure("visible_ms_max", changed.visible_max.as_secs_f64() * 1e3);
    Ok(())
}

fn ask_until(
    index: &Index,
    queries: &[Pdq],
    expected: &[Vec<Near>],
    bank: BankId,
    is_over: &dyn Fn(Instant) -> bool,
) -> Result<Vec<Duration>, String> {
    let start = Instant::now();
    let mut times = Vec::new();
    for (query, expected) in queries.iter().zip(expected).cycle() {
        if is_over(start) {
            break;
        }
        let asked = Instant::now();
        let mut near = index.near(query, &[(bank, MAX)]);
        times.push(asked.elapsed());
        // The inserted entries are random; one that is near by chance does not count.
        near.retain(|near| near.entry.number() < FIRST);
        if near != *expected {
            return Err(format!("{query} has {} near, not {}", near.len(), expected.len()));
        }
    }
    Ok(times)
}

struct Changed {
    /// Entries that were inserted, and as many that were removed, each second.
    rate: f64,
    /// The longest time from a call to the first query that saw it.
    visible_max: Duration,
}

fn change(index: &Index, bank: BankId) -> Result<Changed, String> {
    let mut rng = Rng::new(3);
    let start = Instant::now();
    let mut visible_max = Duration::ZERO;
    let mut next = FIRST;
    let step = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let mut calls = 0;
    while start.elapsed() < TIME {
        let some: Vec<IndexEntry> = (next..next + step)
            .filter_map(EntryId::new)
            .map(|entry| IndexEntry { entry, bank, hash: Hash::Pdq(any(&mut rng).into()) })
            .collect();
        let called = Instant::now();
        index.insert(&some);
        let last = some.last().ok_or("no entry was inserted")?;
        if !index.equal(&last.hash, &[bank]).iter().any(|near| near.entry == last.entry) {
            return Err("an inserted entry is not found".to_owned());
        }
        visible_max = visible_max.max(called.elapsed());
        // Removes what was inserted a second ago.
        let old = next - i64::try_from(RATE).unwrap_or(0);
        if let Some((first, last)) = EntryId::new(old).zip(EntryId::new(old + step - 1)) {
            index.remove(first..=last);
        }
        next += step;
        calls += 1;
        let due = start + TIME.mul_f64(float(calls * AT_ONCE) / (float(RATE) * TIME.as_secs_f64()));
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(Changed { rate: float(calls * AT_ONCE) / start.elapsed().as_secs_f64(), visible_max })
}
