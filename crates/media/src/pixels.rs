//! Decoded pixels of any format: 8-bit samples, one to four for each pixel.

use mamori_model::Backdrop;

use crate::Error;
use crate::decode::out_of_memory;

/// What the samples of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Grey.
    Grey,
    /// Grey, alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Layout {
    /// Returns the number of samples for each pixel.
    pub fn samples(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// One decoded frame, borrowed from its decoder.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the samples mean.
    pub layout: Layout,
    /// The samples row by row, without padding.
    pub samples: &'a [u8],
}

impl Pixels<'_> {
    /// Checks whether any pixel is not fully opaque.
    pub fn is_see_through(&self) -> bool {
        let samples = self.layout.samples();
        match self.layout {
            Layout::Grey | Layout::Rgb => false,
            Layout::GreyAlpha | Layout::Rgba => self
                .samples
                .chunks_exact(samples)
                .any(|pixel| pixel.last().is_some_and(|alpha| *alpha != u8::MAX)),
        }
    }

    /// Returns the samples without alpha, on `backdrop`. [`Backdrop::None`] ignores alpha, as
    /// Pillow's `convert("RGB")` does.
    pub fn flattened(&self, backdrop: Backdrop) -> Result<Flat, Error> {
        let colours = match self.layout {
            Layout::Grey | Layout::GreyAlpha => Layout::Grey,
            Layout::Rgb | Layout::Rgba => Layout::Rgb,
        };
        let count = colours.samples();
        let mut samples = Vec::new();
        let pixels = size(self.width) * size(self.height);
        samples.try_reserve_exact(pixels * count).map_err(|_| out_of_memory())?;
        for pixel in self.samples.chunks_exact(self.layout.samples()) {
            let (colour, alpha) = pixel.split_at_checked(count).unwrap_or((pixel, &[]));
            let alpha = alpha.first().copied().unwrap_or(u8::MAX);
            match backdrop {
                Backdrop::None => samples.extend_from_slice(colour),
                Backdrop::White => {
                    samples.extend(colour.iter().map(|c| multiply(*c, alpha) + (u8::MAX - alpha)));
                }
                Backdrop::Black => samples.extend(colour.iter().map(|c| multiply(*c, alpha))),
            }
        }
        Ok(Flat { width: self.width, height: self.height, layout: colours, samples })
    }
}

/// Pixels without alpha.
pub struct Flat {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
}

impl Flat {
    /// Returns the pixels, borrowed.
    pub fn pixels(&self) -> Pixels<'_> {
        let Self { width, height, layout, ref samples } = *self;
        Pixels { width, height, layout, samples }
    }
}

/// Returns the product of two samples taken as 0..=1, rounded as Pillow rounds it.
pub fn multiply(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    low_byte(((product >> 8) + product) >> 8)
}

/// Converts CMYK (255 is full ink) to RGB, as Pillow's `convert("RGB")` does, without profiles.
pub fn cmyk_to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = 255 - black;
    [cyan, magenta, yellow].map(|ink| light.saturating_sub(multiply(ink, light)))
}

/// Returns the upper eight of sixteen bits.
pub fn high_byte(sample: u16) -> u8 {
    let [high, _] = sample.to_be_bytes();
    high
}

/// Returns the lowest eight bits.
pub fn low_byte(value: u32) -> u8 {
    let [.., low] = value.to_be_bytes();
    low
}

/// Converts a count or length to `usize`.
#[expect(clippy::as_conversions, reason = "Mamori runs where usize has at least 32 bits")]
pub const fn size(count: u32) -> usize {
    count as usize
}
