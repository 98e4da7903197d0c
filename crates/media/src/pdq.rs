//! PDQ, a perceptual hash of a still image, as Meta's reference defines it.
//!
//! Two variants of PDQ exist. This one hashes at *full resolution*, as Python's `pdqhash`,
//! `threatexchange` and HMA do; the C++ command-line tool shrinks to 512 × 512 first, which changes
//! 2 to 8 bits in the median. None of them applies an orientation. Mamori hashes the picture as it
//! is stored and as it is shown, and derives the hashes of all turned and mirrored pictures from
//! one transform.

mod dct;
pub(crate) mod kernel;
mod shrink;
#[cfg(test)]
mod tests;

use mamori_model::{Pdq, Quality, Transform};

use crate::pixels::Pixels;

/// The shortest edge that is hashed, in pixels; below it the reference returns zeros and quality 0.
const EDGE_MIN: u32 = 5;

/// The hashes of one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// How much structure the picture has; the same for all its orientations.
    pub quality: Quality,
    /// The hash of the picture as stored.
    pub stored: Pdq,
    /// The hash of the picture as shown, if that is turned: computed from the turned pixels, so it
    /// equals the hash of a file that stores them so.
    pub shown: Option<Pdq>,
    /// The hashes of the picture turned and mirrored in every other way: for small pictures from
    /// the turned pixels, otherwise from the transform of the stored ones, which differs by a few
    /// bits.
    pub turned: [(Transform, Pdq); 7],
}

/// Returns the hash and its quality; zeros and quality 0 for a picture with an edge below 5 pixels.
pub fn hash(pixels: &Pixels<'_>) -> (Pdq, Quality) {
    if is_too_small(pixels) {
        return (flat(), Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels, Transform::None));
    (dct::bits(&spectrum), quality)
}

/// Returns every hash of a picture that is turned by `shown` to be shown.
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

/// Returns the hashes of the picture turned and mirrored, and their common quality.
///
/// They are derived from one transform, as in the reference, and have its order: original, rotated
/// by 90°, 180° and 270° (counter-clockwise), flipped top to bottom (X), left to right (Y), along
/// the main diagonal (plus 1), along the other (minus 1).
pub fn dihedral(pixels: &Pixels<'_>) -> ([Pdq; 8], Quality) {
    if is_too_small(pixels) {
        return ([flat(); 8], Quality::ANY);
    }
    let (spectrum, quality) = dct::spectrum(&shrink::shrink(pixels, Transform::None));
    (REFERENCE_ORDER.map(|to| dct::bits(&dct::turned(&spectrum, to))), quality)
}

/// Checks whether each variant is hashed from its own pixels. The reference takes its 64 points
/// off-centre, by up to a pixel, so in a small picture the transform predicts a turned one badly:
/// measured on drawn pictures, by up to 46 bits if the shorter edge is below 256 pixels, and by at
/// most 14 above.
fn is_hashed_apart(pixels: &Pixels<'_>) -> bool {
    const EDGE_MAX: u32 = 512;
    const AREA_MAX: u64 = 1 << 21;
    let area = u64::from(pixels.width) * u64::from(pixels.height);
    pixels.width.min(pixels.height) < EDGE_MAX && area <= AREA_MAX
}

/// Every transform except [`Transform::None`].
const TURNED: [Transform; 7] = [
    Transform::Rotate90,
    Transform::Rotate180,
    Transform::Rotate270,
    Transform::FlipTopBottom,
    Transform::FlipLeftRight,
    Transform::Transpose,
    Transform::Transverse,
];

/// The order of the hashes of [`dihedral`].
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
