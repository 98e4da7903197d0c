//! One decoder for each format. Each gives its frames, as stored, to a [`Sink`].
//!
//! Declared sizes are checked before memory of that size is allocated. A damaged file is decoded as
//! far as possible, and [`Remaining`] tells what was not read: a picture that is half missing must
//! not pass for clean, and the half that was read may still match.

mod avif;
mod bmp;
mod canvas;
mod exif;
mod gif;
mod heic;
mod jpeg;
mod jxl;
mod png;
mod sampler;
mod tiff;
mod webp;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};

use mamori_model::Transform;

use crate::error::safe_reason;
use crate::pixels::{Layout, Pixels, size};
use crate::{Error, Format, Limits};
use sampler::FrameSampler;

/// One frame, as a decoder gives it.
#[derive(Clone, Copy)]
pub struct Decoded<'a> {
    /// Its place in the file, counted from 0.
    pub number: u32,
    /// How a viewer turns the stored pixels to show them.
    pub shown: Transform,
    /// The pixels as stored; in an animation, composed with the previous frames.
    pub pixels: Pixels<'a>,
}

/// A callback that takes a frame; it returns `Break` if no further frame is wanted.
pub type Visitor<'a> = dyn FnMut(Decoded<'_>) -> ControlFlow<()> + 'a;

/// The samples that a frame must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    /// At least brightness: a decoder may leave out colour if that saves time.
    Brightness,
    /// Colour, if the file has it.
    Colour,
}

/// Which part of a file was not read, after at least one frame was.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// Nothing is missing: every frame was read completely.
    Nothing,
    /// Frames were left out, because of the limits or because their kind is not supported.
    LeftOut,
    /// Data are missing or damaged.
    Damaged {
        /// One sentence, as in [`Error::Unreadable`].
        reason: String,
    },
}

/// What a decoder must deliver, and where its frames go.
pub struct Sink<'a> {
    limits: &'a Limits,
    samples: Samples,
    sampler: FrameSampler,
    visitor: &'a mut Visitor<'a>,
    given: u32,
    /// One more than the greatest number of a frame that was given.
    seen: u32,
    is_full: bool,
    has_left_out: bool,
}

impl<'a> Sink<'a> {
    /// Creates a sink that takes frames for hashing, within the limits on frames.
    pub fn for_hashes(limits: &'a Limits, visitor: &'a mut Visitor<'a>) -> Self {
        let sampler = FrameSampler::new(limits);
        Self::new(limits, Samples::Brightness, sampler, visitor)
    }

    /// Creates a sink that takes every frame in colour, until the visitor breaks off.
    pub fn for_renditions(limits: &'a Limits, visitor: &'a mut Visitor<'a>) -> Self {
        let sampler = FrameSampler::every_frame();
        Self::new(limits, Samples::Colour, sampler, visitor)
    }

    fn new(
        limits: &'a Limits,
        samples: Samples,
        frames: FrameSampler,
        visitor: &'a mut Visitor<'a>,
    ) -> Self {
        Self {
            limits,
            samples,
            sampler: frames,
            visitor,
            given: 0,
            seen: 0,
            is_full: false,
            has_left_out: false,
        }
    }

    /// Sets the number of frames in the file; called before the first [`Self::wants`].
    fn set_frame_count(&mut self, total: u64) {
        self.sampler.set_frame_count(total);
    }

    /// Checks whether frame `number` is to be decoded. Must be called once for each frame, in
    /// order.
    fn wants(&mut self, number: u32) -> bool {
        !self.is_full && self.sampler.wants(u64::from(number))
    }

    /// Notes that the file has frames which its decoder does not read.
    fn leave_out(&mut self) {
        self.has_left_out = true;
    }

    /// Takes a frame; returns `Break` if no further frame is wanted.
    fn give(&mut self, number: u32, shown: Transform, pixels: Pixels<'_>) -> ControlFlow<()> {
        self.given += 1;
        self.seen = self.seen.max(number.saturating_add(1));
        let flow = (self.visitor)(Decoded { number, shown, pixels });
        self.is_full |= flow.is_break();
        flow
    }

    /// Takes the frame of a file that has only one.
    fn give_only(&mut self, shown: Transform, pixels: Pixels<'_>) {
        let _ = self.give(0, shown, pixels);
    }
}

/// What a file consists of, beyond the frames that a [`Sink`] took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Number of frames in the file, as its structure tells; more than the greatest number of a
    /// frame that was given. Of a damaged file, as far as they can be counted; frames of a kind
    /// that is not supported do not count.
    pub frame_count: u32,
    /// Which part of the file was not read.
    pub remaining: Remaining,
}

/// Decodes `bytes` as `format` into `sink`, and returns how many frames there are and what was not
/// read.
///
/// # Errors
/// If no frame was read: [`Error::Unsupported`], [`Error::Unreadable`] or [`Error::TooLarge`]. A
/// decoder that panics, as some do on hostile data, is [`Error::Unreadable`] too.
pub fn frames(format: Format, bytes: &[u8], mut sink: Sink<'_>) -> Result<Extent, Error> {
    // Nothing that the decoder left half-done is read after a panic.
    let decoding = AssertUnwindSafe(|| decode(format, bytes, &mut sink));
    let result = panic::catch_unwind(decoding);
    let result =
        result.unwrap_or_else(|_| Err(Error::unreadable("the decoder lost its way in the data")));
    let remaining = match result {
        Err(error) if sink.given == 0 => return Err(error),
        // The visitor has all the frames it wants; damage after them does not matter.
        Err(_) if sink.is_full => Remaining::Nothing,
        Err(error) => Remaining::Damaged { reason: safe_reason(&error.to_string()) },
        Ok(()) if sink.given == 0 => {
            return Err(Error::unreadable(&format!("the {} has no picture in it", format.label())));
        }
        Ok(()) if sink.has_left_out || sink.sampler.has_left_out() => Remaining::LeftOut,
        Ok(()) => Remaining::Nothing,
    };
    let declared = u32::try_from(sink.sampler.frame_count()).unwrap_or(u32::MAX);
    Ok(Extent { frame_count: declared.max(sink.seen), remaining })
}

fn decode(format: Format, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    match format {
        Format::Jpeg => jpeg::frames(bytes, sink),
        Format::Png => png::frames(bytes, sink),
        Format::Webp => webp::frames(bytes, sink),
        Format::Gif => gif::frames(bytes, sink),
        Format::Bmp => bmp::frames(bytes, sink),
        Format::Tiff => tiff::frames(bytes, sink),
        Format::Avif => avif::frames(bytes, sink),
        Format::Jxl => jxl::frames(bytes, sink),
        Format::Heic => heic::frames(bytes, sink),
    }
}

/// Refuses pictures without pixels or with too many.
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

/// Allocates zeros for a whole frame; call [`check_area`] first.
fn frame_buffer(width: u32, height: u32, layout: Layout) -> Result<Vec<u8>, Error> {
    let bytes = size(width).checked_mul(size(height)).and_then(|n| n.checked_mul(layout.samples()));
    let mut buffer = Vec::new();
    let bytes = bytes.filter(|n| buffer.try_reserve_exact(*n).is_ok());
    buffer.resize(bytes.ok_or_else(out_of_memory)?, 0);
    Ok(buffer)
}

/// A zeroed buffer for a whole frame, reused for the next one: memory that is new to the process
/// costs as much as filling it.
struct FrameBuffer(Vec<u8>);

/// The largest buffer that a thread keeps for the next frame, in bytes: a camera's picture in
/// colour.
const SPARE_BYTES_MAX: usize = 64 << 20;

thread_local! {
    static SPARE_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl FrameBuffer {
    /// Allocates as [`frame_buffer`] does, with `samples` bytes for each pixel.
    fn of_bytes(width: u32, height: u32, samples: usize) -> Result<Self, Error> {
        let bytes = size(width).checked_mul(size(height)).and_then(|n| n.checked_mul(samples));
        let mut buffer = SPARE_BUFFER.take();
        buffer.clear();
        let bytes = bytes.filter(|n| buffer.try_reserve_exact(*n).is_ok());
        buffer.resize(bytes.ok_or_else(out_of_memory)?, 0);
        Ok(Self(buffer))
    }
}

impl Drop for FrameBuffer {
    fn drop(&mut self) {
        if self.0.capacity() <= SPARE_BYTES_MAX {
            SPARE_BUFFER.set(std::mem::take(&mut self.0));
        }
    }
}

/// Creates the error for a picture that needs more memory than a process may have.
pub fn out_of_memory() -> Error {
    Error::unreadable("decoding needs more memory than allowed")
}
