//! Reads the chunks of a PNG (PNG, 3rd edition, §5) without its pixels.

use std::borrow::Cow;

/// Bytes of the file signature.
const SIGNATURE: usize = 8;
/// Bytes of length, type and checksum of a chunk.
const FRAME: usize = 12;
/// The chunk that ends a file.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// How a file ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// With the `IEND` chunk, as the standard demands.
    Whole,
    /// Between two chunks.
    #[default]
    Missing,
    /// Within a chunk.
    Cut,
}

/// The structure of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chunks<'a> {
    /// The data of the EXIF chunk.
    pub exif: Option<&'a [u8]>,
    /// Number of frames that the animation declares.
    pub declared: u32,
    /// Number of frames of the animation that begin.
    pub frames: u32,
    /// How the file ends.
    pub end: End,
    /// Whether a chunk of the picture has a wrong checksum.
    pub is_damaged: bool,
    /// Whether it is Apple's variant, which no other decoder reads.
    pub is_apples: bool,
}

/// Reads the chunks of `bytes`.
pub fn read(bytes: &[u8]) -> Chunks<'_> {
    let mut chunks = Chunks::default();
    let mut rest = bytes.get(SIGNATURE..).unwrap_or_default();
    while !rest.is_empty() && chunks.end != End::Whole {
        let Some((kind, data, checksum, after)) = split(rest) else {
            chunks.end = End::Cut;
            break;
        };
        rest = after;
        match kind {
            b"CgBI" => chunks.is_apples = true,
            b"eXIf" => chunks.exif = Some(data),
            b"acTL" => {
                chunks.declared = data.first_chunk().map_or(0, |four| u32::from_be_bytes(*four));
            }
            b"fcTL" => chunks.frames += 1,
            b"IEND" => chunks.end = End::Whole,
            _ => {}
        }
        let makes_the_picture =
            matches!(kind, b"IHDR" | b"PLTE" | b"IDAT" | b"tRNS" | b"acTL" | b"fcTL" | b"fdAT");
        chunks.is_damaged |= makes_the_picture && checksum != sum(*kind, data);
    }
    chunks
}

/// Adds an `IEND` chunk to `bytes` if they stop between two chunks: then the picture is complete.
pub fn with_end<'a>(bytes: &'a [u8], chunks: &Chunks<'_>) -> Cow<'a, [u8]> {
    match chunks.end {
        End::Whole | End::Cut => Cow::Borrowed(bytes),
        End::Missing => Cow::Owned([bytes, END].concat()),
    }
}

type Chunk<'a> = (&'a [u8; 4], &'a [u8], u32, &'a [u8]);

fn split(bytes: &[u8]) -> Option<Chunk<'_>> {
    let length = usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    let (chunk, after) = bytes.split_at_checked(length.checked_add(FRAME)?)?;
    let kind = chunk.get(4..8)?.first_chunk()?;
    let data = chunk.get(8..8 + length)?;
    let checksum = u32::from_be_bytes(*chunk.last_chunk()?);
    Some((kind, data, checksum, after))
}

fn sum(kind: [u8; 4], data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(data);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use mamori_testkit::pictures::{draw, encode};

    use super::*;

    #[test]
    fn a_file_that_stops_between_chunks_gets_its_end() {
        let file = encode::png(&draw(1, 20, 10));
        let open = &file[..file.len() - END.len()];

        assert_eq!((read(&file).end, read(open).end), (End::Whole, End::Missing));
        assert_eq!(with_end(open, &read(open)), file);
        assert_eq!(with_end(&file, &read(&file)), file);
    }

    #[test]
    fn a_file_that_stops_within_a_chunk_is_cut() {
        let file = encode::png(&draw(1, 20, 10));
        let cut = &file[..file.len() - END.len() - 3];

        assert_eq!(read(cut).end, End::Cut);
        assert_eq!(with_end(cut, &read(cut)), cut);
    }

    #[test]
    fn a_changed_byte_is_damage_only_where_it_makes_the_picture() {
        let mut file = encode::png(&draw(1, 20, 10));
        assert!(!read(&file).is_damaged);

        let at = file.windows(4).position(|four| four == b"IDAT").unwrap() + 6;
        file[at] ^= 1;

        assert!(read(&file).is_damaged);
    }
}
