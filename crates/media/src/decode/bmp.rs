//! Decodes Windows bitmaps, by `image`.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError};

use mamori_model::Transform;

use super::{Sink, check_area, frame_buffer};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format};

const BMP: Format = Format::Bmp;

/// Bytes of the header that says where the pixels begin.
const FILE_HEADER: usize = 14;

/// Decodes the one frame of a bitmap.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let bytes = with_one_plane(bytes);
    let decoder = match bytes.split_at_checked(FILE_HEADER) {
        // Some writers leave the place of the pixels at 0; viewers take what follows the palette.
        Some((header, rest)) if header.ends_with(&[0; 4]) => {
            BmpDecoder::new_without_file_header(Cursor::new(rest))
        }
        _ => BmpDecoder::new(Cursor::new(bytes.as_ref())),
    };
    let decoder = decoder.map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check_area(BMP, width, height, sink.limits)?;
    let layouts = [
        (ColorType::L8, Layout::Grey),
        (ColorType::Rgb8, Layout::Rgb),
        (ColorType::Rgba8, Layout::Rgba),
    ];
    let colour = decoder.color_type();
    let Some((_, layout)) = layouts.into_iter().find(|(known, _)| *known == colour) else {
        return Err(Error::corrupt(BMP, &"a colour type that bitmaps do not have"));
    };
    let mut samples = frame_buffer(width, height, layout)?;
    // In a damaged file, the samples before the damage have been written.
    let read = decoder.read_image(&mut samples).map_err(unreadable);
    sink.give_only(Transform::None, Pixels { width, height, layout, samples: &samples });
    read
}

/// Declares one plane, the only number that has a meaning: viewers do not read it.
fn with_one_plane(bytes: &[u8]) -> Cow<'_, [u8]> {
    const CORE_HEADER: [u8; 4] = [12, 0, 0, 0];
    const ONE: [u8; 2] = [1, 0];
    let header = bytes.get(FILE_HEADER..FILE_HEADER + 4);
    let place = FILE_HEADER + if header == Some(&CORE_HEADER) { 8 } else { 12 };
    let mut bytes = Cow::from(bytes);
    if bytes.get(place..place + 2).is_some_and(|planes| planes != ONE)
        && let Some(planes) = bytes.to_mut().get_mut(place..place + 2)
    {
        planes.copy_from_slice(&ONE);
    }
    bytes
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: ImageError) -> Error {
    if let ImageError::IoError(io) = &error
        && io.kind() == ErrorKind::UnexpectedEof
    {
        return Error::truncated(BMP);
    }
    if matches!(error, ImageError::Unsupported(_)) {
        return Error::Unsupported { found: "BMP of a rare kind" };
    }
    Error::corrupt(BMP, &error)
}
