//! Computes the hashes of all frames of a file.

use std::ops::ControlFlow;

use mamori_model::{Backdrop, Pdq, Quality, Transform, Variant};
use serde::{Deserialize, Serialize};

use crate::decode::{self, Decoded, Extent, Remaining, Sink};
use crate::pdq::Hashes;
use crate::pixels::Pixels;
use crate::{Error, Format, Limits, format, pdq};

/// The hash of one variant of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameHash {
    /// How the pixels were prepared.
    pub variant: Variant,
    /// Whether a viewer may show the frame like this: as stored, or turned as its orientation says.
    /// `false` for all other turned and mirrored variants.
    pub is_shown: bool,
    /// The PDQ hash of this variant.
    pub pdq: Pdq,
    /// How much structure PDQ found; it depends only on the backdrop.
    pub quality: Quality,
}

/// The hashes of one frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The frame's place in the file, counted from 0.
    pub number: u32,
    /// Its hashes, at least one. The first is of the pixels as stored, without alpha, equal to that
    /// of Python's `pdqhash`; for JPEG XL and HEIC, of the upright pixels that their decoders give.
    pub hashes: Vec<FrameHash>,
}

impl Frame {
    /// Returns the hash of the pixels as stored, which other tools compute too, and its quality.
    pub fn stored(&self) -> Option<(Pdq, Quality)> {
        self.hashes.first().map(|hash| (hash.pdq, hash.quality))
    }
}

/// The result of decoding and hashing a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The format, recognised by the bytes.
    pub format: Format,
    /// Width in pixels, of the first frame and as stored: no orientation is applied, except by the
    /// decoders of JPEG XL and HEIC.
    pub width: u32,
    /// Height in pixels, of the first frame and as stored.
    pub height: u32,
    /// Number of frames in the file, more than the greatest number in [`Self::frames`]; see
    /// [`Extent::frame_count`].
    pub frame_count: u32,
    /// Its frames, at least one, in the order of the file. A frame of an animation is composed with
    /// the decoded frames before it; those that the limits leave out are not drawn. A frame with
    /// the same hashes as the last listed one is not listed.
    pub frames: Vec<Frame>,
    /// Which part of the file was not read.
    pub remaining: Remaining,
}

/// Decodes `bytes` and hashes each frame, *in this process*. Pass hostile bytes to a
/// [`crate::Pool`] instead; its workers call this function.
///
/// # Errors
/// [`Error::Unsupported`], [`Error::Unreadable`] or [`Error::TooLarge`], if no frame was read.
/// After the first frame, [`Picture::remaining`] tells what was not read.
pub fn hash(bytes: &[u8], limits: &Limits) -> Result<Picture, Error> {
    hash_as(format::sniff(bytes)?, bytes, limits)
}

/// Hashes as [`hash`] does, for bytes whose format is known. For [`Format::Heic`], `bytes` are the
/// converter's output.
///
/// # Errors
/// As for [`hash`].
pub fn hash_as(format: Format, bytes: &[u8], limits: &Limits) -> Result<Picture, Error> {
    let mut size = None;
    let mut frames: Vec<Frame> = Vec::new();
    let mut failure = None;
    let mut take = |decoded: Decoded<'_>| {
        size.get_or_insert((decoded.pixels.width, decoded.pixels.height));
        match hashes(&decoded) {
            Ok(hashes) => {
                let is_new = frames.last().is_none_or(|before| before.hashes != hashes);
                if is_new {
                    frames.push(Frame { number: decoded.number, hashes });
                }
                ControlFlow::Continue(())
            }
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let Extent { frame_count, remaining } =
        decode::frames(format, bytes, Sink::for_hashes(limits, &mut take))?;
    if let Some(error) = failure {
        return Err(error);
    }
    let (width, height) = size.ok_or_else(|| no_frame(format))?;
    Ok(Picture { format, width, height, frame_count, frames, remaining })
}

/// Returns the hashes of a frame: as stored, as shown, and turned and mirrored in every other way;
/// if it has transparent pixels, also all of these on white and on black.
fn hashes(decoded: &Decoded<'_>) -> Result<Vec<FrameHash>, Error> {
    let Decoded { shown, pixels, .. } = decoded;
    let mut hashes = Vec::with_capacity(9);
    add(&mut hashes, Backdrop::None, *shown, pixels);
    if pixels.is_see_through() {
        for backdrop in [Backdrop::White, Backdrop::Black] {
            add(&mut hashes, backdrop, *shown, &pixels.flattened(backdrop)?.pixels());
        }
    }
    Ok(hashes)
}

fn add(to: &mut Vec<FrameHash>, backdrop: Backdrop, shown: Transform, pixels: &Pixels<'_>) {
    let Hashes { quality, stored, shown: as_shown, turned } = pdq::hashes(pixels, shown);
    let hash = |transform, is_shown, pdq| {
        let variant = Variant { backdrop, transform };
        FrameHash { variant, is_shown, pdq, quality }
    };
    to.push(hash(Transform::None, true, stored));
    to.extend(as_shown.map(|pdq| hash(shown, true, pdq)));
    to.extend(turned.map(|(transform, pdq)| hash(transform, false, pdq)));
}

/// Returns the eight hashes of the first frame of `bytes`, see [`pdq::dihedral`]; in this process.
///
/// # Errors
/// As for [`hash`].
pub fn dihedral(bytes: &[u8], limits: &Limits) -> Result<[Pdq; 8], Error> {
    let format = format::sniff(bytes)?;
    let mut first = None;
    let mut take = |decoded: Decoded<'_>| {
        first = Some(pdq::dihedral(&decoded.pixels).0);
        ControlFlow::Break(())
    };
    decode::frames(format, bytes, Sink::for_hashes(limits, &mut take))?;
    first.ok_or_else(|| no_frame(format))
}

fn no_frame(format: Format) -> Error {
    Error::unreadable(&format!("the {} has no picture in it", format.label()))
}
