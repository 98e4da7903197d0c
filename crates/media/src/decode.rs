//! One decoder per format. Each hands every frame, as a viewer would show it, to a visitor.
//!
//! Declared sizes are checked before anything of that size is allocated. What does not decode
//! completely is an error: a picture half of which is missing must not pass for a clean one.

mod bmp;
mod gif;
mod jpeg;
mod png;
mod tiff;
mod webp;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};

use crate::pixels::{Layout, Pixels, size};
use crate::{Error, Format, Limits};

/// Takes a frame; `Break` when no further one is wanted.
pub type Visitor<'a> = dyn FnMut(Pixels<'_>) -> ControlFlow<()> + 'a;

/// Decodes `bytes` as `format`, frame by frame.
///
/// # Errors
/// [`Error::Unreadable`] or [`Error::TooLarge`]; frames before the error were visited. A decoder
/// that panics, as hostile data makes some of them do, is [`Error::Unreadable`] too.
pub fn frames(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
    visitor: &mut Visitor<'_>,
) -> Result<(), Error> {
    // What was decoded so far is not looked at again, so nothing half-done is seen.
    let decode = AssertUnwindSafe(|| decode(format, bytes, limits, visitor));
    let result = panic::catch_unwind(decode);
    result.unwrap_or_else(|_| Err(Error::unreadable("the decoder lost its way in the data")))
}

fn decode(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
    visitor: &mut Visitor<'_>,
) -> Result<(), Error> {
    match format {
        Format::Jpeg => jpeg::frames(bytes, limits, visitor),
        Format::Png => png::frames(bytes, limits, visitor),
        Format::Webp => webp::frames(bytes, limits, visitor),
        Format::Gif => gif::frames(bytes, limits, visitor),
        Format::Bmp => bmp::frames(bytes, limits, visitor),
        Format::Tiff => tiff::frames(bytes, limits, visitor),
    }
}

/// Refuses what has no pixels or too many.
fn check_area(format: Format, width: u32, height: u32, limits: &Limits) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Error::unreadable(&format!("the {} has no pixels", format.label())));
    }
    if pixels > limits.pixels_max {
        return Err(Error::TooLarge { pixels, pixels_max: limits.pixels_max });
    }
    Ok(())
}

/// Zeros for a whole frame, after [`check_area`].
fn frame_buffer(width: u32, height: u32, layout: Layout) -> Result<Vec<u8>, Error> {
    let bytes = size(width).checked_mul(size(height)).and_then(|n| n.checked_mul(layout.samples()));
    let mut buffer = Vec::new();
    let bytes = bytes.filter(|n| buffer.try_reserve_exact(*n).is_ok());
    buffer.resize(bytes.ok_or_else(out_of_memory)?, 0);
    Ok(buffer)
}

/// Zeros for a whole frame that come from the frame before and go to the frame after: memory that
/// is new to the process costs as much as filling it.
struct FrameBuffer(Vec<u8>);

/// What a thread keeps for the next frame at most, in bytes: a camera's picture in colour.
const KEPT_BYTES_MAX: usize = 64 << 20;

thread_local! {
    static KEPT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl FrameBuffer {
    /// As [`frame_buffer`].
    fn new(width: u32, height: u32, layout: Layout) -> Result<Self, Error> {
        let bytes =
            size(width).checked_mul(size(height)).and_then(|n| n.checked_mul(layout.samples()));
        let mut buffer = KEPT.take();
        buffer.clear();
        let bytes = bytes.filter(|n| buffer.try_reserve_exact(*n).is_ok());
        buffer.resize(bytes.ok_or_else(out_of_memory)?, 0);
        Ok(Self(buffer))
    }
}

impl Drop for FrameBuffer {
    fn drop(&mut self) {
        if self.0.capacity() <= KEPT_BYTES_MAX {
            KEPT.set(std::mem::take(&mut self.0));
        }
    }
}

/// What a picture gets that needs more memory than a process may have.
pub fn out_of_memory() -> Error {
    Error::unreadable("decoding needs more memory than allowed")
}
