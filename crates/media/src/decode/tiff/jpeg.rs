//! Decodes pages of a TIFF that contain JPEG (TIFF Technical Note 2), by the decoder of JPEG files.

use tiff::ColorType;
use tiff::decoder::ChunkType;
use tiff::tags::{PhotometricInterpretation, Tag};

use super::{Page, Reader, TIFF, unreadable};
use crate::decode::jpeg::{Part, PartColours, part};
use crate::decode::{frame_buffer, out_of_memory};
use crate::pixels::{Layout, size};
use crate::{Error, Limits};

/// Decodes the current page.
pub fn read_page(
    decoder: &mut Reader<'_>,
    colour: ColorType,
    width: u32,
    height: u32,
) -> Result<Page, Error> {
    let samples = decoder.find_tag_unsigned::<u16>(Tag::SamplesPerPixel).map_err(unreadable)?;
    let samples = samples.unwrap_or(1);
    let has_planes = super::has_planes(decoder)? && samples > 1;
    let (layout, colours) = match (colour, samples, has_planes) {
        (ColorType::Gray(8), 1, _) => (Layout::Grey, PartColours::One),
        (ColorType::RGB(8), 3, true) => (Layout::Rgb, PartColours::One),
        (ColorType::RGB(8), 3, false) => (Layout::Rgb, PartColours::Rgb),
        (ColorType::RGB(8), 4, false) => (Layout::Rgb, PartColours::RgbUnused),
        (ColorType::RGBA(8), 4, false) => (Layout::Rgba, PartColours::Rgba),
        (ColorType::YCbCr(8), 3, false) => (Layout::Rgb, PartColours::YCbCr),
        (ColorType::CMYK(8), 4, false) => (Layout::Rgb, PartColours::Inks),
        _ => return Err(Error::Unsupported { found: super::RARE }),
    };
    let mut page = Page { width, height, layout, samples: frame_buffer(width, height, layout)? };
    let pieces = Pieces::of(decoder, colours)?;
    let (wide, high) = decoder.chunk_dimensions();
    let across = width.div_ceil(wide.max(1)).max(1);
    let each_plane = across.saturating_mul(height.div_ceil(high.max(1)));
    let planes = if has_planes { usize::from(samples) } else { 1 };
    if pieces.places.len() < size(each_plane).saturating_mul(planes) {
        return Err(Error::truncated(TIFF));
    }
    for (index, place) in (0_u32..).zip(&pieces.places) {
        let (plane, index) = (index / each_plane.max(1), index % each_plane.max(1));
        let piece = pieces.decode(decoder, *place)?;
        let target = Target {
            left: (index % across).saturating_mul(wide),
            top: (index / across).saturating_mul(high),
            plane: has_planes.then(|| size(plane)),
        };
        let rows = high.min(height.saturating_sub(target.top));
        if piece.width < wide.min(width) || piece.height < rows {
            return Err(Error::truncated(TIFF));
        }
        target.draw(&mut page, &piece)?;
    }
    let photometric =
        decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).map_err(unreadable)?;
    if photometric == Some(PhotometricInterpretation::WhiteIsZero.to_u16()) {
        page.samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
    }
    if super::is_premultiplied(decoder)? {
        super::divide_by_alpha(&mut page.samples, layout);
    }
    Ok(page)
}

/// The strips or tiles of a page.
struct Pieces {
    tables: Vec<u8>,
    /// Offset and length in bytes of each piece.
    places: Vec<(u64, u64)>,
    colours: PartColours,
}

impl Pieces {
    fn of(decoder: &mut Reader<'_>, colours: PartColours) -> Result<Self, Error> {
        let (offsets, counts) = match decoder.get_chunk_type() {
            ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
            ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
        };
        let mut all = |tag| decoder.find_tag_unsigned_vec::<u64>(tag).map_err(unreadable);
        let offsets = all(offsets)?.unwrap_or_default();
        let counts = all(counts)?.unwrap_or_default();
        let tables = decoder.find_tag(Tag::JPEGTables).map_err(unreadable)?;
        let tables = tables.and_then(|value| value.into_u8_vec().ok()).unwrap_or_default();
        Ok(Self { tables, places: offsets.into_iter().zip(counts).collect(), colours })
    }

    /// Decodes one piece: its own segments after the tables that all pieces share.
    fn decode(&self, decoder: &mut Reader<'_>, (from, count): (u64, u64)) -> Result<Part, Error> {
        const START: &[u8] = b"\xff\xd8";
        const END: &[u8] = b"\xff\xd9";
        let file = *decoder.inner().get_ref();
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let piece = from.checked_add(count).and_then(|to| file.get(from..to));
        let piece = piece.ok_or_else(|| Error::truncated(TIFF))?;
        let tables = self.tables.strip_suffix(END).unwrap_or(&self.tables);
        let whole = match (tables.starts_with(START), piece.strip_prefix(START)) {
            (true, Some(rest)) => [tables, rest].concat(),
            _ => piece.to_vec(),
        };
        part(&whole, self.colours, &Limits::default())
    }
}

/// The place of a piece on its page.
struct Target {
    left: u32,
    top: u32,
    /// The sample of each pixel that the piece holds; `None` if it holds all.
    plane: Option<usize>,
}

impl Target {
    /// Draws `piece`; parts beyond the page's edges are padding.
    fn draw(&self, page: &mut Page, piece: &Part) -> Result<(), Error> {
        let to_bytes = page.layout.samples();
        let from_bytes = piece.layout.samples();
        if self.plane.is_none() && from_bytes != to_bytes {
            return Err(Error::corrupt(TIFF, &"a part has other colours than the page"));
        }
        let row_bytes = size(page.width).checked_mul(to_bytes).ok_or_else(out_of_memory)?;
        let left = size(self.left) * to_bytes;
        let rows = page.samples.chunks_mut(row_bytes.max(1)).skip(size(self.top));
        let pieces = piece.samples.chunks(size(piece.width) * from_bytes);
        for (to, from) in rows.zip(pieces) {
            let to = to.get_mut(left..).unwrap_or_default();
            match self.plane {
                None => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
                Some(plane) => {
                    let pixels = to.chunks_exact_mut(to_bytes).zip(from.chunks_exact(from_bytes));
                    for (pixel, sample) in pixels {
                        if let (Some(to), Some(from)) = (pixel.get_mut(plane), sample.first()) {
                            *to = *from;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
