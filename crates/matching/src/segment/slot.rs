//! One slot: some of the bits of every hash, and the rows in the order of those bits.
//!
//! The upper bits of a key choose a *group*; the rows of a group lie together, each a *posting*:
//! the row's number and, in the lowest byte, the lower bits of its key. So the directory has few
//! places, neighbours in the lower bits lie in the same one or two cache lines, and of what is
//! read there only the rows that agree need their whole hash looked at.

use std::io;

use super::shape::Shape;
use crate::large::Large;
use crate::words::Words;

/// How far a row's number is moved up in a posting, beside the lower bits of its key.
pub const ROW_SHIFT: u32 = 8;
/// The most rows of a segment: their numbers fill the rest of a posting.
pub const ROWS_MAX: usize = (1 << (32 - ROW_SHIFT)) - 1;

/// Which bits of a hash make a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    masks: [u64; 4],
    /// How many of these bits are in the words before.
    shifts: [u32; 4],
}

/// The rows of a segment in the order of one key. Where they are is in [`Tables`].
pub struct Slot {
    /// Which bits.
    pub key: Key,
    /// How many of the key's bits, the lower ones, are kept in the postings.
    pub low: u32,
    /// Where its directory begins.
    directory_from: usize,
    /// Where its postings begin.
    postings_from: usize,
}

/// The directories and the postings of all slots, one after the other: together they fill large
/// pages.
pub struct Tables {
    /// Of each group of each slot, where its postings begin among those of its slot; after each
    /// slot one place more, for the end of the last.
    pub directory: Large<u32>,
    /// The rows, once for each slot.
    pub postings: Large<u32>,
}

impl Key {
    /// Keys of `widths` bits that share the 256 bits of a hash out in turn, bit by bit:
    /// neighbouring bits of a hash depend on each other, and a slot of neighbours would be crowded.
    pub fn share(widths: &[u32]) -> Vec<Self> {
        let mut keys = vec![Self::default(); widths.len()];
        let mut left = widths.to_vec();
        let mut next = 0;
        let mut bit = 0_u32;
        while bit < 256 && left.iter().any(|left| *left > 0) {
            if let (Some(left), Some(key)) = (left.get_mut(next), keys.get_mut(next))
                && *left > 0
            {
                *left -= 1;
                key.take(bit);
                bit += 1;
            }
            next = (next + 1) % widths.len();
        }
        keys
    }

    fn take(&mut self, bit: u32) {
        for (word, (mask, shift)) in (0..).zip(self.masks.iter_mut().zip(&mut self.shifts)) {
            if bit / 64 == word {
                *mask |= 1 << (bit % 64);
            }
            *shift += u32::from(bit / 64 < word);
        }
    }

    /// The key of a hash.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn of<const BMI2: bool>(&self, hash: &Words) -> u32 {
        let mut key = 0;
        for ((word, mask), shift) in hash.iter().zip(&self.masks).zip(&self.shifts) {
            key |= gather::<BMI2>(*word, *mask) << (shift & 31);
        }
        key
    }
}

/// The bits of `word` under `mask`, moved together.
#[inline(always)]
#[expect(clippy::inline_always, reason = "part of `Key::of`")]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
fn gather<const BMI2: bool>(word: u64, mask: u64) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if BMI2 {
        // SAFETY: `BMI2` is true only in clones that are called where the processor has it.
        return truncated(unsafe { core::arch::x86_64::_pext_u64(word, mask) });
    }
    let (mut gathered, mut left, mut place) = (0, mask, 0);
    while left != 0 {
        let lowest = left & left.wrapping_neg();
        gathered |= u64::from(word & lowest != 0) << place;
        place += 1;
        left ^= lowest;
    }
    truncated(gathered)
}

/// The lower half: a key has at most 30 bits.
fn truncated(bits: u64) -> u32 {
    u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

impl Slot {
    /// The slots of `shape` for `rows` rows, and how many places their directories have.
    pub fn all(shape: &Shape, rows: usize) -> (Vec<Self>, usize) {
        let mut directory_from = 0;
        let mut slots = Vec::new();
        let measures = shape.widths.iter().zip(&shape.high);
        for (index, (key, (width, high))) in
            Key::share(&shape.widths).into_iter().zip(measures).enumerate()
        {
            let low = width - high;
            slots.push(Self { key, low, directory_from, postings_from: index * rows });
            directory_from += (1 << high) + 1;
        }
        (slots, directory_from)
    }

    /// The directory of the slot.
    pub fn directory<'a>(&self, tables: &'a Tables) -> &'a [u32] {
        tables.directory.get(self.directory_from..).unwrap_or_default()
    }

    /// The postings of the slot; behind them those of the next.
    pub fn postings<'a>(&self, tables: &'a Tables) -> &'a [u32] {
        tables.postings.get(self.postings_from..).unwrap_or_default()
    }

    /// The bits of a key that the postings have.
    pub fn low_mask(&self) -> u32 {
        (1 << self.low) - 1
    }
}

/// From which posting to which the rows of a group go.
#[inline(always)]
#[expect(clippy::inline_always, reason = "hot")]
pub fn group(directory: &[u32], group: u32) -> (u32, u32) {
    match directory.get(place(group)..place(group) + 2) {
        Some([from, to]) => (*from, *to),
        Some(_) | None => (0, 0),
    }
}

impl Tables {
    /// The tables of `slots`, whose directories have `places`, over `hashes`, whose places are the
    /// rows. Fails where there is no memory.
    pub fn build(slots: &[Slot], places: usize, hashes: &[Words]) -> io::Result<Self> {
        let postings = Large::zeroed(hashes.len() * slots.len())?;
        let mut tables = Self { directory: Large::zeroed(places)?, postings };
        let mut directory: &mut [u32] = &mut tables.directory;
        let mut postings: &mut [u32] = &mut tables.postings;
        let ends = slots.iter().skip(1).map(|slot| slot.directory_from).chain([places]);
        for (slot, end) in slots.iter().zip(ends) {
            let (mine, rest) = directory.split_at_mut(end - slot.directory_from);
            directory = rest;
            let (rows, rest) = postings.split_at_mut(hashes.len());
            postings = rest;
            slot.fill(hashes, mine, rows);
        }
        Ok(tables)
    }
}

impl Slot {
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    fn fill(&self, hashes: &[Words], directory: &mut [u32], postings: &mut [u32]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("bmi2") {
            // SAFETY: the processor has the feature, as the question above found.
            return unsafe { self.fill_bmi2(hashes, directory, postings) };
        }
        self.fill_with::<false>(hashes, directory, postings);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi2")]
    fn fill_bmi2(&self, hashes: &[Words], directory: &mut [u32], postings: &mut [u32]) {
        self.fill_with::<true>(hashes, directory, postings);
    }

    /// Counts the rows of each group, then puts each row where its group's next one goes.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn fill_with<const BMI2: bool>(
        &self,
        hashes: &[Words],
        directory: &mut [u32],
        postings: &mut [u32],
    ) {
        let Self { key, low, .. } = self;
        for hash in hashes {
            let group = place(key.of::<BMI2>(hash) >> *low);
            if let Some(count) = directory.get_mut(group) {
                *count += 1;
            }
        }
        // From counts to ends; putting rows in from the last moves each end to its beginning.
        let mut end = 0;
        for count in directory.iter_mut() {
            end += *count;
            *count = end;
        }
        let low_mask = (1_u32 << *low) - 1;
        let rows = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        for (row, hash) in (0..rows).rev().zip(hashes.iter().rev()) {
            let key = key.of::<BMI2>(hash);
            if let Some(next) = directory.get_mut(place(key >> *low)) {
                *next -= 1;
                if let Some(posting) = postings.get_mut(place(*next)) {
                    *posting = row << ROW_SHIFT | key & low_mask;
                }
            }
        }
    }
}

/// A place in memory from a number of 32 bits.
#[inline(always)]
#[expect(clippy::inline_always, clippy::as_conversions, reason = "hot; usize has 32 bits or more")]
pub fn place(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests;
