//! PDQ, a fingerprint of how a still image looks, as Meta's reference defines it.
//!
//! Two dialects exist. We hash at *full resolution*, as Python's `pdqhash`, `threatexchange` and HMA
//! do; the C++ command-line tool shrinks to 512 × 512 first, which changes 2 to 8 bits in the median.
//! None of them applies an orientation; here the hash of the picture as it is shown is made beside
//! the one as it is stored, and those of all turned and mirrored pictures from one transform.

mod dct;
pub(crate) mod kernel;
mod shrink;
#[cfg(test)]
mod tests;

use mamori_model::{Pdq, Quality, Transform};

use crate::pixels::Pixels;

/// The least edge that is hashed; below it the reference answers zeros and quality 0.
const EDGE_MIN: u32 = 5;

/// The hashes of one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// How much structure there is; the same however it is turned.
    pub quality: Quality,
    /// As stored.
    pub stored: Pdq,
    /// As shown, where that is turned: from the turned pixels, so the same bits as a file that
    /// stores them so.
    pub shown: Option<Pdq>,
    /// Turned and mirrored in every other way: of small pictures from the turned pixels, else from
    /// the transform of the stored ones, which is within a few bits of that.
    pub turned: [(Transform, Pdq); 7],
}

/// The hash and its quality. Zeros and quality 0 for a picture with an edge below 5.
pub fn hash(pixels: &Pixels<'_>) -> (Pdq, Quality) {
    if is_too_small(pixels) {
        return (flat(), Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels, Transform::None));
    (dct::bits(&spectrum), quality)
}

/// Every hash of a picture that is shown as `shown` says.
pub fn hashes(pixels: &Pixels<'_>, shown: Transform) -> Hashes {
    let is_turned = shown != Transform::None;
    if is_too_small(pixels) {
        let turned = TURNED.map(|transform| (transform, flat()));
        let shown = is_turned.then(flat);
        return Hashes { quality: Quality::ANY, stored: flat(), shown, turned };
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels, Transform::None));
    let shown = is_turned.then(|| dct::bits(&dct::spectrum(&shrink::shrink(pixels, shown)).0));
    let turned = TURNED.map(|transform| {
        let turned = if is_hashed_apart(pixels) {
            dct::spectrum(&shrink::shrink(pixels, transform)).0
        } else {
            dct::turned(&spectrum, transform)
        };
        (transform, dct::bits(&turned))
    });
    Hashes { quality, stored: dct::bits(&spectrum), shown, turned }
}

/// The hashes of the picture turned and mirrored, and their common quality.
///
/// From one transform, as the reference has it. Order, likewise: original, rotated by 90°, 180° and 270° (counter-clockwise), flipped
/// top to bottom (X), left to right (Y), along the main diagonal (plus 1), along the other (minus 1).
pub fn dihedral(pixels: &Pixels<'_>) -> ([Pdq; 8], Quality) {
    if is_too_small(pixels) {
        return ([flat(); 8], Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels, Transform::None));
    (REFERENCE_ORDER.map(|to| dct::bits(&dct::turned(&spectrum, to))), quality)
}

/// Whether each variant is hashed from its own pixels. The reference takes its 64 points off-centre,
/// by up to a pixel, so that in a small picture the transform foretells a turned one badly: measured
/// on drawn pictures, by up to 46 bits below 256 pixels of the shorter edge, and by 14 at most above.
fn is_hashed_apart(pixels: &Pixels<'_>) -> bool {
    const EDGE_MAX: u32 = 512;
    const AREA_MAX: u64 = 1 << 21;
    let area = u64::from(pixels.width) * u64::from(pixels.height);
    pixels.width.min(pixels.height) < EDGE_MAX && area <= AREA_MAX
}

/// Every transform but the first.
const TURNED: [Transform; 7] = [
    Transform::Rotate90,
    Transform::Rotate180,
    Transform::Rotate270,
    Transform::FlipTopBottom,
    Transform::FlipLeftRight,
    Transform::Transpose,
    Transform::Transverse,
];

/// The order of [`dihedral`].
const REFERENCE_ORDER: [Transform; 8] = [
    Transform::None,
    Transform::Rotate90,
    Transform::Rotate180,
    Transform::Rotate270,
    Transform::FlipTopBottom,
    Transform::FlipLeftRight,
    Transform::Transpose,
    Transform::Transverse,
];

fn is_too_small(pixels: &Pixels<'_>) -> bool {
    pixels.width.min(pixels.height) < EDGE_MIN
}

fn flat() -> Pdq {
    Pdq::from([0; 32])
}
