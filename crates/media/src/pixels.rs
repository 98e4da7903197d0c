//! Decoded pixels, whatever they came from: 8-bit samples, one to four a pixel.

use crate::pdq::{self, Hasher, Luma};
use mamori_model::{Pdq, Quality};

/// What the samples of a pixel are. Alpha is dropped, as Pillow's `convert("RGB")` drops it.
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
    /// Samples of a pixel.
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
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What the samples are.
    pub layout: Layout,
    /// Row by row, without padding.
    pub samples: &'a [u8],
}

impl Pixels<'_> {
    /// The PDQ hash and its quality, without a copy of the whole picture.
    pub fn hash(&self) -> (Pdq, Quality) {
        let Some(mut hasher) = Hasher::new(self.width, self.height) else {
            return pdq::too_small();
        };
        let mut row = vec![0.0; size(self.width)];
        for samples in self.samples.chunks(self.row_bytes()) {
            self.write_luma(samples, &mut row);
            hasher.push(&row);
        }
        hasher.finish()
    }

    /// The brightness; `None` if there are no pixels.
    pub fn luma(&self) -> Option<Luma> {
        let mut all = vec![0.0; size(self.width).checked_mul(size(self.height))?];
        let rows = self.samples.chunks(self.row_bytes());
        for (samples, row) in rows.zip(all.chunks_mut(size(self.width).max(1))) {
            self.write_luma(samples, row);
        }
        Luma::new(self.width, self.height, all)
    }

    fn row_bytes(&self) -> usize {
        (size(self.width) * self.layout.samples()).max(1)
    }

    fn write_luma(&self, samples: &[u8], row: &mut [f32]) {
        let pixels = samples.chunks_exact(self.layout.samples());
        for (pixel, luma) in pixels.zip(row) {
            *luma = match *pixel {
                [grey] | [grey, _] => weigh(grey, grey, grey),
                [red, green, blue] | [red, green, blue, _] => weigh(red, green, blue),
                _ => 0.0,
            };
        }
    }
}

/// Brightness of a colour as JPEG defines it (ITU-R BT.601), not rounded.
///
/// Grey goes through it too: the reference turns grey into RGB first, and its weights add up to
/// 1 only nearly.
fn weigh(red: u8, green: u8, blue: u8) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

/// The product of two samples seen as 0..=1, rounded as Pillow rounds it.
pub fn multiply(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    low_byte(((product >> 8) + product) >> 8)
}

/// CMYK (255 is full ink) to RGB, as Pillow's `convert("RGB")` does it, without profiles.
pub fn cmyk_to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = 255 - black;
    [cyan, magenta, yellow].map(|ink| light.saturating_sub(multiply(ink, light)))
}

/// The upper eight of sixteen bits.
pub fn high_byte(sample: u16) -> u8 {
    let [high, _] = sample.to_be_bytes();
    high
}

/// The lower eight bits.
pub fn low_byte(value: u32) -> u8 {
    let [.., low] = value.to_be_bytes();
    low
}

/// A count or length as `usize`.
#[expect(clippy::as_conversions, reason = "Mamori runs where usize has at least 32 bits")]
pub const fn size(count: u32) -> usize {
    count as usize
}
