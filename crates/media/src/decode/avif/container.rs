//! Reads the boxes of an AVIF (ISO 14496-12 and ISO 23008-12): its items, the places of their data
//! and their descriptions. Decodes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::colour::CodePoints;
use crate::decode::canvas::Rect;
use crate::decode::out_of_memory;
use crate::{Error, Format};

/// The parts of a file that decoding needs.
pub struct Container<'a> {
    bytes: &'a [u8],
    /// The data inside the description itself (`idat`).
    inner: &'a [u8],
    primary: u32,
    items: BTreeMap<u32, Item>,
    properties: Vec<Property>,
    references: Vec<Reference>,
    /// Whether the file has tracks (a movie) beside the still picture.
    pub has_tracks: bool,
}

/// One item of the file: a coded picture, a grid or metadata.
#[derive(Default)]
pub struct Item {
    id: u32,
    /// Its type, such as `av01` or `grid`.
    pub kind: [u8; 4],
    is_inner: bool,
    extents: Vec<(u64, u64)>,
    /// Places in the list of properties, counted from 1.
    properties: Vec<usize>,
}

/// One property of an item.
pub enum Property {
    /// `ispe`: width and height in pixels.
    Size(u32, u32),
    /// `irot`: quarter turns counter-clockwise.
    Rotation(u8),
    /// `imir`: the axis, 0 or 1.
    Mirror(u8),
    /// `colr` with code points.
    Nclx(CodePoints),
    /// `clap`: the part to show.
    Crop(Crop),
    /// `auxC`: the purpose of an auxiliary picture, a URN.
    Auxiliary(Vec<u8>),
    /// Any other property.
    Other,
}

/// The part of a picture that some viewers show (ISO 14496-12, §12.1.4): its size, and how far its
/// centre is from that of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Crop {
    width: Fraction,
    height: Fraction,
    right: Fraction,
    down: Fraction,
}

/// A number and what it is divided by.
type Fraction = (i64, i64);

impl Crop {
    fn read(box_: &mut Reader<'_>) -> Option<Self> {
        let mut fraction = || {
            let (number, by) = (box_.id(true)?, box_.id(true)?);
            Some((i64::from(number.cast_signed()), i64::from(by)))
        };
        Some(Self {
            width: fraction()?,
            height: fraction()?,
            right: fraction()?,
            down: fraction()?,
        })
    }

    /// Returns the part of a picture of this size; `None` if it is not within the picture, or all
    /// of it.
    pub fn part_of(&self, width: u32, height: u32) -> Option<Rect> {
        let (left, part_width) = span(width, self.width, self.right)?;
        let (top, part_height) = span(height, self.height, self.down)?;
        let is_all = (part_width, part_height) == (width, height);
        (!is_all).then_some(Rect { left, top, width: part_width, height: part_height })
    }
}

/// Returns where a part of a row or column begins and its length, in whole pixels.
fn span(whole: u32, length: Fraction, offset: Fraction) -> Option<(u32, u32)> {
    let part = length.0.checked_div(length.1)?;
    let doubled = (2 * offset.0).checked_div(offset.1)?;
    let start = (doubled + i64::from(whole) - part) / 2;
    let is_within = part > 0 && start >= 0 && start + part <= i64::from(whole);
    is_within.then_some((u32::try_from(start).ok()?, u32::try_from(part).ok()?))
}

struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

/// How tiles make up a picture (ISO 23008-12, §6.6.2.3).
pub struct Grid {
    /// Width of the whole picture in pixels.
    pub width: u32,
    /// Height of the whole picture in pixels.
    pub height: u32,
    /// Tiles in a row.
    pub columns: u32,
    /// Rows of tiles.
    pub rows: u32,
}

impl<'a> Container<'a> {
    /// Reads the description of a file.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut has_tracks = false;
        let mut meta = None;
        for Block { kind, data } in blocks(bytes) {
            match &kind {
                b"moov" => has_tracks = true,
                b"meta" => meta = meta.or(data.get(4..)),
                _ => {}
            }
        }
        let meta = meta.ok_or_else(|| Error::corrupt(Format::Avif, &"it describes no picture"))?;
        let mut file = Self {
            bytes,
            inner: &[],
            primary: 0,
            items: BTreeMap::new(),
            properties: Vec::new(),
            references: Vec::new(),
            has_tracks,
        };
        for Block { kind, data } in blocks(meta) {
            let read = match &kind {
                b"pitm" => file.read_primary(Reader(data)),
                b"iinf" => file.read_infos(Reader(data)),
                b"iloc" => file.read_locations(Reader(data)),
                b"iref" => file.read_references(Reader(data)),
                b"iprp" => file.read_properties(data),
                b"idat" => {
                    file.inner = data;
                    Some(())
                }
                _ => Some(()),
            };
            read.ok_or_else(|| Error::corrupt(Format::Avif, &"its description is damaged"))?;
        }
        Ok(file)
    }

    /// Returns the item to show.
    pub fn primary(&self) -> Result<&Item, Error> {
        self.items
            .get(&self.primary)
            .ok_or_else(|| Error::corrupt(Format::Avif, &"its picture is missing"))
    }

    /// Returns the data of an item.
    ///
    /// # Errors
    /// If parts are beyond the end of the file, or together larger than the file.
    pub fn data(&self, item: &Item) -> Result<Cow<'a, [u8]>, Error> {
        let source = if item.is_inner { self.inner } else { self.bytes };
        let part = |(offset, length): &(u64, u64)| {
            let rest = source.get(usize::try_from(*offset).ok()?..)?;
            // A length of 0 means the rest of the file.
            if *length == 0 { Some(rest) } else { rest.get(..usize::try_from(*length).ok()?) }
        };
        let parts: Option<Vec<&[u8]>> = item.extents.iter().map(part).collect();
        let parts = parts.ok_or_else(|| Error::truncated(Format::Avif))?;
        if let [only] = parts.as_slice() {
            return Ok(Cow::Borrowed(only));
        }
        let total = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        if total > source.len() {
            return Err(Error::corrupt(Format::Avif, &"its parts overlap"));
        }
        let mut whole = Vec::new();
        whole.try_reserve_exact(total).map_err(|_| out_of_memory())?;
        for part in parts {
            whole.extend_from_slice(part);
        }
        Ok(Cow::Owned(whole))
    }

    /// Returns the properties of an item, in order.
    pub fn properties(&self, item: &Item) -> impl Iterator<Item = &Property> {
        let place = |place: &usize| self.properties.get(place.checked_sub(1)?);
        item.properties.iter().filter_map(place)
    }

    /// Returns the part of `item` that some viewers show.
    pub fn crop(&self, item: &Item) -> Option<Crop> {
        self.properties(item).find_map(|property| {
            if let Property::Crop(crop) = property { Some(*crop) } else { None }
        })
    }

    /// Returns the declared width and height in pixels.
    pub fn size(&self, item: &Item) -> Option<(u32, u32)> {
        self.properties(item).find_map(|property| {
            if let Property::Size(width, height) = property {
                Some((*width, *height))
            } else {
                None
            }
        })
    }

    /// Returns the declared description of the colours.
    pub fn nclx(&self, item: &Item) -> Option<CodePoints> {
        self.properties(item).find_map(|property| {
            if let Property::Nclx(code_points) = property { Some(*code_points) } else { None }
        })
    }

    /// Returns the item that holds the transparency of `item`.
    pub fn alpha_of(&self, item: &Item) -> Option<&Item> {
        const NAMES: [&[u8]; 2] =
            [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];
        let names_alpha = |other: &&Item| {
            self.properties(other).any(|property| {
                matches!(property, Property::Auxiliary(name) if NAMES.contains(&name.as_slice()))
            })
        };
        let auxiliary =
            self.references.iter().filter(|r| &r.kind == b"auxl" && r.to.contains(&item.id));
        auxiliary.filter_map(|reference| self.items.get(&reference.from)).find(names_alpha)
    }

    /// Checks whether colours are multiplied by the transparency.
    pub fn is_premultiplied(&self, item: &Item) -> bool {
        self.references.iter().any(|r| &r.kind == b"prem" && r.from == item.id)
    }

    /// Returns the tiles of a grid, row by row.
    pub fn tiles_of(&self, grid: &Item) -> Vec<&Item> {
        let reference = self.references.iter().find(|r| &r.kind == b"dimg" && r.from == grid.id);
        let tiles = reference.map(|reference| reference.to.as_slice()).unwrap_or_default();
        tiles.iter().filter_map(|tile| self.items.get(tile)).collect()
    }

    /// Checks whether there are pictures besides `primary` that are not tiles, thumbnails or
    /// auxiliary pictures of another one.
    pub fn has_pictures_beside(&self, primary: &Item) -> bool {
        let is_part = |item: &Item| {
            self.references.iter().any(|reference| match &reference.kind {
                b"dimg" => reference.to.contains(&item.id),
                b"thmb" | b"auxl" => reference.from == item.id,
                _ => false,
            })
        };
        let is_picture = |item: &Item| matches!(&item.kind, b"av01" | b"grid");
        self.items.values().any(|item| item.id != primary.id && is_picture(item) && !is_part(item))
    }

    fn item(&mut self, id: u32) -> &mut Item {
        self.items.entry(id).or_insert_with(|| Item { id, ..Item::default() })
    }

    fn read_primary(&mut self, mut box_: Reader<'_>) -> Option<()> {
        let (version, _) = box_.version()?;
        self.primary = box_.id(version > 0)?;
        Some(())
    }

    fn read_infos(&mut self, mut box_: Reader<'_>) -> Option<()> {
        let (version, _) = box_.version()?;
        box_.number(if version == 0 { 2 } else { 4 })?;
        for Block { kind, data } in blocks(box_.0) {
            let mut entry = Reader(data);
            let (version, _) = entry.version()?;
            if &kind == b"infe" && version >= 2 {
                let id = entry.id(version > 2)?;
                entry.number(2)?;
                let kind = *entry.take(4)?.first_chunk()?;
                self.item(id).kind = kind;
            }
        }
        Some(())
    }

    fn read_locations(&mut self, mut box_: Reader<'_>) -> Option<()> {
        let (version, _) = box_.version()?;
        let (lengths, bases) = (box_.number(1)?, box_.number(1)?);
        let (offset_bytes, length_bytes) = (lengths >> 4, lengths & 15);
        let (base_bytes, index_bytes) = (bases >> 4, if version > 0 { bases & 15 } else { 0 });
        let count = box_.number(if version < 2 { 2 } else { 4 })?;
        for _ in 0..count {
            let id = box_.id(version > 1)?;
            let method = if version > 0 { box_.number(2)? & 15 } else { 0 };
            box_.number(2)?;
            let base = box_.number(base_bytes)?;
            let extents = box_.number(2)?;
            let item = self.item(id);
            item.is_inner = method == 1;
            for _ in 0..extents {
                box_.number(index_bytes)?;
                let offset = base.checked_add(box_.number(offset_bytes)?)?;
                item.extents.push((offset, box_.number(length_bytes)?));
            }
        }
        Some(())
    }

    fn read_references(&mut self, mut box_: Reader<'_>) -> Option<()> {
        let (version, _) = box_.version()?;
        for Block { kind, data } in blocks(box_.0) {
            let mut entry = Reader(data);
            let from = entry.id(version > 0)?;
            let count = entry.number(2)?;
            let to = (0..count).map(|_| entry.id(version > 0)).collect::<Option<_>>()?;
            self.references.push(Reference { kind, from, to });
        }
        Some(())
    }

    fn read_properties(&mut self, data: &[u8]) -> Option<()> {
        for Block { kind, data } in blocks(data) {
            match &kind {
                b"ipco" => {
                    for Block { kind, data } in blocks(data) {
                        self.properties.push(Property::read(kind, Reader(data))?);
                    }
                }
                b"ipma" => self.read_associations(Reader(data))?,
                _ => {}
            }
        }
        Some(())
    }

    fn read_associations(&mut self, mut box_: Reader<'_>) -> Option<()> {
        let (version, flags) = box_.version()?;
        let count = box_.number(4)?;
        for _ in 0..count {
            let id = box_.id(version > 0)?;
            let places = box_.number(1)?;
            for _ in 0..places {
                // The first bit only says that a reader must understand the property.
                let place =
                    if flags & 1 == 1 { box_.number(2)? & 0x7fff } else { box_.number(1)? & 0x7f };
                self.item(id).properties.push(usize::try_from(place).ok()?);
            }
        }
        Some(())
    }
}

impl Property {
    fn read(kind: [u8; 4], mut box_: Reader<'_>) -> Option<Self> {
        Some(match &kind {
            b"ispe" => {
                box_.version()?;
                Self::Size(box_.id(true)?, box_.id(true)?)
            }
            b"irot" => Self::Rotation(box_.take(1)?.first()? & 3),
            b"imir" => Self::Mirror(box_.take(1)?.first()? & 1),
            b"colr" if box_.0.starts_with(b"nclx") => {
                box_.take(4)?;
                let primaries = u16::try_from(box_.number(2)?).ok()?;
                // The transfer characteristics are not needed.
                box_.take(2)?;
                let matrix = u16::try_from(box_.number(2)?).ok()?;
                let is_full = box_.number(1)? & 0x80 != 0;
                Self::Nclx(CodePoints { primaries, matrix, is_full })
            }
            b"clap" => Self::Crop(Crop::read(&mut box_)?),
            b"auxC" => {
                box_.version()?;
                let name = box_.0.split(|byte| *byte == 0).next().unwrap_or_default();
                Self::Auxiliary(name.to_vec())
            }
            _ => Self::Other,
        })
    }
}

impl Grid {
    /// Reads the data of an item of type `grid`.
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut data = Reader(data);
        let flags = data.number(2)?;
        let (rows, columns) = (data.number(1)? + 1, data.number(1)? + 1);
        let bytes = if flags & 1 == 1 { 4 } else { 2 };
        let (width, height) = (data.number(bytes)?, data.number(bytes)?);
        let small = |number: u64| u32::try_from(number).ok();
        Some(Self {
            width: small(width)?,
            height: small(height)?,
            columns: small(columns)?,
            rows: small(rows)?,
        })
    }
}

/// A box of the file; `box` is a keyword of Rust.
struct Block<'a> {
    kind: [u8; 4],
    data: &'a [u8],
}

/// Iterates over boxes; the last one may be cut.
fn blocks(bytes: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let mut reader = Reader(rest);
        let short = reader.number(4)?;
        let kind = *reader.take(4)?.first_chunk()?;
        let length = match short {
            // 0: the box extends to the end of the file. 1: the length follows in 64 bits.
            0 => u64::MAX,
            1 => reader.number(8)?.saturating_sub(16),
            short => short.checked_sub(8)?,
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(reader.0.len());
        let (data, after) = reader.0.split_at(length);
        rest = after;
        Some(Block { kind, data })
    })
}

/// Reads big-endian numbers; `None` at the end of the data.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads a number of up to eight bytes; 0 for no bytes.
    fn number(&mut self, bytes: u64) -> Option<u64> {
        let taken = self.take(usize::try_from(bytes).ok()?)?;
        Some(taken.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    /// Reads an item id of 32 bits if `is_long`, otherwise of 16.
    fn id(&mut self, is_long: bool) -> Option<u32> {
        u32::try_from(self.number(if is_long { 4 } else { 2 })?).ok()
    }

    /// Reads version and flags.
    fn version(&mut self) -> Option<(u64, u64)> {
        Some((self.number(1)?, self.number(3)?))
    }
}
