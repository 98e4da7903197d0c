//! The other columns of a segment: the entry id and the bank number of each row, in three bytes.

use std::io;
use std::ops::{Range, RangeInclusive};

use mamori_model::EntryId;

use crate::mmap_array::MmapArray;

/// Ascending ids, row by row. Each id is stored as its lowest 16 bits; for each run of rows that
/// share the bits above, only its beginning is stored.
pub struct Ids {
    first: EntryId,
    lower: MmapArray<u16>,
    /// For each multiple of 65,536 above `first`, the first row whose id is at or above it; one
    /// place more than there are runs, for the end of the last run.
    runs: Vec<u32>,
}

/// The bank number of each row.
pub enum BankNumbers {
    /// For a segment of at most 256 banks.
    Few(MmapArray<u8>),
    /// For a segment of more banks.
    Many(MmapArray<u16>),
}

impl Ids {
    /// Allocates space for `rows` rows whose first id is `first`. Fails if there is no memory.
    pub fn zeroed(first: EntryId, rows: usize) -> io::Result<Self> {
        Ok(Self { first, lower: MmapArray::zeroed(rows)?, runs: vec![0] })
    }

    /// Stores the ids. They must ascend and fill the allocated space; `None` if they do not, or if
    /// one is too far from the first.
    pub fn fill(mut self, ids: impl Iterator<Item = EntryId>) -> Option<Self> {
        let mut last = None;
        let mut rows = 0;
        for (id, lower) in ids.zip(self.lower.iter_mut()) {
            let after = after(self.first, id)?;
            if last.is_some_and(|last| last >= after) {
                return None;
            }
            last = Some(after);
            while self.runs.len() <= usize::try_from(after >> 16).ok()? {
                self.runs.push(rows);
            }
            *lower = u16::try_from(after & 0xffff).ok()?;
            rows += 1;
        }
        self.runs.push(rows);
        (usize::try_from(rows) == Ok(self.lower.len())).then_some(self)
    }

    /// Assembles ids from their parts; `None` if the parts do not belong together.
    pub fn of_parts(first: EntryId, lower: MmapArray<u16>, runs: Vec<u32>) -> Option<Self> {
        let [begin, .., end] = *runs.as_slice() else { return None };
        let span = i64::try_from(runs.len()).ok()?.checked_mul(1 << 16)?;
        let fits = begin == 0 && usize::try_from(end) == Ok(lower.len()) && runs.is_sorted();
        if !fits || first.number().checked_add(span).and_then(EntryId::new).is_none() {
            return None;
        }
        let ids = Self { first, lower, runs };
        let mut each = (0..ids.runs.len() - 1).map(|run| ids.run(run));
        each.all(|rows| ids.lower.get(rows).is_some_and(|lower| lower.is_sorted_by(|a, b| a < b)))
            .then_some(ids)
    }

    /// Returns the first row's id, the lower bits of all ids and the beginnings of the runs.
    pub fn parts(&self) -> (EntryId, &MmapArray<u16>, &[u32]) {
        (self.first, &self.lower, &self.runs)
    }

    /// Returns the id of a row.
    pub fn id(&self, row: usize) -> Option<EntryId> {
        let lower = i64::from(*self.lower.get(row)?);
        let runs = self.runs.partition_point(|from| usize::try_from(*from).is_ok_and(|f| f <= row));
        let above = i64::try_from(runs.checked_sub(1)?).ok()? << 16;
        EntryId::new(self.first.number() + above + lower)
    }

    /// Returns the row of an id; `None` if no row has it.
    pub fn row(&self, id: EntryId) -> Option<usize> {
        let after = after(self.first, id)?;
        let run = self.run(usize::try_from(after >> 16).ok()?);
        let lower = u16::try_from(after & 0xffff).ok()?;
        let at = self.lower.get(run.clone())?.binary_search(&lower).ok()?;
        Some(run.start + at)
    }

    /// Returns the rows of the ids in `ids`.
    pub fn rows_in(&self, ids: &RangeInclusive<EntryId>) -> Range<usize> {
        let from = self.rows_before(ids.start().number());
        let to = self.rows_before(ids.end().number().saturating_add(1));
        from..to.max(from)
    }

    /// Returns how many rows have an id below `number`.
    fn rows_before(&self, number: i64) -> usize {
        let Ok(after) = u64::try_from(number.saturating_sub(self.first.number())) else { return 0 };
        let run = self.run(usize::try_from(after >> 16).unwrap_or(usize::MAX));
        let lower = self.lower.get(run.clone()).unwrap_or_default();
        run.start + lower.partition_point(|lower| u64::from(*lower) < after & 0xffff)
    }

    /// Returns the rows of a run; an empty range at the end for a run after the last.
    fn run(&self, run: usize) -> Range<usize> {
        let end = self.lower.len();
        let begin = |run: usize| self.runs.get(run).and_then(|from| usize::try_from(*from).ok());
        let next = run.checked_add(1).and_then(begin);
        begin(run).unwrap_or(end)..next.unwrap_or(end)
    }
}

/// Returns the difference of `id` and `first`; `None` if it is negative or over 32 bits.
fn after(first: EntryId, id: EntryId) -> Option<u32> {
    u32::try_from(id.number().checked_sub(first.number())?).ok()
}

impl BankNumbers {
    /// Allocates space for `rows` rows in `banks` banks. Fails if there is no memory.
    pub fn zeroed(banks: usize, rows: usize) -> io::Result<Self> {
        if banks <= 1 << 8 {
            MmapArray::zeroed(rows).map(Self::Few)
        } else {
            MmapArray::zeroed(rows).map(Self::Many)
        }
    }

    /// Sets the bank number of a row.
    pub fn set(&mut self, row: usize, number: u16) {
        match self {
            Self::Few(numbers) => {
                if let (Some(place), Ok(number)) = (numbers.get_mut(row), u8::try_from(number)) {
                    *place = number;
                }
            }
            Self::Many(numbers) => {
                if let Some(place) = numbers.get_mut(row) {
                    *place = number;
                }
            }
        }
    }

    /// Returns the bank number of a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<usize> {
        match self {
            Self::Few(numbers) => numbers.get(row).copied().map(usize::from),
            Self::Many(numbers) => numbers.get(row).copied().map(usize::from),
        }
    }

    /// Returns the numbers as bytes, as a snapshot file stores them.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Few(numbers) => numbers.bytes(),
            Self::Many(numbers) => numbers.bytes(),
        }
    }

    /// Returns [`Self::bytes`] for writing.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Few(numbers) => numbers.bytes_mut(),
            Self::Many(numbers) => numbers.bytes_mut(),
        }
    }
}

#[cfg(test)]
mod tests;
