//! Decodes PNG and APNG, by `png`. Every depth becomes 8 bits, palettes become colours.

mod chunks;

use std::io::{Cursor, ErrorKind};

use mamori_model::Transform;
use png::{BlendOp, ColorType, Decoder, DisposeOp, FrameControl, Reader, Transformations};

use super::canvas::{Canvas, Rect};
use super::{Sink, check_area, exif, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format};

const PNG: Format = Format::Png;

/// Decodes the frames of a PNG: one; or the default picture and the animation of an APNG.
///
/// Wrong checksums do not stop decoding, as in browsers; the file is reported as damaged at the
/// end.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let found = chunks::read(bytes);
    if found.is_apples {
        return Err(Error::Unsupported { found: APPLES });
    }
    let shown = found.exif.map_or(Transform::None, exif::orientation);
    let whole = chunks::with_end(bytes, &found);
    decode(&whole, (shown, found.frames), sink)?;
    if found.end != chunks::End::Whole && found.declared > found.frames {
        return Err(Error::truncated(PNG));
    }
    if found.is_damaged {
        return Err(Error::corrupt(PNG, &"a checksum is wrong"));
    }
    Ok(())
}

/// A variant in iPhone applications that only Apple's decoder reads.
const APPLES: &str = "PNG in Apple's form";

fn decode(
    bytes: &[u8],
    (shown, begun): (Transform, u32),
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let memory = usize::try_from(sink.limits.memory_bytes_max).unwrap_or(usize::MAX);
    let limited = png::Limits { bytes: memory };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limited);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.ignore_checksums(true);
    let header = decoder.read_header_info().map_err(unreadable)?;
    let (width, height) = (header.width, header.height);
    check_area(PNG, width, height, sink.limits)?;

    let mut reader = decoder.read_info().map_err(unreadable)?;
    let layout = match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
    };
    let mut part = frame_buffer(width, height, layout)?;
    if reader.info().animation_control.is_none() {
        // In a file that ends early, the rows that were read are in the buffer.
        let read = reader.next_frame(&mut part).map_err(unreadable);
        let is_empty =
            matches!(&read, Err(Error::Unreadable { .. })) && part.iter().all(|b| *b == 0);
        if !is_empty {
            sink.give_only(shown, Pixels { width, height, layout, samples: &part });
        }
        return read.map(drop);
    }
    // A default picture that is not part of the animation comes first and on its own: viewers
    // without support for APNG show it.
    let is_apart = reader.info().frame_control.is_none();
    let mut first = 0_u32;
    // Some writers declare more frames than they write; viewers show no more than are declared.
    let declared = reader.info().animation_control.map_or(0, |control| control.num_frames);
    let played = declared.min(begun);
    if begun > declared {
        sink.leave_out();
    }
    sink.set_frame_count(u64::from(played) + u64::from(is_apart));
    if is_apart {
        first = 1;
        let is_wanted = sink.wants(0);
        reader.next_frame(&mut part).map_err(unreadable)?;
        if is_wanted
            && sink.give(0, shown, Pixels { width, height, layout, samples: &part }).is_break()
        {
            return Ok(());
        }
    }
    let mut canvas = Canvas::new(width, height, layout)?;
    for number in first..first.saturating_add(played) {
        if number > 0 {
            reader.next_frame_info().map_err(unreadable)?;
        }
        if sink.wants(number) && frame(&mut reader, (number, shown), &mut part, &mut canvas, sink)?
        {
            break;
        }
    }
    Ok(())
}

/// Draws and gives one frame of an animation; returns whether no further frame is wanted.
fn frame(
    reader: &mut Reader<Cursor<&[u8]>>,
    (number, shown): (u32, Transform),
    part: &mut [u8],
    canvas: &mut Canvas,
    sink: &mut Sink<'_>,
) -> Result<bool, Error> {
    let control = reader.info().frame_control;
    reader.next_frame(part).map_err(unreadable)?;
    let control = control.or(reader.info().frame_control);
    let Some(control) = control else { return Ok(true) };
    let place = place(&control);
    let before = (control.dispose_op == DisposeOp::Previous).then(|| canvas.saved());
    canvas.draw(part, place, control.blend_op == BlendOp::Over);
    let flow = sink.give(number, shown, canvas.pixels());
    match (control.dispose_op, before) {
        (DisposeOp::None, _) => {}
        (DisposeOp::Background, _) => canvas.clear(place),
        (DisposeOp::Previous, before) => canvas.restore(before.unwrap_or_default()),
    }
    Ok(flow.is_break())
}

fn place(control: &FrameControl) -> Rect {
    Rect {
        left: control.x_offset,
        top: control.y_offset,
        width: control.width,
        height: control.height,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: png::DecodingError) -> Error {
    if let png::DecodingError::IoError(io) = &error
        && io.kind() == ErrorKind::UnexpectedEof
    {
        return Error::truncated(PNG);
    }
    if matches!(error, png::DecodingError::LimitsExceeded) {
        return out_of_memory();
    }
    Error::corrupt(PNG, &error)
}
