//! Reads the directories of a TIFF, classic or `BigTIFF`, and changes numbers in them. Decodes
//! nothing.

use std::borrow::Cow;

/// A TIFF, copied at the first change.
pub struct File<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    is_little: bool,
    is_big: bool,
}

/// The directory of one page.
pub struct Directory {
    /// Offset in the file.
    pub at: usize,
    /// Tag and offset of each entry.
    entries: Vec<(u16, usize)>,
    /// Offset of the next directory; `None` if the chain ends here.
    pub next: Option<usize>,
}

impl Directory {
    /// Returns the first of `tags` that several entries have.
    pub fn repeated(&self, tags: &[u16]) -> Option<u16> {
        let count = |tag: u16| self.entries.iter().filter(|(of, _)| *of == tag).count();
        tags.iter().copied().find(|tag| count(*tag) > 1)
    }

    fn entry(&self, tag: u16) -> Option<usize> {
        self.entries.iter().find(|(of, _)| *of == tag).map(|(_, at)| *at)
    }
}

/// The numbers of an entry: where they are, and the bytes of each.
struct Numbers {
    at: usize,
    count: usize,
    width: usize,
}

impl<'a> File<'a> {
    /// Wraps `bytes`, which start as a TIFF.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut file =
            Self { bytes: bytes.into(), is_little: bytes.starts_with(b"II"), is_big: false };
        file.is_big = file.number(2, 2) == Some(43);
        file
    }

    /// Returns the offset of the first directory.
    pub fn first_directory(&self) -> Option<usize> {
        if self.is_big { self.offset(8) } else { self.offset(4) }
    }

    /// Reads the directory at `at`; `None` if it is not within the file.
    pub fn directory(&self, at: usize) -> Option<Directory> {
        let (count_bytes, entry_bytes) = if self.is_big { (8, 20) } else { (2, 12) };
        let count = usize::try_from(self.number(at, count_bytes)?).ok()?;
        let first = at.checked_add(count_bytes)?;
        let end = first.checked_add(count.checked_mul(entry_bytes)?)?;
        self.bytes.get(first..end)?;
        let places = (0..count).map(|index| first + index * entry_bytes);
        let entries =
            places.filter_map(|place| Some((u16::try_from(self.number(place, 2)?).ok()?, place)));
        let next = self.offset(end).filter(|next| *next != 0);
        Some(Directory { at, entries: entries.collect(), next })
    }

    /// Returns the numbers of `tag`; `None` if there is no such entry, or it has others than
    /// unsigned integers.
    pub fn values(&self, directory: &Directory, tag: u16) -> Option<Vec<u64>> {
        let Numbers { at, count, width } = self.numbers(directory, tag)?;
        (0..count).map(|index| self.number(at + index * width, width)).collect()
    }

    /// Returns the first number of `tag`.
    pub fn value(&self, directory: &Directory, tag: u16) -> Option<u64> {
        let Numbers { at, count, width } = self.numbers(directory, tag)?;
        if count == 0 { None } else { self.number(at, width) }
    }

    /// Replaces every number of `tag` with `value`, which must fit into 8 bits, or into the width
    /// of these numbers.
    pub fn put(&mut self, directory: &Directory, tag: u16, value: u64) -> Option<()> {
        let Numbers { at, count, width } = self.numbers(directory, tag)?;
        let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
        let bytes = if self.is_little {
            little.get(..width)?
        } else {
            big.get(big.len().checked_sub(width)?..)?
        };
        let to = self.bytes.to_mut().get_mut(at..at.checked_add(count * width)?)?;
        to.chunks_exact_mut(width).for_each(|number| number.copy_from_slice(bytes));
        Some(())
    }

    fn numbers(&self, directory: &Directory, tag: u16) -> Option<Numbers> {
        let entry = directory.entry(tag)?;
        let width = match self.number(entry + 2, 2)? {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return None,
        };
        let inline = if self.is_big { 8 } else { 4 };
        let count = usize::try_from(self.number(entry + 4, inline)?).ok()?;
        let place = entry + 4 + inline;
        let bytes = count.checked_mul(width)?;
        let at = if bytes <= inline { place } else { self.offset(place)? };
        // A count that is larger than the file is invalid.
        self.bytes.get(at..at.checked_add(bytes)?)?;
        Some(Numbers { at, count, width })
    }

    fn offset(&self, at: usize) -> Option<usize> {
        usize::try_from(self.number(at, if self.is_big { 8 } else { 4 })?).ok()
    }

    /// Reads a number of `width` bytes, at most eight.
    fn number(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let push = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, push)
        } else {
            bytes.iter().fold(0, push)
        })
    }
}
