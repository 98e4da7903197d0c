//! WebP, by `image-webp`, which composes animations itself.

use std::io::{Cursor, ErrorKind};

use image_webp::{DecodingError, WebPDecoder};

use super::{Visitor, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format, Limits};

const WEBP: Format = Format::Webp;

/// The frames of a WebP.
pub fn frames(bytes: &[u8], limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), Error> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(unreadable)?;
    decoder.set_memory_limit(usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    check_area(WEBP, width, height, limits)?;
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut samples = frame_buffer(width, height, layout)?;
    if !decoder.is_animated() {
        decoder.read_image(&mut samples).map_err(unreadable)?;
        let _ = visitor(Pixels { width, height, layout, samples: &samples });
        return Ok(());
    }
    for _ in 0..decoder.num_frames() {
        decoder.read_frame(&mut samples).map_err(unreadable)?;
        if visitor(Pixels { width, height, layout, samples: &samples }).is_break() {
            break;
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: DecodingError) -> Error {
    if let DecodingError::IoError(io) = &error
        && io.kind() == ErrorKind::UnexpectedEof
    {
        return Error::truncated(WEBP);
    }
    if matches!(error, DecodingError::MemoryLimitExceeded) {
        return out_of_memory();
    }
    Error::corrupt(WEBP, &error)
}
