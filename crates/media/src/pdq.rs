//! PDQ, a fingerprint of how a still image looks, as Meta's reference defines it.
//!
//! Two dialects exist. We hash at *full resolution*, as Python's `pdqhash`, `threatexchange` and HMA
//! do; the C++ command-line tool shrinks to 512 × 512 first, which changes 2 to 8 bits in the median.
//! No orientation from EXIF is applied, as none of them does; see [`dihedral`] for turned pictures.

mod dct;
mod jarosz;
#[cfg(test)]
mod tests;

use mamori_model::{Pdq, Quality};

use crate::pixels::size;

/// The least edge that is hashed; below it the reference answers zeros and quality 0.
const EDGE_MIN: u32 = 5;

/// The brightness of a picture.
#[derive(Clone, PartialEq)]
pub struct Luma {
    width: u32,
    height: u32,
    samples: Vec<f32>,
}

impl Luma {
    /// A picture of `width` × `height` samples, row by row from the top left, each 0..=255 and not
    /// rounded; `None` if their number is another or 0.
    pub fn new(width: u32, height: u32, samples: Vec<f32>) -> Option<Self> {
        let fits = size(width).checked_mul(size(height)) == Some(samples.len());
        (fits && !samples.is_empty()).then_some(Self { width, height, samples })
    }

    /// Samples in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The samples, row by row.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    fn digest(&self) -> Option<Hasher> {
        let mut hasher = Hasher::new(self.width, self.height)?;
        for row in self.samples.chunks(size(self.width)) {
            hasher.push(row);
        }
        Some(hasher)
    }
}

impl std::fmt::Debug for Luma {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({} × {})", self.width, self.height)
    }
}

/// The hash and its quality. Zeros and quality 0 for a picture with an edge below 5.
pub fn hash(luma: &Luma) -> (Pdq, Quality) {
    luma.digest().map_or((flat(), Quality::ANY), Hasher::finish)
}

/// The hashes of the picture turned and mirrored, and their common quality.
///
/// Order, as in the reference: original, rotated by 90°, 180° and 270° (counter-clockwise), flipped
/// top to bottom (X), left to right (Y), along the main diagonal (plus 1), along the other (minus 1).
pub fn dihedral(luma: &Luma) -> ([Pdq; 8], Quality) {
    let Some(hasher) = luma.digest() else { return ([flat(); 8], Quality::ANY) };
    let small = hasher.shrink.finish();
    let variants = dct::variants(&dct::spectrum(&small));
    (variants.map(|spectrum| dct::bits(&spectrum)), dct::quality(&small))
}

fn flat() -> Pdq {
    Pdq::from([0; 32])
}

/// Hashes a picture that comes row by row.
pub struct Hasher {
    shrink: jarosz::Shrink,
}

impl Hasher {
    /// Ready for a picture of `width` × `height`; `None` if an edge is below 5.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        (width.min(height) >= EDGE_MIN)
            .then(|| Self { shrink: jarosz::Shrink::new(size(width), size(height)) })
    }

    /// Takes the next row: `width` samples, each 0..=255.
    pub fn push(&mut self, row: &[f32]) {
        self.shrink.push(row);
    }

    /// The hash and its quality, after `height` rows.
    pub fn finish(self) -> (Pdq, Quality) {
        let small = self.shrink.finish();
        (dct::bits(&dct::spectrum(&small)), dct::quality(&small))
    }
}

/// The answer for a picture too small to hash.
pub fn too_small() -> (Pdq, Quality) {
    (flat(), Quality::ANY)
}
