//! From a file's bytes to the hashes of its frames.

use std::ops::ControlFlow;

use mamori_model::{Pdq, Quality};
use serde::{Deserialize, Serialize};

use crate::pixels::Pixels;
use crate::{Error, Format, Limits, decode, format, pdq};

/// One frame of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Its hash.
    pub pdq: Pdq,
    /// How much structure PDQ saw.
    pub quality: Quality,
}

/// What is known of a picture after it was decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it is, by its bytes.
    pub format: Format,
    /// Width in pixels, of the first frame and as stored: no orientation is applied.
    pub width: u32,
    /// Height in pixels, likewise.
    pub height: u32,
    /// Its frames, at least one, in the order of the file. Each is what a viewer would show at that
    /// time, not only what changed.
    pub frames: Vec<Frame>,
    /// Whether there were more frames than the limits let in.
    pub frames_left_out: bool,
}

/// Decodes `bytes` and hashes each frame, *in this process*. Hostile bytes belong into a
/// [`crate::Pool`]; this is what its workers call.
///
/// # Errors
/// [`Error::Unsupported`], [`Error::Unreadable`] or [`Error::TooLarge`].
pub fn hash(bytes: &[u8], limits: &Limits) -> Result<Picture, Error> {
    let format = format::sniff(bytes)?;
    let mut gathered = Gathered { limits, size: None, frames: Vec::new(), pixels: 0, more: false };
    decode::frames(format, bytes, limits, &mut |pixels| gathered.take(pixels))?;
    let Gathered { size, frames, more, .. } = gathered;
    let (width, height) = size.ok_or_else(|| no_frame(format))?;
    Ok(Picture { format, width, height, frames, frames_left_out: more })
}

/// The eight hashes of the first frame of `bytes`, see [`pdq::dihedral`]; in this process.
///
/// # Errors
/// As for [`hash`].
pub fn dihedral(bytes: &[u8], limits: &Limits) -> Result<[Pdq; 8], Error> {
    let format = format::sniff(bytes)?;
    let mut first = None;
    decode::frames(format, bytes, limits, &mut |pixels| {
        first = Some(pdq::dihedral(&pixels).0);
        ControlFlow::Break(())
    })?;
    first.ok_or_else(|| no_frame(format))
}

fn no_frame(format: Format) -> Error {
    Error::unreadable(&format!("the {} has no picture in it", format.label()))
}

struct Gathered<'a> {
    limits: &'a Limits,
    size: Option<(u32, u32)>,
    frames: Vec<Frame>,
    pixels: u64,
    more: bool,
}

impl Gathered<'_> {
    fn take(&mut self, pixels: Pixels<'_>) -> ControlFlow<()> {
        let area = u64::from(pixels.width) * u64::from(pixels.height);
        let count = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        let is_over = count >= self.limits.frames_max
            || self.pixels.saturating_add(area) > self.limits.frames_pixels_max;
        if is_over && count > 0 {
            self.more = true;
            return ControlFlow::Break(());
        }
        self.pixels += area;
        self.size.get_or_insert((pixels.width, pixels.height));
        let (pdq, quality) = pdq::hash(&pixels);
        self.frames.push(Frame { pdq, quality });
        ControlFlow::Continue(())
    }
}
