//! The hashes of one kind in one bank, in the order of their entries' ids.
//!
//! A copy is cheap: copies share their chunks until one of them is written to. A query keeps
//! the copy that it began with, whatever changes meanwhile.

use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use mamori_model::EntryId;

use crate::hash_words::{HasHashWords, HashWords};
use crate::kernel::halves::Halves;

/// The most hashes in a chunk: small enough to be copied for one more entry (about 10 µs), large
/// enough that a bank of millions has few chunks. A power of two, see [`Chunk::clone`].
pub const CHUNK_ROWS: usize = 4_096;

/// Hashes in the order of their entries' ids.
///
/// Each chunk has 1 to [`CHUNK_ROWS`] rows, and its ids are less than those of the next chunk.
#[derive(Clone, Debug)]
pub struct BankRows<H> {
    chunks: Vec<Arc<Chunk<H>>>,
    len: usize,
}

/// A run of neighbouring rows of a bank: ascending `ids`, and the hash of each at the same place.
#[derive(Debug)]
pub struct Chunk<H> {
    ids: Vec<EntryId>,
    hashes: Vec<H>,
    /// For PDQ hashes, the data that a search reads; rebuilt at its first use after a change.
    halves: OnceLock<Halves>,
}

impl<H: Copy> Clone for Chunk<H> {
    /// Allocates space for one more row, if the chunk is not full, so that writing to the copy does
    /// not reallocate it; never for more than [`CHUNK_ROWS`].
    fn clone(&self) -> Self {
        let rows = (self.ids.len() + 1).next_power_of_two().min(CHUNK_ROWS);
        let (mut ids, mut hashes) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        ids.extend_from_slice(&self.ids);
        hashes.extend_from_slice(&self.hashes);
        Self::of(ids, hashes)
    }
}

impl<H: HasHashWords> Chunk<H> {
    /// Builds what [`Self::scan`] reads.
    pub fn prepare(&self) {
        self.halves();
    }

    /// Calls `hit` with the place of each row within `max` bits of `query` and its distance, in
    /// order.
    pub fn scan(&self, query: &HashWords, max: u32, hit: &mut impl FnMut(u32, u32)) {
        self.halves().scan(&self.hashes, query, max, hit);
    }

    fn halves(&self) -> &Halves {
        self.halves.get_or_init(|| Halves::of(&self.hashes))
    }
}

impl<H: Copy> Chunk<H> {
    fn of(ids: Vec<EntryId>, hashes: Vec<H>) -> Self {
        Self { ids, hashes, halves: OnceLock::new() }
    }

    /// Returns the ids, ascending.
    pub fn ids(&self) -> &[EntryId] {
        &self.ids
    }

    fn get(&self, id: EntryId) -> Option<H> {
        let row = self.ids.binary_search(&id).ok()?;
        self.hashes.get(row).copied()
    }

    fn put(&mut self, id: EntryId, hash: H) -> Option<H> {
        self.halves.take();
        match self.ids.binary_search(&id) {
            Ok(row) => self.hashes.get_mut(row).map(|place| std::mem::replace(place, hash)),
            Err(row) => {
                self.ids.insert(row, id);
                self.hashes.insert(row, hash);
                None
            }
        }
    }

    /// Returns the rows whose ids are in `range`.
    fn rows_in(&self, range: &RangeInclusive<EntryId>) -> Range<usize> {
        let from = self.ids.partition_point(|id| id < range.start());
        let to = self.ids.partition_point(|id| id <= range.end());
        from..to.max(from)
    }

    /// Returns a chunk without the rows `rows`, which are added to `removed`.
    fn without(&self, rows: &Range<usize>, removed: &mut Vec<(EntryId, H)>) -> Self {
        let mut left = Self::of(Vec::new(), Vec::new());
        for (row, (id, hash)) in self.ids.iter().zip(&self.hashes).enumerate() {
            if rows.contains(&row) {
                removed.push((*id, *hash));
            } else {
                left.ids.push(*id);
                left.hashes.push(*hash);
            }
        }
        left
    }

    /// Keeps the first half and returns the second.
    fn split(&mut self) -> Self {
        self.halves.take();
        let half = self.ids.len() / 2;
        Self::of(self.ids.split_off(half), self.hashes.split_off(half))
    }

    /// Appends the rows of `next`, whose ids must be greater than its own.
    fn join(&mut self, next: &Self) {
        self.halves.take();
        self.ids.extend_from_slice(&next.ids);
        self.hashes.extend_from_slice(&next.hashes);
    }
}

impl<H> Default for BankRows<H> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<H: Copy> BankRows<H> {
    /// Returns the number of hashes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Checks whether there is no hash.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the chunks, in the order of their ids.
    pub fn chunks(&self) -> impl Iterator<Item = &Chunk<H>> {
        self.chunks.iter().map(Arc::as_ref)
    }

    /// Returns every id and its hash, ascending.
    pub fn rows(&self) -> impl Iterator<Item = (EntryId, H)> {
        self.chunks().flat_map(|chunk| chunk.ids.iter().copied().zip(chunk.hashes.iter().copied()))
    }

    /// Returns the hash of `id`.
    pub fn get(&self, id: EntryId) -> Option<H> {
        self.chunks.get(self.chunk_of(id))?.get(id)
    }

    /// Returns the range from the first id to the last; `None` if there is no row.
    pub fn span(&self) -> Option<RangeInclusive<EntryId>> {
        let first = self.chunks.first()?.ids.first()?;
        let last = self.chunks.last()?.ids.last()?;
        Some(*first..=*last)
    }

    /// Checks whether `range` and the span overlap; if not, there is no id of `range`.
    pub fn overlaps(&self, range: &RangeInclusive<EntryId>) -> bool {
        self.span().is_some_and(|span| span.start() <= range.end() && range.start() <= span.end())
    }

    /// Sets the hash of `id` and returns the previous one.
    pub fn put(&mut self, id: EntryId, hash: H) -> Option<H> {
        let at = self.chunk_of(id).min(self.chunks.len().saturating_sub(1));
        let is_last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            return self.start_chunk(id, hash);
        };
        if is_last
            && chunk.ids.len() == CHUNK_ROWS
            && chunk.ids.last().is_some_and(|last| *last < id)
        {
            return self.start_chunk(id, hash);
        }
        if chunk.ids.len() == CHUNK_ROWS && chunk.get(id).is_none() {
            let second = Arc::make_mut(chunk).split();
            self.chunks.insert(at + 1, Arc::new(second));
            return self.put(id, hash);
        }
        let old = Arc::make_mut(chunk).put(id, hash);
        self.len += usize::from(old.is_none());
        old
    }

    /// Removes every row whose id is in `range` and adds it to `removed`. The cost depends on the
    /// existing rows, not on the length of `range`.
    pub fn take(&mut self, range: &RangeInclusive<EntryId>, removed: &mut Vec<(EntryId, H)>) {
        let from = self.chunk_of(*range.start());
        let before = removed.len();
        let mut to = from;
        for chunk in self.chunks.iter_mut().skip(from) {
            if chunk.ids.first().is_none_or(|first| first > range.end()) {
                break;
            }
            let rows = chunk.rows_in(range);
            if !rows.is_empty() {
                *chunk = Arc::new(chunk.without(&rows, removed));
            }
            to += 1;
        }
        if removed.len() > before {
            self.len -= removed.len() - before;
            self.merge_small(from, to);
        }
    }

    /// Drops the empty ones of the chunks `from..to` and joins small neighbours, so that removals
    /// never leave many nearly empty chunks.
    fn merge_small(&mut self, from: usize, to: usize) {
        let from = from.saturating_sub(1);
        let to = (to + 1).min(self.chunks.len());
        if from >= to {
            return;
        }
        let mut kept: Vec<Arc<Chunk<H>>> = Vec::new();
        for chunk in self.chunks.get(from..to).unwrap_or_default() {
            match kept.last_mut() {
                _ if chunk.ids.is_empty() => {}
                Some(last) if last.ids.len() + chunk.ids.len() <= CHUNK_ROWS / 2 => {
                    Arc::make_mut(last).join(chunk);
                }
                Some(_) | None => kept.push(Arc::clone(chunk)),
            }
        }
        self.chunks.splice(from..to, kept);
    }

    /// Returns the place of the first chunk that ends at `id` or later: no other chunk can have
    /// `id`.
    fn chunk_of(&self, id: EntryId) -> usize {
        self.chunks.partition_point(|chunk| chunk.ids.last().is_some_and(|last| *last < id))
    }

    fn start_chunk(&mut self, id: EntryId, hash: H) -> Option<H> {
        self.chunks.push(Arc::new(Chunk::of(vec![id], vec![hash])));
        self.len += 1;
        None
    }
}

#[cfg(test)]
mod tests;
