//! PNG and APNG, by `png`. Every depth becomes 8 bits, palettes become colours.

use std::io::{Cursor, ErrorKind};
use std::ops::ControlFlow;

use png::{BlendOp, ColorType, Decoder, DisposeOp, FrameControl, Reader, Transformations};

use super::{Visitor, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels, low_byte, size};
use crate::{Error, Format, Limits};

const PNG: Format = Format::Png;

/// The frames of a PNG: one; or the default picture and the animation of an APNG.
pub fn frames(bytes: &[u8], limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), Error> {
    let memory = usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX);
    let limited = png::Limits { bytes: memory };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limited);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(unreadable)?;
    let (width, height) = (header.width, header.height);
    check_area(PNG, width, height, limits)?;

    let mut reader = decoder.read_info().map_err(unreadable)?;
    let layout = match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
    };
    let mut part = frame_buffer(width, height, layout)?;
    if reader.info().animation_control.is_none() {
        reader.next_frame(&mut part).map_err(unreadable)?;
        let _ = visitor(Pixels { width, height, layout, samples: &part });
        return Ok(());
    }
    let shown = frame_buffer(width, height, layout)?;
    let mut canvas = Canvas { width, height, layout, shown };
    animation(&mut reader, &mut part, &mut canvas, visitor)
}

fn animation(
    reader: &mut Reader<Cursor<&[u8]>>,
    part: &mut [u8],
    canvas: &mut Canvas,
    visitor: &mut Visitor<'_>,
) -> Result<(), Error> {
    let played = reader.info().animation_control.map_or(0, |control| control.num_frames);
    // A default picture that is not part of the animation comes first and on its own: it is what
    // viewers show that know no APNG.
    let is_apart = reader.info().frame_control.is_none();
    if is_apart {
        reader.next_frame(part).map_err(unreadable)?;
        if visitor(canvas.pixels(part)).is_break() {
            return Ok(());
        }
    }
    for _ in 0..played {
        reader.next_frame(part).map_err(unreadable)?;
        let Some(control) = reader.info().frame_control else { break };
        let before = (control.dispose_op == DisposeOp::Previous).then(|| canvas.shown.clone());
        canvas.draw(part, &control);
        if let ControlFlow::Break(()) = visitor(canvas.pixels(&canvas.shown)) {
            break;
        }
        match (control.dispose_op, before) {
            (DisposeOp::None, _) => {}
            (DisposeOp::Background, _) => canvas.clear(&control),
            (DisposeOp::Previous, before) => canvas.shown = before.unwrap_or_default(),
        }
    }
    Ok(())
}

/// What a viewer of the animation sees.
struct Canvas {
    width: u32,
    height: u32,
    layout: Layout,
    shown: Vec<u8>,
}

impl Canvas {
    fn pixels<'a>(&self, samples: &'a [u8]) -> Pixels<'a> {
        Pixels { width: self.width, height: self.height, layout: self.layout, samples }
    }

    /// The parts of the rows that `control` names.
    fn region(&mut self, control: &FrameControl) -> impl Iterator<Item = &mut [u8]> {
        let bytes = self.layout.samples();
        let from = size(control.x_offset) * bytes;
        let to = from + size(control.width) * bytes;
        let rows = self.shown.chunks_mut((size(self.width) * bytes).max(1));
        let rows = rows.skip(size(control.y_offset)).take(size(control.height));
        rows.filter_map(move |row| row.get_mut(from..to))
    }

    fn draw(&mut self, part: &[u8], control: &FrameControl) {
        let bytes = self.layout.samples();
        let has_alpha = matches!(self.layout, Layout::GreyAlpha | Layout::Rgba);
        let is_blended = has_alpha && control.blend_op == BlendOp::Over;
        let rows = part.chunks((size(control.width) * bytes).max(1));
        for (shown, new) in self.region(control).zip(rows) {
            if is_blended {
                let pixels = shown.chunks_exact_mut(bytes).zip(new.chunks_exact(bytes));
                pixels.for_each(|(under, over)| blend(under, over));
            } else {
                let length = shown.len().min(new.len());
                shown.iter_mut().zip(new).take(length).for_each(|(to, from)| *to = *from);
            }
        }
    }

    fn clear(&mut self, control: &FrameControl) {
        self.region(control).for_each(|row| row.fill(0));
    }
}

/// Lays `over` on `under`; the last sample of each is alpha (PNG, 3rd edition, §13.16).
fn blend(under: &mut [u8], over: &[u8]) {
    let (Some((alpha_under, colours_under)), Some((alpha_over, colours_over))) =
        (under.split_last_mut(), over.split_last())
    else {
        return;
    };
    let share_over = u32::from(*alpha_over) * 255;
    let share_under = u32::from(*alpha_under) * (255 - u32::from(*alpha_over));
    let whole = share_over + share_under;
    if whole == 0 {
        return;
    }
    for (under, over) in colours_under.iter_mut().zip(colours_over) {
        let sum = u32::from(*over) * share_over + u32::from(*under) * share_under;
        *under = low_byte(sum / whole);
    }
    *alpha_under = low_byte(whole / 255);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_is_as_the_standard_says() {
        let mut opaque = [100, 100, 100, 255];
        blend(&mut opaque, &[200, 0, 50, 0]);
        assert_eq!(opaque, [100, 100, 100, 255]);

        blend(&mut opaque, &[200, 0, 50, 255]);
        assert_eq!(opaque, [200, 0, 50, 255]);

        let mut empty = [0, 0];
        blend(&mut empty, &[77, 128]);
        assert_eq!(empty, [77, 128]);
    }
}
