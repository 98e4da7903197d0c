//! Decodes JPEG, by libjpeg-turbo: the decoder of browsers, Pillow and most makers of hash lists.
//!
//! libjpeg reads on in damaged files, with a warning, as every viewer does. [`lost`] decides which
//! warnings mean lost data: such a file is searched, and without a hit it is an error
//! ([0011](../../../../docs/decisions/0011-decoders.md)).

mod libjpeg;
mod markers;

use mamori_model::Transform;
use mozjpeg_sys as jerror;

use super::{FrameBuffer, Samples, Sink, check_area, exif, out_of_memory};
use crate::pixels::{Layout, Pixels, cmyk_to_rgb};
use crate::{Error, Format, Limits};
use libjpeg::{Code, Colour, Decoder, Failure, Output};

const JPEG: Format = Format::Jpeg;

/// Decodes the picture of a JPEG, and the further ones of an MPO.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let markers::Further { pictures: others, is_whole } = markers::further_pictures(bytes);
    if !is_whole {
        sink.leave_out();
    }
    sink.set_frame_count(1 + u64::try_from(others.len()).unwrap_or(u64::MAX));
    let pictures = std::iter::once(bytes).chain(others);
    let mut damage = Ok(());
    for (number, picture) in (0_u32..).zip(pictures) {
        if sink.wants(number) {
            damage = damage.and(frame(number, picture, sink));
        }
    }
    damage
}

/// Gives one picture; returns an error after that if data were lost.
fn frame(number: u32, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let shown = markers::exif(bytes).map_or(Transform::None, exif::orientation);
    let mut decoder = Decoder::new(bytes).map_err(refusal)?;
    let (width, height) = decoder.size();
    check_area(JPEG, width, height, sink.limits)?;
    // Most JPEGs store brightness apart from colour, which then need not be decoded.
    let (output, layout) = match (decoder.colour(), sink.samples) {
        (Colour::Grey, _) | (Colour::YCbCr, Samples::Brightness) => (Output::Grey, Layout::Grey),
        (Colour::YCbCr, Samples::Colour) | (Colour::Rgb, _) => (Output::Rgb, Layout::Rgb),
        (Colour::Cmyk, _) => (Output::Cmyk, Layout::Rgb),
        (Colour::Unknown, _) => return Err(Error::Unsupported { found: UNKNOWN_COLOURS }),
    };
    let mut samples = FrameBuffer::of_bytes(width, height, output.samples())?;
    let read = decoder.decode_into(output, &mut samples.0);
    let damage = read.map_err(refusal).and_then(|()| lost(&decoder, bytes));
    if output == Output::Cmyk {
        to_rgb(&mut samples.0);
    }
    let _ = sink.give(number, shown, Pixels { width, height, layout, samples: &samples.0 });
    damage
}

/// A JPEG that is part of another file.
pub struct Part {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What its samples mean.
    pub layout: Layout,
    /// Samples row by row, without padding.
    pub samples: Vec<u8>,
}

/// What the components of a [`Part`] mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartColours {
    /// Brightness, or any other single component.
    One,
    /// Red, green, blue.
    Rgb,
    /// Brightness and two differences.
    YCbCr,
    /// Red, green, blue, alpha.
    Rgba,
    /// Red, green, blue, and a component without meaning.
    RgbUnused,
    /// Four inks, not inverted.
    Inks,
}

/// Decodes a JPEG whose colours the surrounding file declares; its own markers do not matter.
pub fn part(bytes: &[u8], colours: PartColours, limits: &Limits) -> Result<Part, Error> {
    let mut decoder = Decoder::new(bytes).map_err(refusal)?;
    let forced = match colours {
        PartColours::One => Colour::Grey,
        PartColours::Rgb => Colour::Rgb,
        PartColours::YCbCr => Colour::YCbCr,
        PartColours::Rgba | PartColours::RgbUnused | PartColours::Inks => Colour::Cmyk,
    };
    if !decoder.force_colour(forced) {
        return Err(Error::corrupt(JPEG, &"it has other colours than the file around it says"));
    }
    let (width, height) = decoder.size();
    check_area(JPEG, width, height, limits)?;
    let output = match forced {
        Colour::Grey => Output::Grey,
        Colour::Rgb | Colour::YCbCr => Output::Rgb,
        Colour::Cmyk | Colour::Unknown => Output::Cmyk,
    };
    let count =
        usize::try_from(u64::from(width) * u64::from(height)).map_err(|_| out_of_memory())?;
    let mut samples = Vec::new();
    let length = count.checked_mul(output.samples()).ok_or_else(out_of_memory)?;
    samples.try_reserve_exact(length).map_err(|_| out_of_memory())?;
    samples.resize(length, 0);
    decoder.decode_into(output, &mut samples).map_err(refusal)?;
    lost(&decoder, bytes)?;
    let layout = match colours {
        PartColours::One => Layout::Grey,
        PartColours::Rgb | PartColours::YCbCr => Layout::Rgb,
        PartColours::Rgba => Layout::Rgba,
        PartColours::RgbUnused => {
            drop_fourth(&mut samples);
            Layout::Rgb
        }
        PartColours::Inks => {
            // TIFF does not invert inks.
            for ink in &mut samples {
                *ink = 255 - *ink;
            }
            to_rgb(&mut samples);
            Layout::Rgb
        }
    };
    Ok(Part { width, height, layout, samples })
}

/// Removes every fourth sample.
fn drop_fourth(samples: &mut Vec<u8>) {
    let mut place = 0;
    samples.retain(|_| {
        place = (place + 1) % 4;
        place != 0
    });
}

/// Converts inks to RGB in place, at the front of `samples`, and truncates it. Inks are stored
/// inverted, as Adobe does it and Pillow assumes.
fn to_rgb(samples: &mut Vec<u8>) {
    const INKS: usize = 4;
    const COLOURS: usize = 3;
    let pixels = samples.len() / INKS;
    for pixel in 0..pixels {
        let inks = samples.get(pixel * INKS..).and_then(|rest| rest.first_chunk::<INKS>());
        let rgb = cmyk_to_rgb(inks.copied().unwrap_or_default().map(|ink| 255 - ink));
        if let Some(to) = samples.get_mut(pixel * COLOURS..(pixel + 1) * COLOURS) {
            to.copy_from_slice(&rgb);
        }
    }
    samples.truncate(pixels * COLOURS);
}

/// Warnings after which every part of the picture is as it was stored: extra bytes between
/// segments, an unknown version of JFIF, an unknown number in Adobe's marker, scan parameters that
/// baseline does not use, refinements in an unusual order.
const HARMLESS: [Code; 5] = [
    jerror::JWRN_EXTRANEOUS_DATA,
    jerror::JWRN_JFIF_MAJOR,
    jerror::JWRN_ADOBE_XFORM,
    jerror::JWRN_NOT_SEQUENTIAL,
    jerror::JWRN_BOGUS_PROGRESSION,
];

/// Returns an error if a warning says that parts of the picture are not those that were stored.
///
/// A file that lacks only its end marker is complete; if it may lack scans too, it is not.
fn lost(decoder: &Decoder<'_>, bytes: &[u8]) -> Result<(), Error> {
    let may_lack_data = || decoder.may_lack_scans() || markers::is_arithmetic(bytes);
    for code in decoder.warnings() {
        match *code {
            code if HARMLESS.contains(&code) => {}
            jerror::JWRN_JPEG_EOF if !may_lack_data() => {}
            jerror::JWRN_JPEG_EOF | jerror::JWRN_HIT_MARKER => return Err(Error::truncated(JPEG)),
            jerror::JWRN_MUST_RESYNC => {
                return Err(Error::corrupt(JPEG, &"a restart marker is missing or misplaced"));
            }
            // Codes that are in no Huffman or arithmetic coding table, and warnings of later
            // versions of libjpeg.
            _ => return Err(Error::corrupt(JPEG, &"parts of its data make no sense")),
        }
    }
    Ok(())
}

/// Kinds of JPEG that no common viewer shows, as error messages name them.
const TWELVE_BITS: &str = "JPEG of 12 bits";
const LOSSLESS: &str = "lossless JPEG";
const UNKNOWN_COLOURS: &str = "JPEG of unknown colours";

fn refusal(Failure(code): Failure) -> Error {
    match code {
        jerror::JERR_BAD_PRECISION => Error::Unsupported { found: TWELVE_BITS },
        // Baseline, progressive and arithmetic are decoded; the others are lossless or
        // hierarchical.
        jerror::JERR_SOF_UNSUPPORTED => Error::Unsupported { found: LOSSLESS },
        jerror::JERR_CONVERSION_NOTIMPL => Error::Unsupported { found: UNKNOWN_COLOURS },
        jerror::JERR_OUT_OF_MEMORY => out_of_memory(),
        jerror::JERR_INPUT_EOF | jerror::JERR_INPUT_EMPTY => Error::truncated(JPEG),
        jerror::JERR_NO_IMAGE | jerror::JERR_SOF_NO_SOS | jerror::JERR_SOS_NO_SOF => {
            Error::corrupt(JPEG, &"it has no picture in it")
        }
        jerror::JERR_NO_HUFF_TABLE | jerror::JERR_NO_QUANT_TABLE | jerror::JERR_BAD_HUFF_TABLE => {
            Error::corrupt(JPEG, &"a table is missing or makes no sense")
        }
        other => Error::corrupt(JPEG, &format!("libjpeg's message {other}")),
    }
}
