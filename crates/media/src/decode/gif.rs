//! Decodes GIF, by `gif` with our own canvas: each frame as a viewer shows it.

mod blocks;

use std::io::Cursor;
use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, DisposalMethod, MemoryLimit};
use mamori_model::Transform;

use super::canvas::{Canvas, Rect};
use super::{Sink, check_area, out_of_memory};
use crate::pixels::{Layout, size};
use crate::{Error, Format};

const GIF: Format = Format::Gif;

/// Decodes the frames of a GIF.
///
/// The canvas is at least as large as the first frame, as in browsers: some writers leave the
/// screen size at 0, or at that of a smaller picture.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let blocks = blocks::read(bytes);
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.allow_unknown_blocks(true);
    let frame_bytes = NonZeroU64::new(sink.limits.pixels_max).unwrap_or(NonZeroU64::MIN);
    options.set_memory_limit(MemoryLimit::Bytes(frame_bytes));
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(unreadable)?;
    let first = blocks.frames.first().copied().unwrap_or(Rect::EMPTY);
    let width = u32::from(decoder.width()).max(first.left.saturating_add(first.width));
    let height = u32::from(decoder.height()).max(first.top.saturating_add(first.height));
    check_area(GIF, width, height, sink.limits)?;

    let covers_all =
        first.left == 0 && first.top == 0 && first.width >= width && first.height >= height;
    let layout = if blocks.has_transparency || !covers_all { Layout::Rgba } else { Layout::Rgb };
    let mut drawing = Drawing {
        canvas: Canvas::new(width, height, layout)?,
        layout,
        global: decoder.global_palette().map(<[u8]>::to_vec).unwrap_or_default(),
        is_first_frame: true,
    };
    let whole = u32::try_from(blocks.frames.len()).unwrap_or(u32::MAX);
    sink.set_frame_count(u64::from(whole));
    if blocks.is_followed {
        sink.leave_out();
    }
    for number in 0..whole {
        if decoder.next_frame_info().map_err(unreadable)?.is_none() {
            return Err(Error::corrupt(GIF, &"a frame is not where it should be"));
        }
        if sink.wants(number) && drawing.frame(&mut decoder, number, sink)? {
            return Ok(());
        }
    }
    if blocks.is_cut {
        drawing.cut_frame(&mut decoder, whole, sink);
        return Err(Error::truncated(GIF));
    }
    Ok(())
}

type Decoder<'a> = gif::Decoder<Cursor<&'a [u8]>>;

struct Drawing {
    canvas: Canvas,
    layout: Layout,
    global: Vec<u8>,
    is_first_frame: bool,
}

impl Drawing {
    /// Draws and gives one frame whose header was read; returns whether no further frame is wanted.
    /// If its data are damaged, the part that was read is given before the error.
    fn frame(
        &mut self,
        decoder: &mut Decoder<'_>,
        number: u32,
        sink: &mut Sink<'_>,
    ) -> Result<bool, Error> {
        let Some(frame) = decoder.current_frame_info().cloned() else { return Ok(true) };
        let place = Rect::of(&frame);
        // A frame may be larger than the screen: 4 gigabytes in a file of some hundred bytes.
        let area = u64::from(place.width) * u64::from(place.height);
        let pixels_max = sink.limits.pixels_max;
        if area > pixels_max {
            return Err(Error::TooLarge { pixels: area, pixels_max });
        }
        let pixels = size(place.width) * size(place.height);
        let mut indices = Vec::new();
        indices.try_reserve_exact(pixels).map_err(|_| out_of_memory())?;
        indices.resize(pixels, 0);
        let read = decoder.read_into_buffer(&mut indices).map_err(unreadable);
        let is_kept = frame.dispose == DisposalMethod::Previous;
        let before = is_kept.then(|| self.canvas.saved());
        self.draw(&frame, &indices, place);
        let flow = sink.give(number, Transform::None, self.canvas.pixels());
        read?;
        match (frame.dispose, before) {
            (DisposalMethod::Any | DisposalMethod::Keep, _) => {}
            (DisposalMethod::Background, _) => self.canvas.clear(place),
            (DisposalMethod::Previous, before) => self.canvas.restore(before.unwrap_or_default()),
        }
        Ok(flow.is_break())
    }

    /// Gives the readable part of a frame whose data end early, if there is any.
    fn cut_frame(&mut self, decoder: &mut Decoder<'_>, number: u32, sink: &mut Sink<'_>) {
        let has_header = decoder.next_frame_info().is_ok_and(|frame| frame.is_some());
        if has_header && sink.wants(number) {
            // The caller reports the truncation itself.
            let _ = self.frame(decoder, number, sink);
        }
    }

    /// Draws a frame. Transparent pixels keep the previous content. In the first frame, where there
    /// is none, they are transparent and have their palette's colour, as in Pillow.
    fn draw(&mut self, frame: &gif::Frame<'_>, indices: &[u8], place: Rect) {
        const COLOUR: usize = 3;
        let palette = frame.palette.as_ref().unwrap_or(&self.global);
        let (colours, _) = palette.as_chunks::<COLOUR>();
        let is_first_frame = std::mem::take(&mut self.is_first_frame);
        let bytes = self.layout.samples();
        let rows = indices.chunks(size(place.width).max(1));
        for (shown, row) in self.canvas.region(place).zip(rows) {
            for (pixel, index) in shown.chunks_exact_mut(bytes).zip(row) {
                let is_see_through = Some(*index) == frame.transparent;
                if is_see_through && !is_first_frame {
                    continue;
                }
                let [red, green, blue] =
                    colours.get(usize::from(*index)).copied().unwrap_or_default();
                let alpha = if is_see_through { 0 } else { u8::MAX };
                pixel.iter_mut().zip([red, green, blue, alpha]).for_each(|(to, from)| *to = from);
            }
        }
    }
}

impl Rect {
    /// A place without pixels.
    const EMPTY: Self = Self { left: 0, top: 0, width: 0, height: 0 };

    fn of(frame: &gif::Frame<'_>) -> Self {
        Self {
            left: frame.left.into(),
            top: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
        }
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
