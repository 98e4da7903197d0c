//! PDQ, a fingerprint of how a still image looks, as Meta's reference defines it.
//!
//! Two dialects exist. We hash at *full resolution*, as Python's `pdqhash`, `threatexchange` and HMA
//! do; the C++ command-line tool shrinks to 512 × 512 first, which changes 2 to 8 bits in the median.
//! No orientation from EXIF is applied, as none of them does; see [`dihedral`] for turned pictures.

mod dct;
pub(crate) mod kernel;
mod shrink;
#[cfg(test)]
mod tests;

use mamori_model::{Pdq, Quality};

use crate::pixels::Pixels;

/// The least edge that is hashed; below it the reference answers zeros and quality 0.
const EDGE_MIN: u32 = 5;

/// The hash and its quality. Zeros and quality 0 for a picture with an edge below 5.
pub fn hash(pixels: &Pixels<'_>) -> (Pdq, Quality) {
    if pixels.width.min(pixels.height) < EDGE_MIN {
        return (flat(), Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels));
    (dct::bits(&spectrum), quality)
}

/// The hashes of the picture turned and mirrored, and their common quality.
///
/// Order, as in the reference: original, rotated by 90°, 180° and 270° (counter-clockwise), flipped
/// top to bottom (X), left to right (Y), along the main diagonal (plus 1), along the other (minus 1).
pub fn dihedral(pixels: &Pixels<'_>) -> ([Pdq; 8], Quality) {
    if pixels.width.min(pixels.height) < EDGE_MIN {
        return ([flat(); 8], Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels));
    (dct::variants(&spectrum).map(|spectrum| dct::bits(&spectrum)), quality)
}

fn flat() -> Pdq {
    Pdq::from([0; 32])
}
