//! What came since goes into segments, and small segments into larger ones.
//!
//! Built beside the pile that queries see, and put in its place at the end: nobody waits, neither
//! who asks nor, but for that last step, who changes.

use std::io;
use std::sync::Arc;

use mamori_model::{EntryId, Pdq};

use crate::pile::{Pile, Placed};
use crate::segment::{ROWS_MAX, Row, Segment, split};
use crate::shelf::{Block, Shelf};
use crate::words::HasWords as _;

/// From how many rows on what came since is worth a segment, unless told otherwise: with fewer, a
/// look-up in the segment would take longer than comparing them all.
pub const FRESH_ROWS: usize = 8_192;
/// What has together no more rows than so many times those that are worth a segment becomes one
/// always: it is built in some 50 ms, and one segment more makes every query slower.
const SMALL: usize = 32;
/// A larger segment goes into the next one while it is at most so many times as large: each row is built
/// anew a few times only, however many come, and a query has few segments to ask.
const GROWTH: usize = 4;
/// A segment is built anew when fewer than one row in so many is still there.
const LIVE_SHARE: usize = 2;

/// What is to become one.
pub struct Due {
    from: Arc<Pile>,
    /// Whether what came since is part of it.
    with_fresh: bool,
    segments: Vec<Arc<Placed>>,
}

impl Due {
    /// What is due in `pile` when `fresh_rows` are worth a segment; `None` if nothing is.
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

    /// Builds it. This takes long, and needs memory for the rows a second time while it does.
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
        // Long runs are in order already.
        rows.sort_by_key(|row| row.id);

        build(&rows)
    }

    /// `now` with `built` in place of what they were built from. What left since has left them.
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

/// Segments of `rows`, which are in the order of their ids, none twice.
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

/// The rows of `one` that are not in `other`, or have another hash there.
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
