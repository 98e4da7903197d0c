//! The hashes of one kind in one bank, in the order of their entries' ids.
//!
//! A shelf is cheap to copy: copies share its blocks until one of them is written to. A query keeps
//! the shelf that it began with, whatever changes meanwhile.

use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use mamori_model::EntryId;

use crate::kernel::halves::Halves;
use crate::words::{HasWords, Words};

/// The most hashes in a block: small enough to be copied for one more entry (about 10 µs), large
/// enough that a shelf of millions has few blocks. A power of two, see [`Block::clone`].
pub const BLOCK_ROWS: usize = 4_096;

/// Hashes in the order of their entries' ids.
///
/// Each block has 1 to [`BLOCK_ROWS`] rows, and its ids are less than those of the next block.
#[derive(Clone, Debug)]
pub struct Shelf<H> {
    blocks: Vec<Arc<Block<H>>>,
    len: usize,
}

/// A run of neighbouring rows on a shelf: ascending `ids`, and the hash of each at the same place.
#[derive(Debug)]
pub struct Block<H> {
    ids: Vec<EntryId>,
    hashes: Vec<H>,
    /// For PDQ hashes, the data that a search reads; rebuilt at its first use after a change.
    halves: OnceLock<Halves>,
}

impl<H: Copy> Clone for Block<H> {
    /// Allocates space for one more row, if the block is not full, so that writing to the copy does
    /// not reallocate it; never for more than [`BLOCK_ROWS`].
    fn clone(&self) -> Self {
        let rows = (self.ids.len() + 1).next_power_of_two().min(BLOCK_ROWS);
        let (mut ids, mut hashes) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        ids.extend_from_slice(&self.ids);
        hashes.extend_from_slice(&self.hashes);
        Self::of(ids, hashes)
    }
}

impl<H: HasWords> Block<H> {
    /// Builds what [`Self::scan`] reads.
    pub fn prepare(&self) {
        self.halves();
    }

    /// Calls `hit` with the place of each row within `max` bits of `query` and its distance, in
    /// order.
    pub fn scan(&self, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
        self.halves().scan(&self.hashes, query, max, hit);
    }

    fn halves(&self) -> &Halves {
        self.halves.get_or_init(|| Halves::of(&self.hashes))
    }
}

impl<H: Copy> Block<H> {
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

    /// Returns a block without the rows `rows`, which are added to `gone`.
    fn without(&self, rows: &Range<usize>, gone: &mut Vec<(EntryId, H)>) -> Self {
        let mut left = Self::of(Vec::new(), Vec::new());
        for (row, (id, hash)) in self.ids.iter().zip(&self.hashes).enumerate() {
            if rows.contains(&row) {
                gone.push((*id, *hash));
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

impl<H> Default for Shelf<H> {
    fn default() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }
}

impl<H: Copy> Shelf<H> {
    /// Returns the number of hashes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Checks whether the shelf has no hash.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the blocks, in the order of their ids.
    pub fn blocks(&self) -> impl Iterator<Item = &Block<H>> {
        self.blocks.iter().map(Arc::as_ref)
    }

    /// Returns every id and its hash, ascending.
    pub fn rows(&self) -> impl Iterator<Item = (EntryId, H)> {
        self.blocks().flat_map(|block| block.ids.iter().copied().zip(block.hashes.iter().copied()))
    }

    /// Returns the hash of `id`.
    pub fn get(&self, id: EntryId) -> Option<H> {
        self.blocks.get(self.block_of(id))?.get(id)
    }

    /// Returns the range from the first id to the last; `None` for an empty shelf.
    pub fn span(&self) -> Option<RangeInclusive<EntryId>> {
        let first = self.blocks.first()?.ids.first()?;
        let last = self.blocks.last()?.ids.last()?;
        Some(*first..=*last)
    }

    /// Checks whether `range` and the span overlap; if not, the shelf has no id of `range`.
    pub fn reaches(&self, range: &RangeInclusive<EntryId>) -> bool {
        self.span().is_some_and(|span| span.start() <= range.end() && range.start() <= span.end())
    }

    /// Sets the hash of `id` and returns the previous one.
    pub fn put(&mut self, id: EntryId, hash: H) -> Option<H> {
        let at = self.block_of(id).min(self.blocks.len().saturating_sub(1));
        let is_last = at + 1 >= self.blocks.len();
        let Some(block) = self.blocks.get_mut(at) else {
            return self.start_block(id, hash);
        };
        if is_last
            && block.ids.len() == BLOCK_ROWS
            && block.ids.last().is_some_and(|last| *last < id)
        {
            return self.start_block(id, hash);
        }
        if block.ids.len() == BLOCK_ROWS && block.get(id).is_none() {
            let second = Arc::make_mut(block).split();
            self.blocks.insert(at + 1, Arc::new(second));
            return self.put(id, hash);
        }
        let old = Arc::make_mut(block).put(id, hash);
        self.len += usize::from(old.is_none());
        old
    }

    /// Removes everything in `range` and adds it to `gone`. The cost depends on what is there, not
    /// on the length of `range`.
    pub fn take(&mut self, range: &RangeInclusive<EntryId>, gone: &mut Vec<(EntryId, H)>) {
        let from = self.block_of(*range.start());
        let before = gone.len();
        let mut to = from;
        for block in self.blocks.iter_mut().skip(from) {
            if block.ids.first().is_none_or(|first| first > range.end()) {
                break;
            }
            let rows = block.rows_in(range);
            if !rows.is_empty() {
                *block = Arc::new(block.without(&rows, gone));
            }
            to += 1;
        }
        if gone.len() > before {
            self.len -= gone.len() - before;
            self.tidy(from, to);
        }
    }

    /// Drops the empty ones of the blocks `from..to` and joins small neighbours, so that removals
    /// never leave many nearly empty blocks.
    fn tidy(&mut self, from: usize, to: usize) {
        let from = from.saturating_sub(1);
        let to = (to + 1).min(self.blocks.len());
        if from >= to {
            return;
        }
        let mut kept: Vec<Arc<Block<H>>> = Vec::new();
        for block in self.blocks.get(from..to).unwrap_or_default() {
            match kept.last_mut() {
                _ if block.ids.is_empty() => {}
                Some(last) if last.ids.len() + block.ids.len() <= BLOCK_ROWS / 2 => {
                    Arc::make_mut(last).join(block);
                }
                Some(_) | None => kept.push(Arc::clone(block)),
            }
        }
        self.blocks.splice(from..to, kept);
    }

    /// Returns the place of the first block that ends at `id` or later: no other block can have
    /// `id`.
    fn block_of(&self, id: EntryId) -> usize {
        self.blocks.partition_point(|block| block.ids.last().is_some_and(|last| *last < id))
    }

    fn start_block(&mut self, id: EntryId, hash: H) -> Option<H> {
        self.blocks.push(Arc::new(Block::of(vec![id], vec![hash])));
        self.len += 1;
        None
    }
}

#[cfg(test)]
mod tests;
