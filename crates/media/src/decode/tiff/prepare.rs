//! Rewrites parts of a TIFF that `tiff` does not read: pages with a palette, whose indices are read
//! as grey and looked up here; data whose bits are stored in reverse order; and strips that are
//! declared higher than their page.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::Reader;
use crate::pixels::{high_byte, low_byte, size};

/// Tags and values (TIFF 6.0, section 8).
const ROWS: u16 = 257;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const ROWS_PER_STRIP: u16 = 278;
/// The tags of the offsets of strips and tiles, and of their lengths in bytes.
const PLACES: [(u16, u16); 2] = [(273, 279), (324, 325)];
const JPEG: [u32; 2] = [6, 7];
const PALETTE: u32 = 3;
const BLACK_IS_ZERO: u16 = 1;
const HIGHEST_BIT_FIRST: u16 = 1;
const LOWEST_BIT_FIRST: u32 = 2;
/// Types of 16-bit and 32-bit values.
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A file that `tiff` can read, and the facts that were lost by rewriting it.
pub struct Prepared<'a> {
    /// The rewritten file.
    pub bytes: Cow<'a, [u8]>,
    /// Offsets of the directories of the former palette pages.
    pub palettes: BTreeSet<u64>,
}

/// Returns `bytes` with each palette page declared grey, each reversed page put in order, and
/// strips no higher than their page. Only pages in the usual chain of directories are rewritten;
/// the decoder reports a directory that is out of place. `None` if pages share data so that the bit
/// order is ambiguous.
pub fn prepare(bytes: &[u8]) -> Option<Prepared<'_>> {
    let is_little = bytes.starts_with(b"II");
    let mut file = File {
        bytes: Cow::Borrowed(bytes),
        is_little,
        palettes: BTreeSet::new(),
        parts: Vec::new(),
    };
    let mut next = file.directory_at(4);
    let mut seen = BTreeSet::new();
    // The decoder refuses cycles; this loop only has to end.
    while let Some(directory) = next.filter(|at| *at != 0 && seen.insert(*at)) {
        next = file.patch(directory);
    }
    file.reverse()?;
    Some(Prepared { bytes: file.bytes, palettes: file.palettes })
}

struct File<'a> {
    bytes: Cow<'a, [u8]>,
    is_little: bool,
    palettes: BTreeSet<u64>,
    parts: Vec<Part>,
}

impl File<'_> {
    fn word(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn put(&mut self, at: usize, value: u16) -> Option<()> {
        let two = if self.is_little { value.to_le_bytes() } else { value.to_be_bytes() };
        self.bytes.to_mut().get_mut(at..at.checked_add(2)?)?.copy_from_slice(&two);
        Some(())
    }

    fn put_long(&mut self, at: usize, value: u32) -> Option<()> {
        let four = if self.is_little { value.to_le_bytes() } else { value.to_be_bytes() };
        self.bytes.to_mut().get_mut(at..at.checked_add(4)?)?.copy_from_slice(&four);
        Some(())
    }

    fn directory_at(&self, at: usize) -> Option<usize> {
        // BigTIFF has another layout; palettes and reversed bits are not looked for in it.
        (self.word(2) == Some(42)).then(|| self.long(at).map(size)).flatten()
    }

    /// Rewrites the page of `directory` as needed; returns the offset of the next directory.
    fn patch(&mut self, directory: usize) -> Option<usize> {
        let count = usize::from(self.word(directory)?);
        let entries = directory.checked_add(2)?;
        let next = self.directory_at(entries.checked_add(12 * count)?);
        let places: Vec<usize> = (0..count).map(|index| entries + 12 * index).collect();
        let entry =
            |file: &Self, tag: u16| places.iter().copied().find(|at| file.word(*at) == Some(tag));
        let value = |file: &Self, tag: u16| {
            entry(file, tag).and_then(|at| file.values(at)).and_then(|all| all.first().copied())
        };
        if value(self, PHOTOMETRIC) == Some(PALETTE) {
            self.put(entry(self, PHOTOMETRIC)? + 8, BLACK_IS_ZERO)?;
            self.palettes.insert(u64::try_from(directory).unwrap_or_default());
        }
        // "All rows in one strip" is written as the largest number, which `tiff` multiplies.
        if let Some(rows) = value(self, ROWS).filter(|rows| *rows > 0)
            && let Some(strip) = entry(self, ROWS_PER_STRIP)
            && self.values(strip).is_some_and(|all| all.first() > Some(&rows))
            && self.word(strip + 2) == Some(LONG)
        {
            self.put_long(strip + 8, rows)?;
        }
        // JPEG data have a bit order of their own, whatever the tag says.
        let is_jpeg = value(self, COMPRESSION).is_some_and(|method| JPEG.contains(&method));
        let is_reversed = value(self, FILL_ORDER) == Some(LOWEST_BIT_FIRST) && !is_jpeg;
        if is_reversed {
            self.put(entry(self, FILL_ORDER)? + 8, HIGHEST_BIT_FIRST)?;
        }
        for (offsets, counts) in PLACES {
            let all =
                |tag: u16| entry(self, tag).and_then(|at| self.values(at)).unwrap_or_default();
            let parts = all(offsets).into_iter().zip(all(counts));
            let parts = parts.map(|(from, count)| Part::new(from, count, is_reversed));
            self.parts.extend(parts.collect::<Vec<_>>());
        }
        next
    }

    /// Returns the values of an entry of 16-bit or 32-bit numbers.
    fn values(&self, entry: usize) -> Option<Vec<u32>> {
        let kind = self.word(entry + 2)?;
        let count = size(self.long(entry + 4)?);
        let width = match kind {
            SHORT => 2,
            LONG => 4,
            _ => return None,
        };
        let bytes = count.checked_mul(width)?;
        let start = if bytes <= 4 { entry + 8 } else { size(self.long(entry + 8)?) };
        // A count that is larger than the file is invalid.
        self.bytes.get(start..start.checked_add(bytes)?)?;
        let value = |index: usize| {
            let at = start + index * width;
            if width == 2 { self.word(at).map(u32::from) } else { self.long(at) }
        };
        (0..count).map(value).collect()
    }

    /// Reverses the bits of each byte in the reversed parts. `None` if a byte is in such a part and
    /// in another one: then its bit order is ambiguous.
    fn reverse(&mut self) -> Option<()> {
        if !self.parts.iter().any(|part| part.is_reversed) {
            return Some(());
        }
        self.parts.sort_unstable_by_key(|part| part.from);
        let apart =
            |one: &Part, next: &Part| one.to <= next.from || !(one.is_reversed || next.is_reversed);
        let ends = self.parts.iter().scan(0, |end, part| {
            *end = part.to.max(*end);
            Some(Part { to: *end, ..*part })
        });
        if !ends.zip(self.parts.iter().skip(1)).all(|(one, next)| apart(&one, next)) {
            return None;
        }
        let bytes = self.bytes.to_mut();
        for part in self.parts.iter().filter(|part| part.is_reversed) {
            let to = part.to.min(bytes.len());
            for byte in bytes.get_mut(part.from..to).unwrap_or_default() {
                *byte = byte.reverse_bits();
            }
        }
        Some(())
    }
}

/// A range of the file that holds data of a page.
#[derive(Clone, Copy)]
struct Part {
    from: usize,
    to: usize,
    /// Whether the lowest bit of each byte comes first.
    is_reversed: bool,
}

impl Part {
    fn new(from: u32, count: u32, is_reversed: bool) -> Self {
        Self { from: size(from), to: size(from).saturating_add(size(count)), is_reversed }
    }
}

/// Returns the colours of the current page by its *stretched* index (0..=255); `None` if it is not
/// one of the palette pages `directories`, or has more than 8 bits.
pub fn colours(
    decoder: &mut Reader<'_>,
    colour: ColorType,
    directories: &BTreeSet<u64>,
) -> Result<Option<Vec<[u8; 3]>>, TiffError> {
    if !decoder.ifd_pointer().is_some_and(|at| directories.contains(&at.0)) {
        return Ok(None);
    }
    let ColorType::Gray(depth @ 1..=8) = colour else { return Ok(None) };
    let Some(map) = decoder.find_tag_unsigned_vec::<u16>(Tag::ColorMap)? else { return Ok(None) };
    let highest = (1_u32 << depth) - 1;
    // All reds, then all greens, then all blues.
    let third = map.len() / 3;
    let at = |plane: usize, index: usize| map.get(plane * third + index).copied();
    let mut colours = vec![[0; 3]; 256];
    for index in 0..=highest {
        let place = size(index);
        let rgb = [at(0, place), at(1, place), at(2, place)];
        if let Some(to) = colours.get_mut(usize::from(low_byte(index * 255 / highest))) {
            *to = rgb.map(|word| high_byte(word.unwrap_or_default()));
        }
    }
    Ok(Some(colours))
}
