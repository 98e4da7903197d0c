//! One slot: some of the bits of every hash, and the rows in the order of those bits.
//!
//! The upper bits of a key choose a *group*. The rows of a group are adjacent. Each is a *posting*:
//! the row number and a *tag* of up to 16 bits. A tag has the lower bits of the key and some bits
//! of the next slot's key; [`mod@super::shape`] explains their purpose. Tags are stored apart from
//! the numbers, because a look-up reads the tags of many rows and the numbers of few.

use super::key::Key;
use super::shape::Shape;
use super::tables::Tables;
use crate::hash_words::HashWords;

/// The rows of a segment in the order of one key. Their postings are in [`Tables`].
pub struct Slot {
    /// The key: which bits of a hash the slot has.
    pub key: Key,
    /// The key of the next slot; the first slot follows the last.
    pub next: Key,
    /// Mask, in a hash, of those bits of the next key that are in the tags.
    pub check_bits: HashWords,
    /// Number of the key's bits, the upper ones, that choose the group.
    pub high: u32,
    /// Number of the key's bits, the lower ones, that are in the tags.
    pub low: u32,
    /// Number of the next key's bits, the lower ones, that are in the tags.
    pub check: u32,
    /// Beginning of the slot's directory in [`Tables`].
    pub directory_from: usize,
    /// Beginning of the slot's postings in [`Tables`].
    pub postings_from: u32,
}

/// The tag that a look-up compares postings with.
#[derive(Clone, Copy, Debug)]
pub struct QueryTag {
    /// The tag of the query.
    pub tag: u16,
    /// Mask of those bits of a tag that belong to the slot's own key.
    pub low: u16,
    /// Mask of the tag in the 16 bits that are stored for a posting.
    pub all: u16,
}

impl Slot {
    /// Returns the slots of `shape` for `rows` rows, and the total length of their directories.
    pub fn all(shape: &Shape, rows: usize) -> (Vec<Self>, usize) {
        let mut directory_from = 0;
        let mut slots = Vec::new();
        let keys = Key::interleaved(&shape.widths);
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

    /// Returns the slot's directory, followed by those of the later slots.
    pub fn directory<'a>(&self, tables: &'a Tables) -> &'a [u32] {
        tables.directory.get(self.directory_from..).unwrap_or_default()
    }

    /// Converts a place among this slot's postings to one among those of all slots.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "hot")]
    pub fn posting(&self, at: u32) -> u32 {
        self.postings_from + at
    }

    /// Computes the tag of a hash whose keys in this slot and the next are `key` and `next`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn tag(&self, key: u32, next: u32) -> u16 {
        let check = next & ((1 << self.check) - 1);
        let tag = check << self.low | key & ((1 << self.low) - 1);
        u16::try_from(tag & u32::from(u16::MAX)).unwrap_or(0)
    }

    /// Returns the tag to compare with, for a query with these keys.
    pub fn query_tag(&self, key: u32, next: u32) -> QueryTag {
        let ones = |bits: u32| u16::try_from((1_u32 << bits) - 1).unwrap_or(u16::MAX);
        QueryTag { tag: self.tag(key, next), low: ones(self.low), all: ones(self.low + self.check) }
    }

    /// Returns in how many bits the keys of two hashes differ, and in how many of the next key's
    /// bits in the tags. `flipped` has the bits in which the hashes differ.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn differing(&self, flipped: &HashWords) -> (u32, u32) {
        let among = |bits: &HashWords| {
            bits.iter().zip(flipped).map(|(bits, flipped)| (bits & flipped).count_ones()).sum()
        };
        (among(self.key.bits()), among(&self.check_bits))
    }
}

/// Returns the first posting of a group and the one after its last; an empty range if there is no
/// such group.
#[inline(always)]
#[expect(clippy::inline_always, reason = "hot")]
pub fn group(directory: &[u32], group: u32) -> (u32, u32) {
    match directory.get(as_index(group)..as_index(group) + 2) {
        Some([from, to]) => (*from, *to),
        Some(_) | None => (0, 0),
    }
}

/// Converts a number of 32 bits to an index.
#[inline(always)]
#[expect(clippy::inline_always, clippy::as_conversions, reason = "hot; usize has 32 bits or more")]
pub fn as_index(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests;
