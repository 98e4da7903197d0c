//! Decoded pixels, whatever they came from: 8-bit samples, one to four a pixel.

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
