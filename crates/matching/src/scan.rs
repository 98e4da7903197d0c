//! The comparison of hashes with every hash of a list.

use mamori_model::{Distance, Pdq};

use crate::kernel::{self, TILE_ROWS, Tile};
use crate::segment::slot::place;
use crate::words::{HasWords, Words};

/// A place in the list that was searched, from 0, and how far it is from the query.
pub type Found = (usize, Distance);

/// All hashes of `bank` within `max` bits of `query`, by distance and then by place.
pub fn near_all(bank: &[Pdq], query: &Pdq, max: Distance) -> Vec<Found> {
    let mut found = Vec::new();
    scan(bank, 0, query, max, &mut found);
    found.sort_unstable_by_key(|(row, distance)| (*distance, *row));
    found
}

/// [`near_all`] for each of `queries`, in their order; several at once are faster than one by one.
pub fn near_each(bank: &[Pdq], queries: &[Pdq], max: Distance) -> Vec<Vec<Found>> {
    let mut answers = vec![Vec::new(); queries.len()];
    let queries: Vec<Words> = queries.iter().map(HasWords::words).collect();
    let mut tile = Tile::default();
    for (number, rows) in bank.chunks(TILE_ROWS).enumerate() {
        tile.fill(rows);
        for (query, found) in queries.iter().zip(&mut answers) {
            kernel::scan_tile(&tile, query, max.0, &mut |row, distance| {
                found.push((number * TILE_ROWS + place(row), Distance(distance)));
            });
        }
    }
    for found in &mut answers {
        found.sort_unstable_by_key(|(row, distance)| (*distance, *row));
    }
    answers
}

/// Adds every hash of `rows` within `max` bits of `query`; the first row has the place `first`.
fn scan(rows: &[Pdq], first: usize, query: &Pdq, max: Distance, found: &mut Vec<Found>) {
    kernel::scan(rows, &query.words(), max.0, &mut |row, distance| {
        found.push((first + place(row), Distance(distance)));
    });
}

#[cfg(test)]
mod tests;
