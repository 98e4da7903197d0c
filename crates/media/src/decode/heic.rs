//! Decodes the converter's output for a HEIC: a sequence of JPEG or PNG files, one for each
//! picture.
//!
//! This program does not decode HEVC ([0011](../../../../docs/decisions/0011-decoders.md)): the
//! pool passes the file to `heif-convert` and the output to a worker. The converter turns pictures
//! upright, so an orientation in the output is ignored.

use mamori_model::Transform;

use super::sampler::FrameSampler;
use super::{Decoded, Sink, jpeg, png};
use crate::{Error, format};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// Decodes the pictures that the converter wrote.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    // The HEIC itself arrives here in a process without a converter.
    if !bytes.starts_with(PNG) && !bytes.starts_with(JPEG) {
        return Err(Error::Unsupported { found: format::HEIC });
    }
    sink.set_frame_count(u64::try_from(pieces(bytes).count()).unwrap_or(u64::MAX));
    for (number, piece) in (0_u32..).zip(pieces(bytes)) {
        if !sink.wants(number) {
            continue;
        }
        let (limits, samples) = (sink.limits, sink.samples);
        let mut take = |decoded: Decoded<'_>| sink.give(number, Transform::None, decoded.pixels);
        let mut inner = Sink::new(limits, samples, FrameSampler::every_frame(), &mut take);
        if piece.starts_with(PNG) {
            png::frames(piece, &mut inner)?;
        } else {
            jpeg::frames(piece, &mut inner)?;
        }
    }
    Ok(())
}

/// Iterates over the files; the last one may be cut.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = if rest.starts_with(PNG) { length_of_png(rest) } else { length_of_jpeg(rest) };
        let (piece, after) = rest.split_at(length.unwrap_or(rest.len()).min(rest.len()));
        rest = after;
        Some(piece)
    })
}

/// Returns the length of a PNG, up to the end of its last chunk.
fn length_of_png(bytes: &[u8]) -> Option<usize> {
    /// Bytes of length, type and checksum of a chunk.
    const AROUND: usize = 12;
    let mut at = PNG.len();
    loop {
        let chunk = bytes.get(at..)?;
        let (length, after) = chunk.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        at = at.checked_add(length)?.checked_add(AROUND)?;
        if after.starts_with(b"IEND") {
            return Some(at);
        }
    }
}

/// Returns the length of a JPEG, up to its end marker. Segments are skipped by their length,
/// because a thumbnail in the metadata has an end marker too.
fn length_of_jpeg(bytes: &[u8]) -> Option<usize> {
    const END: u8 = 0xd9;
    let mut at = 2;
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)? + 1;
        match bytes.get(at)? {
            // Scan data, and markers without a length.
            0x00 | 0x01 | 0xd0..=0xd8 => at += 1,
            0xff => {}
            &END => return Some(at + 1),
            _ => {
                let length = u16::from_be_bytes(*bytes.get(at + 1..)?.first_chunk()?);
                at = at.checked_add(1)?.checked_add(usize::from(length))?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_pictures_are_split() {
        let jpeg = b"\xff\xd8\xff\xe1\0\x06\xff\xd9\xff\xd8\xff\xda\0\x02a\xff\0b\xff\xd0c\xff\xd9";
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATxcccc\0\0\0\0IENDcccc";
        let file = [jpeg.as_slice(), png, jpeg, &png[..20]].concat();

        let found: Vec<&[u8]> = pieces(&file).collect();

        assert_eq!(found, [jpeg.as_slice(), png, jpeg, &png[..20]]);
    }
}
