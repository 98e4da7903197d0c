//! Measures the index on this machine: `cargo run --release -p mamori-matching --example measure`.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mamori_matching::{Index, Indexed, near_all, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};
use uuid::Uuid;

const ROWS: i64 = 1_000_000;

fn main() {
    let bank: BankId = Uuid::from_u128(1).into();
    let mut next = 1_u64;
    let hashes: Vec<Pdq> = (0..ROWS).map(|_| pdq(&mut next)).collect();
    let queries: Vec<Pdq> = (0..200).map(|_| pdq(&mut next)).collect();
    let lens = [(bank, Distance::PDQ_SAME_MAX)];

    let index = Index::new();
    let before = resident_kb();
    let took = timed(|| insert(&index, bank, 1, hashes.iter().map(|hash| Hash::Pdq(*hash))));
    let grown = resident_kb().saturating_sub(before);
    println!("insert {ROWS} PDQ hashes: {took:?}, {} bytes each", per_row(grown));

    let times = each(&queries, |query| drop(index.near(query, &lens)));
    println!("near, one of {ROWS}: {}", spread(times));
    let times = each(&queries, |query| drop(near_all(&hashes, query, Distance::PDQ_SAME_MAX)));
    println!("near_all, one of {ROWS}: {}", spread(times));
    let took = timed(|| drop(near_each(&hashes, &queries, Distance::PDQ_SAME_MAX)));
    println!("near_each, {} queries: {took:?} in all", queries.len());

    let before = resident_kb();
    let sha256 = hashes.iter().map(|hash| Hash::Sha256((*hash.as_bytes()).into()));
    let took = timed(|| insert(&index, bank, ROWS + 1, sha256));
    let grown = resident_kb().saturating_sub(before);
    println!("insert {ROWS} SHA-256 hashes: {took:?}, {} bytes each", per_row(grown));
    let sample: Vec<Pdq> = hashes.iter().step_by(997).copied().collect();
    let times = each(&sample, |hash| {
        drop(index.equal(&Hash::Sha256((*hash.as_bytes()).into()), &[bank]));
    });
    println!("equal, one of {ROWS}: {}", spread(times));

    // Queries of a small bank while a large one grows: what a query waits for is the lock.
    let small: BankId = Uuid::from_u128(2).into();
    insert(&index, small, 10 * ROWS, queries.iter().map(|hash| Hash::Pdq(*hash)));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let more = (0..ROWS).map(|_| Hash::Sha256((*pdq(&mut next).as_bytes()).into()));
            insert(&index, bank, 2 * ROWS + 1, more);
            is_over.store(true, Ordering::Relaxed);
        });
        let mut times = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            times.extend(each(&queries, |query| drop(index.near(query, &[(small, Distance(31))]))));
        }
        println!("near in 200, while {ROWS} SHA-256 come in: {}", spread(times));
    });
    let took = timed(|| index.remove_bank(bank));
    println!("remove the bank: {took:?}");
}

fn insert(index: &Index, bank: BankId, first: i64, hashes: impl Iterator<Item = Hash>) {
    let ids = (first..).filter_map(EntryId::new);
    let entries: Vec<Indexed> =
        ids.zip(hashes).map(|(entry, hash)| Indexed { entry, bank, hash }).collect();
    for some in entries.chunks(1_000) {
        index.insert(some);
    }
}

/// Random enough to be far from each other, the same at every run.
fn pdq(state: &mut u64) -> Pdq {
    let mut bytes = [0; 32];
    for word in bytes.as_chunks_mut::<8>().0 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        *word = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_ne_bytes();
    }
    bytes.into()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn each(queries: &[Pdq], ask: impl Fn(&Pdq)) -> Vec<Duration> {
    queries.iter().map(|query| timed(|| ask(query))).collect()
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at =
        |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
    format!("median {:?}, 99 % {:?}, worst {:?}", at(50), at(99), at(100))
}

fn per_row(kb: u64) -> u64 {
    kb * 1024 / ROWS.unsigned_abs()
}

/// Memory in use by this process; 0 where the system does not say.
fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
