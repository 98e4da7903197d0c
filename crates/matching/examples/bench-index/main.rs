//! Measures the index over pseudo-random hashes: `bench-index WORK random|clustered ROWS`.
//!
//! Prints a line of JSON for each figure, `{"name","value"}`, and writes the hashes and the queries
//! to `WORK`, so that a peer can answer the same queries. Stops with an error if a single answer
//! differs from the scan's.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

mod sets;
mod under_load;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mamori_matching::{Index, IndexEntry, Near, near_all, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};
use uuid::Uuid;

/// The distance of every query.
const MAX: Distance = Distance::PDQ_SAME_MAX;

/// The least number of passes over all queries, and the least time for all passes.
const PASSES_MIN: usize = 7;
const PASSES_FOR: Duration = Duration::from_millis(700);

/// Number of builds of the index.
const BUILDS: usize = 3;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [work, kind, rows] = args.as_slice() else {
        return Err("usage: bench-index WORK random|clustered ROWS".into());
    };
    let rows: usize = rows.parse()?;
    let set = match kind.as_str() {
        "random" => sets::random(rows),
        "clustered" => sets::clustered(rows),
        _ => return Err("a set is random or clustered".into()),
    };
    let work = PathBuf::from(work);
    set.write(&work)?;
    let bank: BankId = Uuid::from_u128(1).into();
    let scope = [(bank, MAX)];

    let entries: Vec<IndexEntry> = (1..)
        .filter_map(EntryId::new)
        .zip(&set.hashes)
        .map(|(entry, hash)| IndexEntry { entry, bank, hash: Hash::Pdq(*hash) })
        .collect();
    let index = build(&entries)?;
    drop(entries);
    let path = work.join("index");
    let took = timed(|| index.save(&path, b""))?;
    print_figure("save_s", took.as_secs_f64());
    drop(index);

    let before = resident_bytes();
    let start = Instant::now();
    let (index, _) = Index::open(&path)?;
    print_figure("open_s", start.elapsed().as_secs_f64());
    print_figure("bytes_per_hash", (resident_bytes() - before) / float(rows));
    fs::remove_file(&path)?;

    let expected = check(&index, &set, &scope)?;
    time_queries(&index, &set, &scope);
    under_load::measure(&index, &set.queries, &expected, bank)?;
    Ok(())
}

/// Builds the index several times and returns the last one. The figure is the time of the fastest
/// build: the others were disturbed by other processes.
fn build(entries: &[IndexEntry]) -> Result<Index, Failure> {
    let mut index = Index::new();
    let mut took = Vec::new();
    for _ in 0..BUILDS {
        index = Index::new();
        took.push(timed(|| index.load(entries))?);
    }
    let fastest = took.into_iter().min().unwrap_or_default();
    print_figure("build_us_per_hash", per(fastest, entries.len()) * 1e6);
    Ok(index)
}

/// Compares every answer of the index, one by one and as a batch, with the scan's. Returns the
/// answers.
fn check(
    index: &Index,
    set: &sets::Set,
    scope: &[(BankId, Distance)],
) -> Result<Vec<Vec<Near>>, Failure> {
    let start = Instant::now();
    let expected = near_each(&set.hashes, &set.queries, MAX);
    let took = start.elapsed();
    let pairs = float(set.hashes.len()) * float(set.queries.len());
    print_figure("tiled_scan_ns_per_hash", took.as_secs_f64() * 1e9 / pairs);
    let (bank, _) = scope.first().ok_or("no bank to search")?;
    let near = |(row, distance): &(usize, Distance)| {
        let entry = i64::try_from(row + 1).ok().and_then(EntryId::new)?;
        Some(Near { entry, bank: *bank, distance: *distance })
    };
    let expected: Vec<Vec<Near>> =
        expected.iter().map(|found| found.iter().filter_map(near).collect()).collect();
    let together = index.near_each(&set.queries, scope);
    let mut found = 0;
    for ((query, together), expected) in set.queries.iter().zip(&together).zip(&expected) {
        let alone = index.near(query, scope);
        if alone != *expected || together != expected {
            let counts = (expected.len(), alone.len(), together.len());
            return Err(format!("{query}: near by the scan, alone, together: {counts:?}").into());
        }
        found += expected.len();
    }
    print_figure("recall_percent", 100.0);
    print_figure("found_per_query", float(found) / float(set.queries.len()));
    Ok(expected)
}

/// Number of hashes of a frame: as stored, and turned and mirrored in every other way.
const VARIANTS: usize = 8;

fn time_queries(index: &Index, set: &sets::Set, scope: &[(BankId, Distance)]) {
    let ask = |query: &Pdq| drop(index.near(query, scope));
    // The fastest of several passes: the others were disturbed.
    let pass = || set.queries.iter().map(|query| duration(|| ask(query))).collect::<Vec<_>>();
    let fastest = passes(pass).min_by_key(|times| times.iter().sum::<Duration>());
    let mut times = fastest.unwrap_or_default();
    print_figure("query_us_mean", mean(&times) * 1e6);
    let frame = |variants: &[Pdq]| duration(|| variants.iter().for_each(ask));
    let pass = || set.queries.chunks_exact(VARIANTS).map(frame).collect::<Vec<_>>();
    let fastest = passes(pass).min_by_key(|times| times.iter().sum::<Duration>());
    print_figure("variants_us_mean", mean(&fastest.unwrap_or_default()) * 1e6);
    print_figure("query_us_p50", percentile(&mut times, 50) * 1e6);
    print_figure("query_us_p99", percentile(&mut times, 99) * 1e6);

    for threads in [1, threads()] {
        print_figure(&format!("queries_a_second_by_{threads}"), by(threads, &set.queries, ask));
    }

    let batch: Vec<Pdq> = set.queries.iter().cycle().take(1_000).copied().collect();
    let best = passes(|| duration(|| drop(index.near_each(&batch, scope)))).min();
    print_figure("batch_us_per_query", per(best.unwrap_or_default(), batch.len()) * 1e6);

    let scans: Vec<Duration> = set
        .queries
        .iter()
        .take(20)
        .map(|query| duration(|| drop(near_all(&set.hashes, query, MAX))))
        .collect();
    print_figure("scan_us_mean", mean(&scans) * 1e6);
    if !set.beside.is_empty() {
        let beside: Vec<Duration> =
            set.beside.iter().map(|query| duration(|| ask(query))).collect();
        print_figure("beside_a_crowd_us_mean", mean(&beside) * 1e6);
        let scans: Vec<Duration> = set
            .beside
            .iter()
            .map(|query| duration(|| drop(near_all(&set.hashes, query, MAX))))
            .collect();
        print_figure("beside_a_crowd_scan_us_mean", mean(&scans) * 1e6);
    }
}

/// Returns the number of processors.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Returns how many of `queries` `threads` threads together `ask` in a second.
fn by(threads: usize, queries: &[Pdq], ask: impl Fn(&Pdq) + Sync) -> f64 {
    let begun = Instant::now();
    let work = || {
        let mut count = 0_usize;
        while begun.elapsed() < PASSES_FOR {
            queries.iter().for_each(&ask);
            count += queries.len();
        }
        float(count) / begun.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        mine + others.into_iter().filter_map(|other| other.join().ok()).sum::<f64>()
    })
}

/// Repeats `pass` at least `PASSES_MIN` times and for at least `PASSES_FOR`.
fn passes<T>(pass: impl Fn() -> T) -> impl Iterator<Item = T> {
    let start = Instant::now();
    (0..)
        .take_while(move |done| *done < PASSES_MIN || start.elapsed() < PASSES_FOR)
        .map(move |_| pass())
}

/// Prints a figure as a line of JSON.
pub fn print_figure(name: &str, value: f64) {
    println!("{{\"name\":\"{name}\",\"value\":{value}}}");
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<Duration, E> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn duration(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn per(took: Duration, count: usize) -> f64 {
    took.as_secs_f64() / float(count)
}

fn mean(times: &[Duration]) -> f64 {
    times.iter().map(Duration::as_secs_f64).sum::<f64>() / float(times.len().max(1))
}

/// Returns the time within which `percent` of `times` are, in seconds.
pub fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = times.len().saturating_sub(1) * percent / 100;
    times.get(at).copied().unwrap_or_default().as_secs_f64()
}

/// Converts a count, for computing with figures.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
pub fn float(count: usize) -> f64 {
    count as f64
}

/// Returns the resident memory of this process in bytes, without the pages of its program and
/// files; 0 where the system does not report it.
fn resident_bytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes: Option<f64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0.0) * 1024.0
}
