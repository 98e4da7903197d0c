//! GIF, by `gif`, with our own canvas: each frame as a viewer shows it.

use std::io::Cursor;
use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, DisposalMethod, MemoryLimit};

use super::{Visitor, check_area, frame_buffer, out_of_memory};
use crate::pixels::{Layout, Pixels};
use crate::{Error, Format, Limits};

const GIF: Format = Format::Gif;
const BYTES: usize = 3;

/// The frames of a GIF.
pub fn frames(bytes: &[u8], limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let frame_bytes = NonZeroU64::new(limits.pixels_max).unwrap_or(NonZeroU64::MIN);
    options.set_memory_limit(MemoryLimit::Bytes(frame_bytes));
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(unreadable)?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    check_area(GIF, width, height, limits)?;
    let shown = frame_buffer(width, height, Layout::Rgb)?;
    let global = decoder.global_palette().map(<[u8]>::to_vec).unwrap_or_default();
    let mut canvas = Canvas { width: usize::from(decoder.width()), shown, is_fresh: true };

    while let Some(frame) = decoder.read_next_frame().map_err(unreadable)? {
        let before = (frame.dispose == DisposalMethod::Previous).then(|| canvas.shown.clone());
        canvas.draw(frame, frame.palette.as_ref().unwrap_or(&global));
        let pixels = Pixels { width, height, layout: Layout::Rgb, samples: &canvas.shown };
        if visitor(pixels).is_break() {
            break;
        }
        match (frame.dispose, before) {
            (DisposalMethod::Any | DisposalMethod::Keep, _) => {}
            (DisposalMethod::Background, _) => canvas.clear(frame),
            (DisposalMethod::Previous, before) => canvas.shown = before.unwrap_or_default(),
        }
    }
    Ok(())
}

struct Canvas {
    width: usize,
    shown: Vec<u8>,
    is_fresh: bool,
}

impl Canvas {
    /// The parts of the rows that `frame` covers; a frame may hang over the edge.
    fn region(&mut self, frame: &gif::Frame<'_>) -> impl Iterator<Item = &mut [u8]> {
        let from = usize::from(frame.left).min(self.width);
        let to = (from + usize::from(frame.width)).min(self.width);
        let rows = self.shown.chunks_mut(self.width * BYTES);
        let rows = rows.skip(usize::from(frame.top)).take(usize::from(frame.height));
        rows.filter_map(move |row| row.get_mut(from * BYTES..to * BYTES))
    }

    /// Draws the frame. See-through pixels keep what was there; in the first frame they get their
    /// palette's colour, as in Pillow, since nothing was there.
    fn draw(&mut self, frame: &gif::Frame<'_>, palette: &[u8]) {
        let see_through = frame.transparent.filter(|_| !self.is_fresh);
        self.is_fresh = false;
        let (colours, _) = palette.as_chunks::<BYTES>();
        let rows = frame.buffer.chunks(usize::from(frame.width).max(1));
        for (shown, indices) in self.region(frame).zip(rows) {
            let (pixels, _) = shown.as_chunks_mut::<BYTES>();
            for (pixel, index) in pixels.iter_mut().zip(indices) {
                if Some(*index) != see_through {
                    *pixel = colours.get(usize::from(*index)).copied().unwrap_or_default();
                }
            }
        }
    }

    fn clear(&mut self, frame: &gif::Frame<'_>) {
        self.region(frame).for_each(|row| row.fill(0));
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: DecodingError) -> Error {
    if matches!(error, DecodingError::UnexpectedEof) {
        return Error::truncated(GIF);
    }
    if matches!(error, DecodingError::OutOfMemory | DecodingError::MemoryLimit) {
        return out_of_memory();
    }
    Error::corrupt(GIF, &error)
}
