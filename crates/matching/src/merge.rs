//! Compaction: builds the delta into segments, and small segments into larger ones.
//!
//! New segments are built beside the snapshot that queries use and are swapped in at the end.
//! Queries never wait; changes wait only during the swap.

use std::io;
use std::sync::Arc;

use mamori_model::{EntryId, Pdq};

use crate::pile::{Pile, Placed};
use crate::segment::{ROWS_MAX, Row, Segment, split};
use crate::shelf::{Block, Shelf};
use crate::words::HasWords as _;

/// Rows in the delta from which on compaction pays, unless the caller sets another number: with
/// fewer rows, a look-up in a segment would take longer than comparing them all.
pub const FRESH_ROWS: usize = 8_192;
/// Segments that together have at most this many times the compaction threshold always become one
/// segment: building it takes some 50 ms, and each extra segment slows every query.
const SMALL: usize = 32;
/// A larger segment is merged into the new one while it is at most this many times as large. So
/// each row is rebuilt only a few times, however many rows are inserted, and a query has few
/// segments to search.
const GROWTH: usize = 4;
/// A segment is rebuilt when fewer than one in this many of its rows are live.
const LIVE_SHARE: usize = 2;

/// The inputs of one compaction.
pub struct Due {
    from: Arc<Pile>,
    /// Whether the delta is part of it.
    with_fresh: bool,
    segments: Vec<Arc<Placed>>,
}

impl Due {
    /// Chooses what to compact in `pile` with `fresh_rows` as the threshold for the delta; `None`
    /// if there is nothing to do.
    pub fn of(pile: &Arc<Pile>, fresh_rows: usize) -> Option<Self> {
        let mut by_size = pile.placed.clone();
        by_size.sort_by_key(|placed| placed.live_rows());
        let mut rows = pile.fresh_rows();
        if rows >= fresh_rows.max(1) {
            let mut segments = Vec::new();
            for placed in by_size {
                let more = placed.live_rows();
                let is_small = rows + more <= fresh_rows.saturating_mul(SMALL);
                let is_worth_it = is_small || more <= rows.saturating_mul(GROWTH);
                if !is_worth_it || rows + more > ROWS_MAX {
                    break;
                }
                rows += more;
                segments.push(placed);
            }
            return Some(Self { from: Arc::clone(pile), with_fresh: true, segments });
        }
        let is_hollow = |placed: &Arc<Placed>| {
            placed.live_rows() < placed.segment.len() / LIVE_SHARE
                && placed.segment.len() >= fresh_rows
        };
        let hollow = by_size.into_iter().find(is_hollow)?;
        Some(Self { from: Arc::clone(pile), with_fresh: false, segments: vec![hollow] })
    }

    /// Builds the new segments. This takes long, and needs memory for all their rows a second time.
    pub fn build(&self) -> io::Result<Vec<Placed>> {
        let mut rows = Vec::new();
        for placed in &self.segments {
            let hashes = placed.segment.hashes().iter().enumerate();
            rows.extend(hashes.filter_map(|(row, hash)| {
                Some(Row { id: placed.segment.id(row)?, bank: placed.bank(row)?, hash: *hash })
            }));
        }
        for (bank, shelf) in self.from.fresh.iter().filter(|_| self.with_fresh) {
            let hashes = shelf.rows();
            rows.extend(hashes.map(|(id, hash)| Row { id, bank: *bank, hash: hash.words() }));
        }
        // The sort is fast because the rows come in long sorted runs.
        rows.sort_by_key(|row| row.id);

        build(&rows)
    }

    /// Returns the snapshot `now` with `built` in place of its inputs. Entries that were removed
    /// from `now` during the build are removed from `built` too, and later insertions stay in the
    /// delta.
    pub fn place(self, now: &Pile, mut built: Vec<Placed>) -> Pile {
        let mut next = now.clone();
        for before in &self.segments {
            let is_same = |other: &Arc<Placed>| Arc::ptr_eq(&other.segment, &before.segment);
            let at = next.placed.iter().position(is_same);
            let after = at.map(|at| next.placed.swap_remove(at));
            if after.as_ref().is_some_and(|after| Arc::ptr_eq(after, before)) {
                continue;
            }
            let is_there = |row| after.as_ref().is_some_and(|after| after.bank(row).is_some());
            let rows = 0..before.segment.len();
            let left = rows.filter(|row| before.bank(*row).is_some() && !is_there(*row));
            left.filter_map(|row| before.segment.id(row)).for_each(|id| remove(&mut built, id));
        }
        for (bank, before) in self.from.fresh.iter().filter(|_| self.with_fresh) {
            let after = next.fresh.remove(bank).unwrap_or_default();
            if Arc::ptr_eq(before, &after) {
                continue;
            }
            without(before, &after).for_each(|(id, _)| remove(&mut built, id));
            let mut since = Shelf::default();
            without(&after, before).for_each(|(id, hash)| {
                since.put(id, hash);
            });
            if !since.is_empty() {
                since.blocks().for_each(Block::prepare);
                next.fresh.insert(*bank, Arc::new(since));
            }
        }
        built.retain(|placed| placed.live_rows() > 0);
        next.placed.extend(built.into_iter().map(Arc::new));
        next
    }
}

/// Builds segments of `rows`, which are sorted by id without duplicates.
pub fn build(rows: &[Row]) -> io::Result<Vec<Placed>> {
    let mut built = Vec::new();
    let mut left = rows;
    while let Some((some, rest)) = left.split_at_checked(split(left))
        && !some.is_empty()
    {
        built.push(Placed::new(Segment::build(some)?));
        left = rest;
    }
    Ok(built)
}

/// Returns the rows of `one` that `other` does not have, or has with another hash.
fn without<'a>(
    one: &'a Shelf<Pdq>,
    other: &'a Shelf<Pdq>,
) -> impl Iterator<Item = (EntryId, Pdq)> + 'a {
    one.rows().filter(|(id, hash)| other.get(*id) != Some(*hash))
}

fn remove(built: &mut [Placed], id: EntryId) {
    for placed in built {
        if let Some(row) = placed.row(id) {
            placed.remove(row);
        }
    }
}

#[cfg(test)]
mod tests;
