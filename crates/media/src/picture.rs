//! From a file's bytes to the hashes of its frames.

use std::ops::ControlFlow;

use mamori_model::{Backdrop, Pdq, Quality, Transform, Variant};
use serde::{Deserialize, Serialize};

use crate::decode::{self, Decoded, Rest, Sink};
use crate::pdq::Hashes;
use crate::pixels::Pixels;
use crate::{Error, Format, Limits, format, pdq};

/// The hash of one variant of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameHash {
    /// How the pixels were prepared.
    pub variant: Variant,
    /// Whether a viewer may show the frame so: as stored, or turned as its orientation says. The
    /// others are turned and mirrored in every other way.
    pub is_shown: bool,
    /// The hash.
    pub pdq: Pdq,
    /// How much structure PDQ saw; it depends on the backdrop alone.
    pub quality: Quality,
}

/// One frame of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Its place in the file, from 0.
    pub number: u32,
    /// Its hashes, at least one. The first is of the pixels as stored, without alpha, as Python's
    /// `pdqhash` gives it; of JPEG XL and HEIC, upright, as their decoders give them.
    pub hashes: Vec<FrameHash>,
}

impl Frame {
    /// The hash of the pixels as stored, which other tools give too, and its quality.
    pub fn stored(&self) -> Option<(Pdq, Quality)> {
        self.hashes.first().map(|hash| (hash.pdq, hash.quality))
    }
}

/// What is known of a picture after it was decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it is, by its bytes.
    pub format: Format,
    /// Width in pixels, of the first frame and as stored: no orientation is applied, except by the
    /// decoders of JPEG XL and HEIC.
    pub width: u32,
    /// Height in pixels, likewise.
    pub height: u32,
    /// Its frames, at least one, in the order of the file. A frame of an animation is composed with
    /// the decoded frames before it; those that the limits leave out are not drawn. A frame whose
    /// hashes are those of the last listed one is not listed.
    pub frames: Vec<Frame>,
    /// What was not read of the file.
    pub rest: Rest,
}

/// Decodes `bytes` and hashes each frame, *in this process*. Hostile bytes belong into a
/// [`crate::Pool`]; this is what its workers call.
///
/// # Errors
/// [`Error::Unsupported`], [`Error::Unreadable`] or [`Error::TooLarge`], if no frame was read. After
/// that, [`Picture::rest`] says what was not.
pub fn hash(bytes: &[u8], limits: &Limits) -> Result<Picture, Error> {
    hash_as(format::sniff(bytes)?, bytes, limits)
}

/// As [`hash`], of bytes whose format is known. Of [`Format::Heic`] they are what its converter wrote.
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
    let rest = decode::frames(format, bytes, Sink::for_hashes(limits, &mut take))?;
    if let Some(error) = failure {
        return Err(error);
    }
    let (width, height) = size.ok_or_else(|| no_frame(format))?;
    Ok(Picture { format, width, height, frames, rest })
}

/// The hashes of a frame: as stored, as shown, turned and mirrored in every other way; and where it
/// lets something through, all of that on white and on black too.
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

/// The eight hashes of the first frame of `bytes`, see [`pdq::dihedral`]; in this process.
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
