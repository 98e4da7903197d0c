//! Rewrites parts of a TIFF that `tiff` reads otherwise than libtiff, or not at all: pages with a
//! palette, whose indices are read as grey and looked up here; data whose bits are stored in
//! reverse order; predictors of packings that have none; and strips that are declared higher than
//! their page.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::directory::{Directory, File};
use super::{RARE, Reader, TIFF};
use crate::Error;
use crate::pixels::{high_byte, low_byte, size};

/// Tags and values (TIFF 6.0, section 8).
const ROWS: u16 = 257;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const ROWS_PER_STRIP: u16 = 278;
const PREDICTOR: u16 = 317;
const SAMPLE_FORMAT: u16 = 339;
/// The tags of the offsets of strips and tiles, and of their lengths in bytes.
const PLACES: [(u16, u16); 2] = [(273, 279), (324, 325)];
/// Tags on which the pixels depend. `tiff` takes the last of several entries, libtiff the first.
const UNIQUE: [u16; 22] = [
    256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338,
    339, 347, 530,
];
const JPEG: [u64; 2] = [6, 7];
/// Packings after which a predictor is undone: LZW, Deflate under both numbers, LZMA and ZSTD.
const PREDICTED: [u64; 5] = [5, 8, 32_946, 34_925, 50_000];
const PALETTE: u64 = 3;
const BLACK_IS_ZERO: u64 = 1;
const HIGHEST_BIT_FIRST: u64 = 1;
const LOWEST_BIT_FIRST: u64 = 2;
const NO_PREDICTOR: u64 = 1;
/// Kinds of samples: integers without a sign, and those of which nothing is known, which every
/// reader takes for the former.
const UNSIGNED: u64 = 1;
const UNKNOWN: u64 = 4;

/// A file that `tiff` can read, and the facts that were lost by rewriting it.
pub struct Prepared<'a> {
    /// The rewritten file.
    pub bytes: Cow<'a, [u8]>,
    /// Offsets of the directories of the former palette pages.
    pub palettes: BTreeSet<u64>,
}

/// Returns `bytes` with each page rewritten as needed. Only pages in the usual chain of directories
/// are; the decoder reports a directory that is out of place.
///
/// # Errors
/// If readers disagree about the pixels of a page, because a tag occurs twice or pages share data
/// so that the bit order is ambiguous.
pub fn prepare(bytes: &[u8]) -> Result<Prepared<'_>, Error> {
    let mut file = File::new(bytes);
    let mut palettes = BTreeSet::new();
    let mut parts = Vec::new();
    let mut next = file.first_directory();
    let mut seen = BTreeSet::new();
    // The decoder refuses cycles; this loop only has to end.
    while let Some(directory) =
        next.filter(|at| *at != 0 && seen.insert(*at)).and_then(|at| file.directory(at))
    {
        if let Some(tag) = directory.repeated(&UNIQUE) {
            return Err(Error::corrupt(TIFF, &format!("a page has tag {tag} twice")));
        }
        if file.value(&directory, PHOTOMETRIC) == Some(PALETTE) {
            file.put(&directory, PHOTOMETRIC, BLACK_IS_ZERO);
            palettes.insert(u64::try_from(directory.at).unwrap_or_default());
        }
        patch(&mut file, &directory);
        let is_reversed = turn_fill_order(&mut file, &directory);
        parts.extend(parts_of(&file, &directory, is_reversed));
        next = directory.next;
    }
    reverse(&mut file, parts).ok_or(Error::Unsupported { found: RARE })?;
    Ok(Prepared { bytes: file.bytes, palettes })
}

/// Replaces values that `tiff` takes otherwise than libtiff.
fn patch(file: &mut File<'_>, directory: &Directory) {
    // "All rows in one strip" is written as the largest number, which `tiff` multiplies.
    let rows = file.value(directory, ROWS).filter(|rows| *rows > 0);
    if let (Some(rows), Some(strip)) = (rows, file.value(directory, ROWS_PER_STRIP))
        && strip > rows
    {
        file.put(directory, ROWS_PER_STRIP, rows);
    }
    let packing = file.value(directory, COMPRESSION);
    if !packing.is_some_and(|packing| PREDICTED.contains(&packing)) {
        file.put(directory, PREDICTOR, NO_PREDICTOR);
    }
    if file
        .values(directory, SAMPLE_FORMAT)
        .is_some_and(|all| all.iter().all(|kind| *kind == UNKNOWN))
    {
        file.put(directory, SAMPLE_FORMAT, UNSIGNED);
    }
}

/// Declares the usual bit order; returns whether the bits of the page have to be reversed for that.
fn turn_fill_order(file: &mut File<'_>, directory: &Directory) -> bool {
    // JPEG data have a bit order of their own, whatever the tag says.
    let is_jpeg = file.value(directory, COMPRESSION).is_some_and(|packing| JPEG.contains(&packing));
    let is_reversed = file.value(directory, FILL_ORDER) == Some(LOWEST_BIT_FIRST) && !is_jpeg;
    if is_reversed {
        file.put(directory, FILL_ORDER, HIGHEST_BIT_FIRST);
    }
    is_reversed
}

fn parts_of(file: &File<'_>, directory: &Directory, is_reversed: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    for (offsets, counts) in PLACES {
        let all = |tag: u16| file.values(directory, tag).unwrap_or_default();
        let places = all(offsets).into_iter().zip(all(counts));
        parts.extend(places.map(|(from, count)| Part::new(from, count, is_reversed)));
    }
    parts
}

/// Reverses the bits of each byte in the reversed parts. `None` if a byte is in such a part and in
/// another one: then its bit order is ambiguous.
fn reverse(file: &mut File<'_>, mut parts: Vec<Part>) -> Option<()> {
    if !parts.iter().any(|part| part.is_reversed) {
        return Some(());
    }
    parts.sort_unstable_by_key(|part| part.from);
    let apart =
        |one: &Part, next: &Part| one.to <= next.from || !(one.is_reversed || next.is_reversed);
    let ends = parts.iter().scan(0, |end, part| {
        *end = part.to.max(*end);
        Some(Part { to: *end, ..*part })
    });
    if !ends.zip(parts.iter().skip(1)).all(|(one, next)| apart(&one, next)) {
        return None;
    }
    let bytes = file.bytes.to_mut();
    for part in parts.iter().filter(|part| part.is_reversed) {
        let to = part.to.min(bytes.len());
        for byte in bytes.get_mut(part.from..to).unwrap_or_default() {
            *byte = byte.reverse_bits();
        }
    }
    Some(())
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
    fn new(from: u64, count: u64, is_reversed: bool) -> Self {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self { from: place(from), to: place(from).saturating_add(place(count)), is_reversed }
    }
}

/// Returns the colours of the current page by its *stretched* index (0..=255); `None` if it is not
/// one of the palette pages `directories`.
///
/// # Errors
/// If its indices have more than 8 bits, or are not alone or with alpha.
pub fn colours(
    decoder: &mut Reader<'_>,
    colour: ColorType,
    directories: &BTreeSet<u64>,
) -> Result<Option<Vec<[u8; 3]>>, Error> {
    if !decoder.ifd_pointer().is_some_and(|at| directories.contains(&at.0)) {
        return Ok(None);
    }
    let (ColorType::Gray(depth @ 1..=8)
    | ColorType::Multiband { bit_depth: depth @ 1..=8, num_samples: 2 }) = colour
    else {
        return Err(Error::Unsupported { found: RARE });
    };
    let map = color_map(decoder).map_err(super::unreadable)?;
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

/// Returns the current page's palette, scaled to 16 bits: some writers store 8, and viewers notice.
fn color_map(decoder: &mut Reader<'_>) -> Result<Vec<u16>, TiffError> {
    let map = decoder.find_tag_unsigned_vec::<u16>(Tag::ColorMap)?.unwrap_or_default();
    let has_bytes = map.iter().all(|word| *word <= 255);
    Ok(if has_bytes { map.into_iter().map(|byte| byte * 257).collect() } else { map })
}
