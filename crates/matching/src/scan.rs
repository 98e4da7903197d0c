//! Linear scan: compares queries with every hash of a list.

use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};

use crate::Near;
use crate::hash_words::{HasHashWords, HashWords};
use crate::index::{Index, IndexEntry};
use crate::kernel::{self, halves::Halves};
use crate::segment::slot::as_index;

/// The place in the searched list, counted from 0, and the distance from the query.
pub type ScanHit = (usize, Distance);

/// Returns all hashes of `bank` within `max` bits of `query`, by distance and then by place.
pub fn near_all(bank: &[Pdq], query: &Pdq, max: Distance) -> Vec<ScanHit> {
    let mut found = Vec::new();
    scan(bank, query, max, &mut found);
    found.sort_unstable_by_key(|(row, distance)| (*distance, *row));
    found
}

/// From this many queries on, and [`INDEX_ROWS`] hashes, building an index takes less time than it
/// saves. Building takes 0.2 to 0.4 µs a hash, the scan 0.13 ns a hash and query, and a query of
/// the index little beside that: equal at 1,600 to 3,000 queries, whatever the number of hashes.
const INDEX_QUERIES: usize = 3_000;
const INDEX_ROWS: usize = 50_000;

/// Answers [`near_all`] for each of `queries`, in their order; faster than one call for each.
pub fn near_each(bank: &[Pdq], queries: &[Pdq], max: Distance) -> Vec<Vec<ScanHit>> {
    let is_worth_it = queries.len() >= INDEX_QUERIES && bank.len() >= INDEX_ROWS;
    if is_worth_it && let Some(answers) = indexed(bank, queries, max) {
        return answers;
    }
    scanned(bank, queries, max)
}

/// Searches with an index that is built for these queries; `None` if there is no memory for it.
fn indexed(bank: &[Pdq], queries: &[Pdq], max: Distance) -> Option<Vec<Vec<ScanHit>>> {
    let whole = BankId::from(uuid::Uuid::nil());
    let ids = (1..).filter_map(EntryId::new);
    let entries = ids.zip(bank).map(|(entry, hash)| IndexEntry {
        entry,
        bank: whole,
        hash: Hash::Pdq(*hash),
    });
    let index = Index::new();
    index.load(&entries.collect::<Vec<_>>()).ok()?;
    let row = |near: &Near| usize::try_from(near.entry.number() - 1).ok();
    let answers = index.near_each(queries, &[(whole, max)]);
    let found =
        |near: Vec<Near>| near.iter().filter_map(|it| Some((row(it)?, it.distance))).collect();
    Some(answers.into_iter().map(found).collect())
}

/// Hashes that are compared with every query in turn while they stay in the first-level cache.
const TILE_ROWS: usize = 1_024;

/// Scans tile by tile: the hashes of a tile stay in the first-level cache for all queries.
fn scanned(bank: &[Pdq], queries: &[Pdq], max: Distance) -> Vec<Vec<ScanHit>> {
    let mut answers = vec![Vec::new(); queries.len()];
    let queries: Vec<HashWords> = queries.iter().map(HasHashWords::words).collect();
    let mut halves = Halves::default();
    for (number, rows) in bank.chunks(TILE_ROWS).enumerate() {
        halves.fill(rows);
        for (query, found) in queries.iter().zip(&mut answers) {
            halves.scan(rows, query, max.0, &mut |row, distance| {
                found.push((number * TILE_ROWS + as_index(row), Distance(distance)));
            });
        }
    }
    for found in &mut answers {
        found.sort_unstable_by_key(|(row, distance)| (*distance, *row));
    }
    answers
}

/// Adds every hash of `rows` within `max` bits of `query` to `found`.
fn scan(rows: &[Pdq], query: &Pdq, max: Distance, found: &mut Vec<ScanHit>) {
    kernel::scan(rows, &query.words(), max.0, &mut |row, distance| {
        found.push((as_index(row), Distance(distance)));
    });
}

#[cfg(test)]
mod tests;
