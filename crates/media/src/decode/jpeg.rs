//! JPEG, by `zune-jpeg`, in its strict mode.
//!
//! The lenient mode paints what is missing grey, and the grey part would silently match nothing. (An
//! end marker in the middle is believed: every viewer shows the rest grey, and so we hash it.) To be
//! strict with pictures and not with cameras, the file is first reduced to the segments that make the
//! picture: EXIF, comments, junk between segments and all after the end stay outside.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{FrameBuffer, Visitor, check_area};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format, Limits};

const JPEG: Format = Format::Jpeg;

/// The one frame of a JPEG.
pub fn frames(bytes: &[u8], limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), Error> {
    let reduced = reduce(bytes);
    let corrupt = |cause| Error::corrupt(JPEG, &cause);
    // The defaults for width and height are smaller than what `pixels_max` may permit.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(65_535)
        .set_max_height(65_535);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&reduced), options);
    decoder.decode_headers().map_err(corrupt)?;
    let info = decoder.info().ok_or_else(|| Error::truncated(JPEG))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    check_area(JPEG, width, height, limits)?;
    // Most JPEGs keep brightness apart from colour, which then need not be decoded. CMYK and YCCK
    // become RGB as Adobe stores them, inverted, which Pillow assumes too.
    let (space, layout) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma | ColorSpace::YCbCr) => (ColorSpace::Luma, Layout::Grey),
        _ => (ColorSpace::RGB, Layout::Rgb),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let mut samples = FrameBuffer::new(width, height, layout)?;
    decoder.decode_into(&mut samples.0).map_err(corrupt)?;
    let _ = visitor(Pixels { width, height, layout, samples: &samples.0 });
    Ok(())
}

/// A segment's fate, by its marker (ITU-T T.81, table B.1).
enum Kind {
    /// Tables, frame, scan: needed.
    Needed,
    /// Start of scan: needed, and coded data follows.
    Scan,
    /// Application data, comments.
    Extra,
    /// A marker without a segment.
    Alone,
    /// End of image.
    End,
}

fn kind(marker: u8) -> Kind {
    match marker {
        0x00 | 0x01 | 0xd0..=0xd8 | 0xff => Kind::Alone,
        0xd9 => Kind::End,
        0xda => Kind::Scan,
        // APP0 says "no Huffman tables: those of the standard", APP14 which colours are meant.
        0xc0..=0xcf | 0xdb..=0xdf | 0xe0 | 0xee => Kind::Needed,
        _ => Kind::Extra,
    }
}

/// The segments of `bytes` that make the picture. Never longer than `bytes`; a file that ends early
/// stays one that ends early.
fn reduce(bytes: &[u8]) -> Vec<u8> {
    let mut reduced = Vec::with_capacity(bytes.len());
    reduced.extend_from_slice(b"\xff\xd8");
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        rest = after;
        let (is_needed, is_scan) = match kind(marker) {
            Kind::Alone => continue,
            Kind::Needed => (true, false),
            Kind::Scan => (true, true),
            Kind::Extra => (false, false),
            Kind::End => {
                reduced.extend_from_slice(b"\xff\xd9");
                break;
            }
        };
        let Some((segment, after)) = split_segment(rest, is_scan) else { break };
        if is_needed {
            reduced.extend_from_slice(&[0xff, marker]);
            reduced.extend_from_slice(segment);
        }
        rest = after;
    }
    reduced
}

/// The next marker and what follows it; junk before it is skipped, as libjpeg does.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = marker_at(bytes, |code| matches!(code, 1..=0xfe))?;
    let (_, from_marker) = bytes.split_at_checked(at + 1)?;
    from_marker.split_first().map(|(marker, after)| (*marker, after))
}

/// The segment with its length, and its coded data if `is_scan`, and what follows.
fn split_segment(bytes: &[u8], is_scan: bool) -> Option<(&[u8], &[u8])> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    let coded = bytes.get(length..)?;
    let coded_length = if is_scan { coded_length(coded) } else { 0 };
    bytes.split_at_checked(length + coded_length)
}

/// How many bytes of coded data come before the next marker that does not belong to them.
fn coded_length(bytes: &[u8]) -> usize {
    marker_at(bytes, |code| matches!(code, 0x01..=0xcf | 0xd8..=0xfe)).unwrap_or(bytes.len())
}

/// Where the first marker is whose code `is_wanted`.
fn marker_at(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let has_code = |at: &usize| bytes.get(at + 1).is_some_and(|code| is_wanted(*code));
    memchr::memchr_iter(0xff, bytes).find(has_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_the_picture_is_decoded() {
        let file = b"\xff\xd8\xff\xe1\0\x04hijunk\xff\xff\xdb\0\x03Q\xff\xda\0\x02d\xff\0d\xff\xd0d\xff\xd9tail";

        let reduced = reduce(file);

        assert_eq!(reduced, b"\xff\xd8\xff\xdb\0\x03Q\xff\xda\0\x02d\xff\0d\xff\xd0d\xff\xd9");
    }

    #[test]
    fn a_file_that_ends_early_still_does() {
        assert_eq!(reduce(b"\xff\xd8\xff\xdb\0\x10Q"), b"\xff\xd8");
        assert_eq!(reduce(b"\xff\xd8\xff\xda\0\x02dd"), b"\xff\xd8\xff\xda\0\x02dd");
        assert_eq!(reduce(b"\xff\xd8\xff"), b"\xff\xd8");
    }
}
