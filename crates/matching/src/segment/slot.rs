//! One slot: some of the bits of every hash, and the rows in the order of those bits.
//!
//! The upper bits of a key choose a *group*; the rows of a group lie together, each a *posting*:
//! the row's number, and a *tag* of up to sixteen bits. A tag has the lower bits of the key, and
//! beside them bits of the key of the slot after this one, which [`mod@super::shape`] tells what
//! they are for. Tags lie apart from the numbers: a look-up reads the tags of many rows and the
//! numbers of few.

use super::key::Key;
use super::shape::Shape;
use super::tables::Tables;
use crate::words::Words;

/// The rows of a segment in the order of one key. Where they are is in [`Tables`].
pub struct Slot {
    /// Which bits.
    pub key: Key,
    /// The key of the slot after this one; after the last comes the first.
    pub next: Key,
    /// Where those bits of the next key are in a hash that are in the tags.
    pub check_bits: Words,
    /// How many of the key's bits, the upper ones, choose the group.
    pub high: u32,
    /// How many of them, the lower ones, are in the tags.
    pub low: u32,
    /// How many of the next key's bits, the lower ones, are in the tags.
    pub check: u32,
    /// Where its directory begins.
    pub directory_from: usize,
    /// Where its postings begin.
    pub postings_from: u32,
}

/// What a tag is held against.
#[derive(Clone, Copy, Debug)]
pub struct Sought {
    /// The tag of the query.
    pub tag: u16,
    /// The bits of it that are the key's own.
    pub low: u16,
    /// The bits of a posting's upper half that are its tag.
    pub all: u16,
}

impl Slot {
    /// The slots of `shape` for `rows` rows, and how many places their directories have.
    pub fn all(shape: &Shape, rows: usize) -> (Vec<Self>, usize) {
        let mut directory_from = 0;
        let mut slots = Vec::new();
        let keys = Key::share(&shape.widths);
        let nexts = keys.iter().zip(&shape.widths).cycle().skip(1);
        let measures = shape.widths.iter().zip(&shape.high);
        for (index, ((key, (next, next_width)), (width, high))) in
            keys.iter().zip(nexts).zip(measures).enumerate()
        {
            let low = width - high;
            let check = shape.layout.tag_bits.saturating_sub(low).min(*next_width);
            let postings_from = u32::try_from(index * rows).unwrap_or(u32::MAX);
            let (key, next, high) = (*key, *next, *high);
            let check_bits = next.lower_bits(check);
            slots.push(Self {
                key,
                next,
                check_bits,
                high,
                low,
                check,
                directory_from,
                postings_from,
            });
            directory_from += (1 << high) + 1;
        }
        (slots, directory_from)
    }

    /// The directory of the slot.
    pub fn directory<'a>(&self, tables: &'a Tables) -> &'a [u32] {
        tables.directory.get(self.directory_from..).unwrap_or_default()
    }

    /// A posting of this slot, counted among those of all slots.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn posting(&self, at: u32) -> u32 {
        self.postings_from + at
    }

    /// The tag of a hash with the key `key`, the next slot's being `next`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn tag(&self, key: u32, next: u32) -> u16 {
        let check = next & ((1 << self.check) - 1);
        let tag = check << self.low | key & ((1 << self.low) - 1);
        u16::try_from(tag & u32::from(u16::MAX)).unwrap_or(0)
    }

    /// What the tags of this slot are held against, for a query with these keys.
    pub fn sought(&self, key: u32, next: u32) -> Sought {
        let ones = |bits: u32| u16::try_from((1_u32 << bits) - 1).unwrap_or(u16::MAX);
        Sought { tag: self.tag(key, next), low: ones(self.low), all: ones(self.low + self.check) }
    }

    /// In how many bits the keys of two hashes differ, and in how many the next keys do as far as
    /// tags have them. `flipped` has the bits in which the hashes differ.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn differing(&self, flipped: &Words) -> (u32, u32) {
        let among = |bits: &Words| {
            bits.iter().zip(flipped).map(|(bits, flipped)| (bits & flipped).count_ones()).sum()
        };
        (among(self.key.bits()), among(&self.check_bits))
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

/// A place in memory from a number of 32 bits.
#[inline(always)]
#[expect(clippy::inline_always, clippy::as_conversions, reason = "hot; usize has 32 bits or more")]
pub fn place(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests;
