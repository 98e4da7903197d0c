//! Decodes Windows bitmaps, by `image`.

use std::io::{Cursor, ErrorKind};

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError};

use mamori_model::Transform;

use super::{Sink, check_area, frame_buffer};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format};

const BMP: Format = Format::Bmp;

/// Decodes the one frame of a bitmap.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(unreadable)?;
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
