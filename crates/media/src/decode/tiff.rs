//! Decodes TIFF, by `tiff`: every page. Samples are converted here to 8 bits, grey or RGB, with or
//! without alpha.

use std::collections::BTreeSet;
use std::io::{Cursor, ErrorKind};

use mamori_model::Transform;
use tiff::decoder::{ChunkType, Decoder, DecodingResult};
use tiff::tags::{CompressionMethod, Tag};
use tiff::{ColorType, TiffError};

use super::{Sink, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels, cmyk_to_rgb, high_byte, low_byte, size};
use crate::{Error, Format, Limits};

mod directory;
mod jpeg;
mod prepare;

const TIFF: Format = Format::Tiff;

/// Decodes the pages of a TIFF.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let prepared = prepare::prepare(bytes)?;
    let mut decoder = open(&prepared.bytes, sink.limits).map_err(unreadable)?;
    sink.set_frame_count(pages(&prepared.bytes, sink.limits));
    for number in 0.. {
        if sink.wants(number) {
            let (width, height) = decoder.dimensions().map_err(unreadable)?;
            check_area(TIFF, width, height, sink.limits)?;
            let shown = orientation(&mut decoder)?;
            let page = read_page(&mut decoder, &prepared.palettes, width, height)?;
            if sink.give(number, shown, page.pixels()).is_break() {
                break;
            }
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(unreadable)?;
    }
    Ok(())
}

/// Returns the number of pages, as far as their chain can be followed.
fn pages(bytes: &[u8], limits: &Limits) -> u64 {
    let Ok(mut decoder) = open(bytes, limits) else { return 1 };
    let mut count = 1;
    while decoder.more_images() && decoder.next_image().is_ok() {
        count += 1;
    }
    count
}

fn orientation(decoder: &mut Reader<'_>) -> Result<Transform, Error> {
    let value = decoder.find_tag_unsigned::<u16>(Tag::Orientation).map_err(unreadable)?;
    Ok(value.map_or(Transform::None, Transform::of_orientation))
}

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Reader<'a>, TiffError> {
    let memory = usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX);
    let mut limited = tiff::decoder::Limits::default();
    limited.decoding_buffer_size = memory;
    limited.intermediate_buffer_size = memory;
    Ok(Decoder::new(Cursor::new(bytes))?.with_limits(limited))
}

struct Page {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
}

impl Page {
    fn pixels(&self) -> Pixels<'_> {
        let Self { width, height, layout, ref samples } = *self;
        Pixels { width, height, layout, samples }
    }
}

fn read_page(
    decoder: &mut Reader<'_>,
    palettes: &BTreeSet<u64>,
    width: u32,
    height: u32,
) -> Result<Page, Error> {
    let colour = decoder.colortype().map_err(unreadable)?;
    let map = prepare::colours(decoder, colour, palettes)?;
    if compression(decoder)? == Some(CompressionMethod::ModernJPEG) {
        return match map {
            None => jpeg::read_page(decoder, colour, width, height),
            Some(_) => Err(Error::Unsupported { found: RARE }),
        };
    }
    // `tiff` 0.11.3 reads bits in one order only; `prepare` has converted what can be converted.
    let order = decoder.find_tag_unsigned::<u16>(Tag::FillOrder).map_err(unreadable)?;
    if order.is_some_and(|order| order != HIGHEST_BIT_FIRST) {
        return Err(Error::Unsupported { found: RARE });
    }
    // `tiff` 0.11.3 cuts the tiles of every plane but the first by the padding of other tiles.
    let has_tiles = decoder.get_chunk_type() == ChunkType::Tile;
    if has_tiles && has_planes(decoder)? && colour.num_samples() > 1 {
        return Err(Error::Unsupported { found: RARE });
    }
    let mut raw = DecodingResult::U8(Vec::new());
    let read = decoder.read_image_to_buffer(&mut raw).map_err(unreadable)?;
    if raw.as_buffer(0).byte_len() < read.complete_len {
        return Err(out_of_memory());
    }
    let samples = usize::from(colour.num_samples());
    let row_samples = size(width) * if read.planes > 1 { 1 } else { samples };
    let raw = to_bytes(raw, colour.bit_depth(), row_samples)?;
    let mut raw = if read.planes > 1 { interleaved(&raw, samples) } else { raw };
    let needed = size(width) * size(height) * samples;
    if raw.len() < needed {
        return Err(Error::truncated(TIFF));
    }
    raw.truncate(needed);
    if let Some(layout) = plain_layout(colour).filter(|_| map.is_none()) {
        if is_premultiplied(decoder)? {
            divide_by_alpha(&mut raw, layout);
        }
        return Ok(Page { width, height, layout, samples: raw });
    }
    let has_alpha = map.is_some() && samples == 2;
    let layout = if has_alpha { Layout::Rgba } else { Layout::Rgb };
    let mut page = frame_buffer(width, height, layout)?;
    let pixels = raw.chunks_exact(samples.max(1));
    for (to, from) in page.chunks_exact_mut(layout.samples()).zip(pixels) {
        match (&map, from) {
            (Some(map), [index, alpha @ ..]) => {
                let rgb = map.get(usize::from(*index)).copied().unwrap_or_default();
                to.iter_mut().zip(rgb.iter().chain(alpha)).for_each(|(to, from)| *to = *from);
            }
            _ => write_pixel(to, from, colour)?,
        }
    }
    Ok(Page { width, height, layout, samples: page })
}

/// Checks whether the samples of a pixel are stored in separate planes.
fn has_planes(decoder: &mut Reader<'_>) -> Result<bool, Error> {
    const APART: u16 = 2;
    let value = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(unreadable)?;
    Ok(value == Some(APART))
}

fn compression(decoder: &mut Reader<'_>) -> Result<Option<CompressionMethod>, Error> {
    let value = decoder.find_tag_unsigned::<u16>(Tag::Compression).map_err(unreadable)?;
    Ok(value.map(CompressionMethod::from_u16_exhaustive))
}

/// Checks whether colours are stored multiplied by alpha.
fn is_premultiplied(decoder: &mut Reader<'_>) -> Result<bool, Error> {
    const ASSOCIATED: u16 = 1;
    let kinds = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(unreadable)?;
    Ok(kinds.is_some_and(|kinds| kinds.first() == Some(&ASSOCIATED)))
}

/// Divides colours that are stored multiplied by alpha by it, as Pillow does.
fn divide_by_alpha(samples: &mut [u8], layout: Layout) {
    if !matches!(layout, Layout::GreyAlpha | Layout::Rgba) {
        return;
    }
    for pixel in samples.chunks_exact_mut(layout.samples()) {
        if let Some((alpha, colours)) = pixel.split_last_mut()
            && *alpha > 0
            && *alpha < u8::MAX
        {
            for colour in colours {
                let strength = u32::from(*colour) * 255 / u32::from(*alpha);
                *colour = low_byte(strength.min(255));
            }
        }
    }
}

/// Returns the layout of samples that need no conversion; `None` for others.
fn plain_layout(colour: ColorType) -> Option<Layout> {
    // Samples of 16 bits have been reduced to 8 before.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other colour is converted")]
    match colour {
        ColorType::Gray(8 | 16) => Some(Layout::Grey),
        ColorType::Multiband { bit_depth: 8 | 16, num_samples: 2 } => Some(Layout::GreyAlpha),
        ColorType::RGB(8 | 16) => Some(Layout::Rgb),
        ColorType::RGBA(8 | 16) => Some(Layout::Rgba),
        _ => None,
    }
}

/// Converts one pixel's samples to RGB.
fn write_pixel(to: &mut [u8], from: &[u8], colour: ColorType) -> Result<(), Error> {
    let rgb = match (colour, from) {
        (ColorType::Gray(_) | ColorType::Multiband { .. }, [grey, ..]) => [*grey; 3],
        (ColorType::RGB(_) | ColorType::RGBA(_), [red, green, blue, ..]) => [*red, *green, *blue],
        (ColorType::CMYK(_) | ColorType::CMYKA(_), [cyan, magenta, yellow, black, ..]) => {
            cmyk_to_rgb([*cyan, *magenta, *yellow, *black])
        }
        (ColorType::YCbCr(_), [luma, blue, red]) => ycbcr_to_rgb(*luma, *blue, *red),
        _ => return Err(Error::Unsupported { found: RARE }),
    };
    to.iter_mut().zip(rgb).for_each(|(to, from)| *to = from);
    Ok(())
}

/// Converts to one byte for each sample: 16 bits lose their lower half, fewer than 8 are stretched.
/// Palette indices are stretched too; [`prepare::colours`] takes that into account.
fn to_bytes(raw: DecodingResult, depth: u8, row_samples: usize) -> Result<Vec<u8>, Error> {
    match raw {
        DecodingResult::U8(bytes) if depth >= 8 => Ok(bytes),
        DecodingResult::U8(bytes) => Ok(unpacked(&bytes, depth, row_samples)),
        DecodingResult::U16(words) => Ok(words.into_iter().map(high_byte).collect()),
        DecodingResult::U32(_)
        | DecodingResult::U64(_)
        | DecodingResult::F16(_)
        | DecodingResult::F32(_)
        | DecodingResult::F64(_)
        | DecodingResult::I8(_)
        | DecodingResult::I16(_)
        | DecodingResult::I32(_)
        | DecodingResult::I64(_) => Err(Error::Unsupported { found: RARE }),
    }
}

/// Converts packed bits to bytes, 0 to 0 and the highest value to 255; each row of `width` samples
/// starts at a new byte.
fn unpacked(packed: &[u8], depth: u8, width: usize) -> Vec<u8> {
    let depth = u32::from(depth.clamp(1, 7));
    let highest = (1 << depth) - 1;
    let row_bytes = (width * size(depth)).div_ceil(8).max(1);
    let mut bytes = Vec::with_capacity(packed.len() / row_bytes * width);
    for row in packed.chunks(row_bytes) {
        let (mut held, mut bits) = (0_u32, 0_u32);
        let mut input = row.iter();
        for _ in 0..width {
            while bits < depth {
                held = (held << 8) | u32::from(input.next().copied().unwrap_or_default());
                bits += 8;
            }
            bits -= depth;
            let sample = (held >> bits) & highest;
            held &= (1 << bits) - 1;
            bytes.push(low_byte(sample * 255 / highest));
        }
    }
    bytes
}

fn interleaved(planes: &[u8], count: usize) -> Vec<u8> {
    let plane_length = planes.len() / count.max(1);
    let mut bytes = vec![0; plane_length * count];
    for (index, plane) in planes.chunks_exact(plane_length.max(1)).take(count).enumerate() {
        for (pixel, sample) in bytes.chunks_exact_mut(count).zip(plane) {
            if let Some(to) = pixel.get_mut(index) {
                *to = *sample;
            }
        }
    }
    bytes
}

/// Converts full-range BT.601, as in JPEG, with factors in 1/65536.
fn ycbcr_to_rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let (luma, blue, red) = (i32::from(luma) << 16, i32::from(blue) - 128, i32::from(red) - 128);
    let sums = [luma + 91_881 * red, luma - 22_554 * blue - 46_802 * red, luma + 116_130 * blue];
    sums.map(|sum| u8::try_from(((sum + 32_768) >> 16).clamp(0, 255)).unwrap_or_default())
}

/// The value of `FillOrder` that needs no rewriting.
const HIGHEST_BIT_FIRST: u16 = 1;

/// Compressions, depths and colours that `tiff` does not read.
const RARE: &str = "TIFF of a rare kind";

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: TiffError) -> Error {
    if let TiffError::IoError(io) = &error
        && io.kind() == ErrorKind::UnexpectedEof
    {
        return Error::truncated(TIFF);
    }
    if matches!(error, TiffError::UnsupportedError(_)) {
        return Error::Unsupported { found: RARE };
    }
    if matches!(error, TiffError::LimitsExceeded) {
        return out_of_memory();
    }
    Error::corrupt(TIFF, &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_bytes_row_by_row() {
        assert_eq!(unpacked(&[0b1010_0000, 0b0100_0000], 1, 3), [255, 0, 255, 0, 255, 0]);
        assert_eq!(unpacked(&[0b0001_1011], 2, 4), [0, 85, 170, 255]);
        assert_eq!(unpacked(&[0x0f, 0xa0], 4, 3), [0, 255, 170]);
    }

    #[test]
    fn ycbcr_of_grey_is_grey_and_of_red_is_red() {
        assert_eq!(ycbcr_to_rgb(77, 128, 128), [77, 77, 77]);
        assert_eq!(ycbcr_to_rgb(76, 85, 255), [254, 0, 0]);
    }
}
