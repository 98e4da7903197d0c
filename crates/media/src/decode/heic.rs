//! What the converter made of a HEIC: one JPEG or PNG after the other, one for each picture in it.
//!
//! HEVC is not decoded by this program ([0011](../../../../docs/decisions/0011-decoders.md)): the pool
//! gives such a file to `heif-convert` and its output to the worker. Pictures come upright from
//! there, so no orientation in the output counts.

use mamori_model::Transform;

use super::pace::Pace;
use super::{Decoded, Sink, jpeg, png};
use crate::{Error, format};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// The pictures that the converter wrote.
pub fn frames(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    // The file itself, in a process without a converter.
    if !bytes.starts_with(PNG) && !bytes.starts_with(JPEG) {
        return Err(Error::Unsupported { found: format::HEIC });
    }
    sink.expect(u64::try_from(pieces(bytes).count()).unwrap_or(u64::MAX));
    for (number, piece) in (0_u32..).zip(pieces(bytes)) {
        if !sink.wants(number) {
            continue;
        }
        let (limits, samples) = (sink.limits, sink.samples);
        let mut take = |decoded: Decoded<'_>| sink.give(number, Transform::None, decoded.pixels);
        let mut inner = Sink::new(limits, samples, Pace::of_every_frame(), &mut take);
        if piece.starts_with(PNG) {
            png::frames(piece, &mut inner)?;
        } else {
            jpeg::frames(piece, &mut inner)?;
        }
    }
    Ok(())
}

/// File after file; the last one may be cut.
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

/// Up to the end of the chunk that ends it.
fn length_of_png(bytes: &[u8]) -> Option<usize> {
    /// Length, type and checksum of a chunk.
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

/// Up to the marker that ends it. Segments are skipped by their length: a small picture within
/// the metadata has such a marker too.
fn length_of_jpeg(bytes: &[u8]) -> Option<usize> {
    const END: u8 = 0xd9;
    let mut at = 2;
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)? + 1;
        match bytes.get(at)? {
            // Data of a scan, and markers without a length.
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
    fn pictures_behind_each_other_are_told_apart() {
        let jpeg = b"\xff\xd8\xff\xe1\0\x06\xff\xd9\xff\xd8\xff\xda\0\x02a\xff\0b\xff\xd0c\xff\xd9";
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATxcccc\0\0\0\0IENDcccc";
        let file = [jpeg.as_slice(), png, jpeg, &png[..20]].concat();

        let found: Vec<&[u8]> = pieces(&file).collect();

        assert_eq!(found, [jpeg.as_slice(), png, jpeg, &png[..20]]);
    }
}
