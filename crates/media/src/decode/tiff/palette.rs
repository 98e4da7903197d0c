//! Palette TIFF, which `tiff` does not read: its indices are read as grey, then looked up here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::Reader;
use crate::pixels::{high_byte, low_byte, size};

/// `PhotometricInterpretation` (TIFF 6.0, section 8) and two of its values.
const PHOTOMETRIC: u16 = 262;
const PALETTE: u16 = 3;
const BLACK_IS_ZERO: u16 = 1;
/// The type of a 16-bit value.
const SHORT: u16 = 3;

/// A file whose palette pages are declared grey, and where their directories are.
pub struct Greyed<'a> {
    /// The file.
    pub bytes: Cow<'a, [u8]>,
    /// Offsets of the directories that were palette pages.
    pub directories: BTreeSet<u64>,
}

/// `bytes` with each palette page declared grey. Only pages that the usual chain of directories
/// reaches; a directory that is not where it says is left to the decoder to complain about.
pub fn as_grey(bytes: &[u8]) -> Greyed<'_> {
    let bytes = Cow::Borrowed(bytes);
    let is_little = bytes.starts_with(b"II");
    let mut file = File { bytes, is_little, palettes: BTreeSet::new() };
    let mut next = file.directory_at(4);
    // The decoder refuses circles; this only has to end.
    for _ in 0..10_000 {
        let Some(directory) = next.filter(|at| *at != 0) else { break };
        next = file.patch(directory);
    }
    Greyed { bytes: file.bytes, directories: file.palettes }
}

struct File<'a> {
    bytes: Cow<'a, [u8]>,
    is_little: bool,
    palettes: BTreeSet<u64>,
}

impl File<'_> {
    fn word(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn directory_at(&self, at: usize) -> Option<usize> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        let at = if self.is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
        // BigTIFF has another layout, and nobody writes palettes into it.
        (self.word(2) == Some(42)).then(|| size(at))
    }

    /// Declares the page of `directory` grey if it has a palette; where the next directory is.
    fn patch(&mut self, directory: usize) -> Option<usize> {
        let count = usize::from(self.word(directory)?);
        let entries = directory.checked_add(2)?;
        for entry in (0..count).filter_map(|index| entries.checked_add(12 * index)) {
            let is_palette = self.word(entry)? == PHOTOMETRIC
                && self.word(entry + 2)? == SHORT
                && self.word(entry + 8)? == PALETTE;
            if is_palette {
                let grey = if self.is_little {
                    BLACK_IS_ZERO.to_le_bytes()
                } else {
                    BLACK_IS_ZERO.to_be_bytes()
                };
                let to = self.bytes.to_mut().get_mut(entry + 8..entry + 10)?;
                to.copy_from_slice(&grey);
                self.palettes.insert(u64::try_from(directory).unwrap_or_default());
            }
        }
        self.directory_at(entries.checked_add(12 * count)?)
    }
}

/// The colours of the current page by its *stretched* index (0..=255); `None` if it is none of the
/// palette pages `directories`, or one of more than 8 bits.
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
