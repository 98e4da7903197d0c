//! Compaction: builds the delta into segments, and small segments into larger ones.
//!
//! New segments are built beside the snapshot that queries use and are swapped in at the end.
//! Queries never wait; changes wait only during the swap.

use std::io;
use std::sync::Arc;

use mamori_model::{EntryId, Pdq};

use crate::bank_rows::{BankRows, Chunk};
use crate::hash_words::HasHashWords as _;
use crate::index_snapshot::{IndexSnapshot, SegmentView};
use crate::segment::{ROWS_MAX, Row, Segment, split};

/// Rows in the delta from which on compaction pays, unless the caller sets another number: with
/// fewer rows, a look-up in a segment would take longer than comparing them all.
pub const DELTA_ROWS_MAX: usize = 8_192;
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
pub struct MergePlan {
    from: Arc<IndexSnapshot>,
    /// Whether the delta is part of it.
    with_delta: bool,
    segments: Vec<Arc<SegmentView>>,
}

impl MergePlan {
    /// Chooses what to compact in `snapshot` with `delta_rows_max` as the threshold for the delta;
    /// `None` if there is nothing to do.
    pub fn of(snapshot: &Arc<IndexSnapshot>, delta_rows_max: usize) -> Option<Self> {
        let mut by_size = snapshot.segments.clone();
        by_size.sort_by_key(|view| view.live_rows());
        let mut rows = snapshot.delta_rows();
        if rows >= delta_rows_max.max(1) {
            let mut segments = Vec::new();
            for view in by_size {
                let more = view.live_rows();
                let is_small = rows + more <= delta_rows_max.saturating_mul(SMALL);
                let is_worth_it = is_small || more <= rows.saturating_mul(GROWTH);
                if !is_worth_it || rows + more > ROWS_MAX {
                    break;
                }
                rows += more;
                segments.push(view);
            }
            return Some(Self { from: Arc::clone(snapshot), with_delta: true, segments });
        }
        let is_hollow = |view: &Arc<SegmentView>| {
            view.live_rows() < view.segment.len() / LIVE_SHARE
                && view.segment.len() >= delta_rows_max
        };
        let hollow = by_size.into_iter().find(is_hollow)?;
        Some(Self { from: Arc::clone(snapshot), with_delta: false, segments: vec![hollow] })
    }

    /// Builds the new segments. This takes long, and needs memory for all their rows a second time.
    pub fn build(&self) -> io::Result<Vec<SegmentView>> {
        let mut rows = Vec::new();
        for view in &self.segments {
            let hashes = view.segment.hashes().iter().enumerate();
            rows.extend(hashes.filter_map(|(row, hash)| {
                Some(Row { id: view.segment.id(row)?, bank: view.bank(row)?, hash: *hash })
            }));
        }
        for (bank, bank_rows) in self.from.delta.iter().filter(|_| self.with_delta) {
            let hashes = bank_rows.rows();
            rows.extend(hashes.map(|(id, hash)| Row { id, bank: *bank, hash: hash.words() }));
        }
        // The sort is fast because the rows come in long sorted runs.
        rows.sort_by_key(|row| row.id);

        build(&rows)
    }

    /// Returns the snapshot `now` with `built` in place of its inputs. Entries that were removed
    /// from `now` during the build are removed from `built` too, and later insertions stay in the
    /// delta.
    pub fn install(self, now: &IndexSnapshot, mut built: Vec<SegmentView>) -> IndexSnapshot {
        let mut next = now.clone();
        for before in &self.segments {
            let is_same = |other: &Arc<SegmentView>| Arc::ptr_eq(&other.segment, &before.segment);
            let at = next.segments.iter().position(is_same);
            let after = at.map(|at| next.segments.swap_remove(at));
            if after.as_ref().is_some_and(|after| Arc::ptr_eq(after, before)) {
                continue;
            }
            let is_there = |row| after.as_ref().is_some_and(|after| after.bank(row).is_some());
            let rows = 0..before.segment.len();
            let left = rows.filter(|row| before.bank(*row).is_some() && !is_there(*row));
            left.filter_map(|row| before.segment.id(row)).for_each(|id| remove(&mut built, id));
        }
        for (bank, before) in self.from.delta.iter().filter(|_| self.with_delta) {
            let after = next.delta.remove(bank).unwrap_or_default();
            if Arc::ptr_eq(before, &after) {
                continue;
            }
            without(before, &after).for_each(|(id, _)| remove(&mut built, id));
            let mut since = BankRows::default();
            without(&after, before).for_each(|(id, hash)| {
                since.put(id, hash);
            });
            if !since.is_empty() {
                since.chunks().for_each(Chunk::prepare);
                next.delta.insert(*bank, Arc::new(since));
            }
        }
        built.retain(|view| view.live_rows() > 0);
        next.segments.extend(built.into_iter().map(Arc::new));
        next
    }
}

/// Builds segments of `rows`, which are sorted by id without duplicates.
pub fn build(rows: &[Row]) -> io::Result<Vec<SegmentView>> {
    let mut built = Vec::new();
    let mut left = rows;
    while let Some((some, rest)) = left.split_at_checked(split(left))
        && !some.is_empty()
    {
        built.push(SegmentView::new(Segment::build(some)?));
        left = rest;
    }
    Ok(built)
}

/// Returns the rows of `one` that `other` does not have, or has with another hash.
fn without<'a>(
    one: &'a BankRows<Pdq>,
    other: &'a BankRows<Pdq>,
) -> impl Iterator<Item = (EntryId, Pdq)> + 'a {
    one.rows().filter(|(id, hash)| other.get(*id) != Some(*hash))
}

fn remove(built: &mut [SegmentView], id: EntryId) {
    for view in built {
        if let Some(row) = view.row(id) {
            view.remove(row);
        }
    }
}

#[cfg(test)]
mod tests;
