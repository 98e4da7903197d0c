//! Builds a segment from rows.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, OnceLock};

use mamori_model::{BankId, Distance, EntryId};

use super::flips::Flips;
use super::rows::{BankNumbers, Ids};
use super::shape::Shape;
use super::slot::Slot;
use super::tables::Tables;
use super::{Parts, ROWS_MAX, Segment};
use crate::hash_words::HashWords;
use crate::mmap_array::MmapArray;

/// A row before the segment is built.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The entry's id.
    pub id: EntryId,
    /// The bank that the entry is in.
    pub bank: BankId,
    /// The entry's PDQ hash.
    pub hash: HashWords,
}

/// Returns how many of `rows`, from the first on, fit into one segment. The limits are their
/// number, the span of their ids and the number of their banks.
pub fn split(rows: &[Row]) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let mut banks = HashSet::new();
    let mut last_bank = None;
    for (count, row) in rows.iter().enumerate().take(ROWS_MAX) {
        if last_bank != Some(row.bank) {
            banks.insert(row.bank);
            last_bank = Some(row.bank);
        }
        let is_far = u32::try_from(row.id.number() - first.id.number()).is_err();
        if is_far || banks.len() > usize::from(u16::MAX) {
            return count;
        }
    }
    rows.len().min(ROWS_MAX)
}

impl Segment {
    /// Builds a segment of `rows`, which must be sorted by id without duplicates and must fit
    /// ([`split`]). Fails if they do not, or if there is no memory.
    pub fn build(rows: &[Row]) -> io::Result<Self> {
        let misfit = || io::Error::new(io::ErrorKind::InvalidInput, "rows that do not fit");
        let first = rows.first().ok_or_else(misfit)?.id;
        let ids = Ids::zeroed(first, rows.len())?.fill(rows.iter().map(|row| row.id));
        let ids = ids.ok_or_else(misfit)?;
        let mut hashes = MmapArray::zeroed(rows.len())?;
        let mut banks = Banks::default();
        for (row, hash) in rows.iter().zip(hashes.iter_mut()) {
            *hash = row.hash;
            banks.number(row.bank).ok_or_else(misfit)?;
        }
        let mut bank_numbers = BankNumbers::zeroed(banks.names.len(), rows.len())?;
        for (place, row) in rows.iter().enumerate() {
            bank_numbers.set(place, banks.number(row.bank).ok_or_else(misfit)?);
        }
        let shape = Shape::for_rows(rows.len(), Distance::PDQ_SAME_MAX.0);
        let (slots, places) = Slot::all(&shape, rows.len());
        let tables = Tables::build(shape.layout, &slots, places, &hashes)?;
        let banks = banks.names;
        Ok(Self::of(Parts { hashes, ids, bank_numbers, banks, shape, slots, tables }))
    }

    /// Assembles a segment from its parts, which must belong together.
    pub fn of(parts: Parts) -> Self {
        let shape = &parts.shape;
        let plans = (0..=Distance::LIMIT_MAX.0).map(|_| OnceLock::new()).collect();
        let mut known: HashMap<u32, Arc<Flips>> = HashMap::new();
        let flips_of = |high: &u32| {
            Arc::clone(known.entry(*high).or_insert_with(|| Arc::new(Flips::of(*high))))
        };
        let flips = shape.high.iter().map(flips_of).collect();
        Self { parts, plans, flips }
    }
}

/// Assigns numbers to banks, in the order of their first occurrence.
#[derive(Default)]
struct Banks {
    names: Vec<BankId>,
    numbers: HashMap<BankId, u16>,
    /// The last bank and its number: rows of a bank often follow each other.
    last: Option<(BankId, u16)>,
}

impl Banks {
    /// Returns the number of a bank; `None` if there are too many banks.
    fn number(&mut self, bank: BankId) -> Option<u16> {
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == bank) {
            return Some(number);
        }
        let next = u16::try_from(self.names.len()).ok().filter(|next| *next < u16::MAX);
        let number = if let Some(number) = self.numbers.get(&bank) {
            *number
        } else {
            self.numbers.insert(bank, next?);
            self.names.push(bank);
            next?
        };
        self.last = Some((bank, number));
        Some(number)
    }
}
