//! Renditions: what a reviewer views of a picture. One still frame, made small, blurred or clear.
//!
//! The sandboxed process decodes and makes a [`Raster`]; [`encode`] turns it into a file outside
//! the sandbox. So the browser gets a file that Mamori wrote. Whatever a hostile file does inside
//! the sandbox, the result is *some* picture and never a file format. No metadata can pass.

mod encode;
mod shrink;

use std::ops::ControlFlow;

use mamori_model::variant::Steps;
use mamori_model::{Backdrop, Transform};
use serde::{Deserialize, Serialize};

use crate::decode::{self, Decoded, Sink};
use crate::pixels::{Layout, Pixels, size};
use crate::{Error, Format, Limits, format};

pub use encode::encode;

/// How much of a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blur {
    /// Blurred: grey, with so few pixels that only light and dark areas can be seen.
    Blurred,
    /// Clear: in colour, as large as a screen needs.
    Clear,
}

/// The longest side of a clear rendition, in pixels. Our choice: it fills a page beside the text.
const CLEAR_SIDE_MAX: u32 = 1_280;
/// The longest side of a blurred one, in pixels. Our choice: light and dark are visible, faces are
/// not.
const BLURRED_SIDE_MAX: u32 = 32;
/// For a small picture, the longest side of a blurred one is at most the original's divided by
/// this.
const BLURRED_DIVISOR: u32 = 8;

impl Blur {
    /// Returns the longest side that a rendition may have, in pixels.
    pub fn side_max(self) -> u32 {
        match self {
            Self::Blurred => BLURRED_SIDE_MAX,
            Self::Clear => CLEAR_SIDE_MAX,
        }
    }

    /// Returns the longest side of the rendition of a picture whose longest side is `side`, in
    /// pixels.
    fn side_of(self, side: u32) -> u32 {
        match self {
            Self::Blurred => (side / BLURRED_DIVISOR).clamp(1, BLURRED_SIDE_MAX),
            Self::Clear => side.min(CLEAR_SIDE_MAX),
        }
    }
}

/// The size of a rendition, which is sent before its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Size {
    /// Returns the number of bytes of the pixels, three for each.
    pub fn bytes(self) -> u64 {
        (u64::from(self.width) * u64::from(self.height)).saturating_mul(3)
    }
}

/// The pixels of a rendition, without metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row: `width × height × 3` bytes.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Raster {
    /// Writes only the size: the pixels show a person's picture.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({} × {})", self.width, self.height)
    }
}

impl Raster {
    /// Returns the size.
    pub fn size(&self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// Returns the raster with a longest side of at most `side_max`, at least 1: each pixel is the
    /// mean of an area. A smaller raster stays as it is.
    #[must_use]
    pub fn reduced(self, side_max: u32) -> Self {
        if self.width.max(self.height) <= side_max {
            return self;
        }
        let Self { width, height, rgb } = &self;
        let pixels =
            Pixels { width: *width, height: *height, layout: Layout::Rgb, samples: rgb.as_slice() };
        shrink::shrink(&pixels, side_max.max(1))
    }

    /// Checks whether the size, the length and, for a blurred rendition, the grey of every pixel
    /// conform to `blur`. So a worker cannot pass off a clear picture as blurred, which would be an
    /// unrecorded view.
    pub fn conforms_to(&self, blur: Blur) -> bool {
        let sides = 1..=blur.side_max();
        let is_sized = sides.contains(&self.width) && sides.contains(&self.height);
        let is_whole = u64::try_from(self.rgb.len()) == Ok(self.size().bytes());
        let (pixels, _) = self.rgb.as_chunks::<3>();
        let is_coloured = match blur {
            Blur::Blurred => pixels.iter().all(|[red, green, blue]| red == green && green == blue),
            Blur::Clear => true,
        };
        is_sized && is_whole && is_coloured
    }
}

/// Which frame of an item is rendered, and on which backdrop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameSelection {
    /// The frame's place in the file, counted from 0. If the file has fewer frames, the last is
    /// shown.
    pub frame: u32,
    /// The backdrop of transparent pixels. [`Backdrop::None`] ignores transparency, as hits without
    /// a backdrop do; viewers show white.
    pub backdrop: Backdrop,
}

impl FrameSelection {
    /// The first frame on white, as most viewers show it.
    pub const FIRST: Self = Self { frame: 0, backdrop: Backdrop::White };
}

/// Makes the rendition of `bytes` *in this process*. Pass hostile bytes to a [`crate::Pool`]
/// instead; its workers call this function.
///
/// The pixels come from the decoder that [`crate::hash`] uses, turned as a viewer turns them, on
/// the backdrop of `selection`. Of a file that lost data, the readable part is shown.
///
/// # Errors
/// As for [`crate::hash`].
pub fn render(
    bytes: &[u8],
    limits: &Limits,
    blur: Blur,
    selection: FrameSelection,
) -> Result<Raster, Error> {
    render_as(format::sniff(bytes)?, bytes, limits, (blur, selection))
}

/// Renders as [`render`] does, for bytes whose format is known. For [`Format::Heic`], `bytes` are
/// the converter's output.
///
/// # Errors
/// As for [`crate::hash`].
pub fn render_as(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
    (blur, selection): (Blur, FrameSelection),
) -> Result<Raster, Error> {
    let mut last = None;
    let mut take = |decoded: Decoded<'_>| {
        let Decoded { number, shown, pixels } = decoded;
        last = Some(raster(&pixels, shown, blur, selection.backdrop));
        if number >= selection.frame { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    decode::frames(format, bytes, Sink::for_renditions(limits, &mut take))?;
    last.unwrap_or_else(|| {
        Err(Error::unreadable(&format!("the {} has no picture in it", format.label())))
    })
}

/// Makes the raster of one frame.
fn raster(
    pixels: &Pixels<'_>,
    shown: Transform,
    blur: Blur,
    backdrop: Backdrop,
) -> Result<Raster, Error> {
    let side = blur.side_of(pixels.width.max(pixels.height));
    let raster = if backdrop != Backdrop::None && pixels.is_see_through() {
        shrink::shrink(&pixels.flattened(backdrop)?.pixels(), side)
    } else {
        shrink::shrink(pixels, side)
    };
    let raster = turned(raster, shown);
    Ok(match blur {
        Blur::Blurred => grey(raster),
        Blur::Clear => raster,
    })
}

/// Returns the raster after `transform`.
fn turned(raster: Raster, transform: Transform) -> Raster {
    if transform == Transform::None {
        return raster;
    }
    let Steps { flips_columns, flips_rows, exchanges } = transform.steps();
    let Raster { width, height, rgb } = raster;
    let (pixels, _) = rgb.as_chunks::<3>();
    let (wide, high) = if exchanges { (height, width) } else { (width, height) };
    let at = |index: u32, length: u32, flips: bool| if flips { length - 1 - index } else { index };
    let mut result = Vec::with_capacity(rgb.len());
    for down in 0..high {
        for across in 0..wide {
            let (row, column) = if exchanges { (across, down) } else { (down, across) };
            let (row, column) = (at(row, height, flips_rows), at(column, width, flips_columns));
            let place = size(row) * size(width) + size(column);
            result.extend_from_slice(&pixels.get(place).copied().unwrap_or_default());
        }
    }
    Raster { width: wide, height: high, rgb: result }
}

/// Replaces all three samples of each pixel with brightness as JPEG defines it (ITU-R BT.601).
fn grey(mut raster: Raster) -> Raster {
    let (pixels, _) = raster.rgb.as_chunks_mut::<3>();
    for pixel in pixels {
        let [red, green, blue] = pixel.map(u32::from);
        let bright = (299 * red + 587 * green + 114 * blue + 500) / 1_000;
        *pixel = [crate::pixels::low_byte(bright); 3];
    }
    raster
}

#[cfg(test)]
mod tests {
    use mamori_testkit::pictures::{draw, encode};

    use super::*;

    fn rendered(file: &[u8], blur: Blur) -> Raster {
        render(file, &Limits::default(), blur, FrameSelection::FIRST).unwrap()
    }

    #[test]
    fn a_small_picture_is_shown_clear_as_it_is() {
        let picture = draw(1, 300, 200);

        let raster = rendered(&encode::png(&picture), Blur::Clear);

        assert_eq!((raster.width, raster.height), (300, 200));
        assert_eq!(raster.rgb, picture.into_raw());
        assert!(raster.conforms_to(Blur::Clear));
    }

    #[test]
    fn a_large_picture_is_shown_no_larger_than_a_screen_needs() {
        for (size, expected) in
            [((2_600, 1_300), (1_280, 640)), ((900, 1_920), (600, 1_280)), ((5_000, 1), (1_280, 1))]
        {
            let file = encode::png(&draw(2, size.0, size.1));

            let raster = rendered(&file, Blur::Clear);

            assert_eq!((raster.width, raster.height), expected);
            assert!(raster.conforms_to(Blur::Clear));
        }
    }

    #[test]
    fn a_blurred_picture_is_grey_and_tiny_however_small_it_was() {
        let sizes = [
            ((1_000, 500), (32, 16)),
            ((256, 256), (32, 32)),
            ((64, 32), (8, 4)),
            ((7, 5), (1, 1)),
            ((1, 1), (1, 1)),
        ];
        for (size, expected) in sizes {
            let file = encode::png(&draw(3, size.0, size.1));

            let raster = rendered(&file, Blur::Blurred);

            assert_eq!((raster.width, raster.height), expected, "{size:?}");
            assert!(raster.conforms_to(Blur::Blurred));
        }
    }

    #[test]
    fn a_blurred_picture_can_be_reduced_and_stays_grey() {
        let blurred = rendered(&encode::png(&draw(3, 1_000, 500)), Blur::Blurred);

        let strong = blurred.clone().reduced(8);

        assert_eq!((strong.width, strong.height), (8, 4));
        assert!(strong.conforms_to(Blur::Blurred));
        assert_eq!(blurred.clone().reduced(32), blurred);
    }

    #[test]
    fn a_raster_that_is_not_blurred_does_not_pass_for_blurred() {
        let file = encode::png(&draw(4, 400, 400));
        let clear = rendered(&file, Blur::Clear);
        let mut coloured = rendered(&file, Blur::Blurred);
        let mut short = coloured.clone();
        let none = Raster { width: 0, height: 5, rgb: Vec::new() };

        coloured.rgb[4] ^= 1;
        short.rgb.pop();

        for raster in [clear, coloured, short, none] {
            assert!(!raster.conforms_to(Blur::Blurred), "{raster:?}");
        }
    }

    #[test]
    fn the_first_frame_of_an_animation_is_shown() {
        let pictures = [draw(5, 90, 60), draw(6, 90, 60)];
        let first = pictures[0].clone().into_raw();

        let raster = rendered(&encode::png_animated(&pictures), Blur::Clear);

        assert_eq!(raster.rgb, first);
    }

    #[test]
    fn the_debug_form_of_a_raster_hides_its_pixels() {
        let raster = Raster { width: 1, height: 1, rgb: vec![201, 202, 203] };

        assert_eq!(format!("{raster:?}"), "Raster(1 × 1)");
    }
}
