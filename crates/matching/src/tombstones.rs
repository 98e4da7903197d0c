//! The tombstones of a segment: which of its rows were removed. Copies share every chunk until it
//! is written to.

use std::sync::Arc;

use crate::bank_rows::CHUNK_ROWS;

const WORDS: usize = CHUNK_ROWS / 64;

/// A set of removed rows.
#[derive(Clone, Default)]
pub struct Tombstones {
    /// One bit for each row, in chunks of [`CHUNK_ROWS`] rows; `None` while no row of the chunk is
    /// removed.
    chunks: Vec<Option<Arc<[u64; WORDS]>>>,
}

impl Tombstones {
    /// Returns the removed rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        let there = self.chunks.iter().enumerate().filter(|(_, chunk)| chunk.is_some());
        let rows = there.flat_map(|(at, _)| at * CHUNK_ROWS..(at + 1) * CHUNK_ROWS);
        rows.filter(|row| self.contains(*row))
    }

    /// Checks whether `row` is removed.
    pub fn contains(&self, row: usize) -> bool {
        let chunk = self.chunks.get(row / CHUNK_ROWS).and_then(Option::as_ref);
        let word = chunk.and_then(|chunk| chunk.get(row % CHUNK_ROWS / 64));
        word.is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Marks `row` as removed; returns `false` if it was marked before.
    pub fn insert(&mut self, row: usize) -> bool {
        if self.contains(row) {
            return false;
        }
        let at = row / CHUNK_ROWS;
        if self.chunks.len() <= at {
            self.chunks.resize(at + 1, None);
        }
        let chunk =
            self.chunks.get_mut(at).map(|chunk| chunk.get_or_insert_with(|| Arc::new([0; WORDS])));
        let word = chunk.and_then(|chunk| Arc::make_mut(chunk).get_mut(row % CHUNK_ROWS / 64));
        if let Some(word) = word {
            *word |= 1 << (row % 64);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_removed_once_and_copies_do_not_see_it() {
        let mut tombstones = Tombstones::default();
        assert!(tombstones.insert(70_000) && tombstones.insert(3) && !tombstones.insert(3));
        let copy = tombstones.clone();
        assert!(tombstones.insert(70_001) && tombstones.insert(9_999));

        assert_eq!(copy.rows().collect::<Vec<_>>(), [3, 70_000]);
        assert_eq!(tombstones.rows().collect::<Vec<_>>(), [3, 9_999, 70_000, 70_001]);
        assert!(copy.contains(70_000) && !copy.contains(70_001) && !copy.contains(usize::MAX / 2));
    }
}
