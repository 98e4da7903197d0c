//! Hostile and broken files: some that only an attacker sends, and some that also occur by
//! accident.

#![expect(clippy::expect_used, reason = "writing into memory cannot fail")]

use std::io::Write;

use super::rng::Rng;
use super::{draw, encode};

const WRITES: &str = "a vector takes everything";

/// A file with a description.
pub struct HostileFile {
    /// What the file is, for test messages.
    pub name: &'static str,
    /// The content of the file.
    pub bytes: Vec<u8>,
}

/// Returns one file of each kind; none of them contains a picture that can be read to its end.
pub fn all() -> Vec<HostileFile> {
    let picture = draw(1, 200, 150);
    let cut = |bytes: Vec<u8>| bytes.get(..bytes.len() * 2 / 3).unwrap_or_default().to_vec();
    let tail = |magic: &[u8]| [magic, &noise(3, 4_000)].concat();
    let file = |name, bytes| HostileFile { name, bytes };
    vec![
        file("nothing", Vec::new()),
        file("text", b"This is no picture, whatever its name says.".to_vec()),
        file("json", br#"{"image":"yes"}"#.to_vec()),
        file("noise", noise(2, 10_000)),
        file("truncated JPEG", cut(encode::jpeg(&picture, 90))),
        file("truncated PNG", cut(encode::png(&picture))),
        file("truncated GIF", cut(encode::gif(&picture))),
        file("truncated WebP", cut(encode::webp(&picture))),
        file("truncated BMP", cut(encode::bmp(&picture))),
        file("truncated TIFF", cut(encode::tiff(&picture))),
        file("JPEG of noise", tail(b"\xff\xd8\xff\xe0")),
        file("PNG of noise", tail(b"\x89PNG\r\n\x1a\n")),
        file("GIF of noise", tail(b"GIF89a")),
        file("WebP of noise", tail(b"RIFF\xff\xff\0\0WEBPVP8L")),
        file("BMP of noise", tail(b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0")),
        file("TIFF of noise", tail(b"II*\0\x08\0\0\0")),
        file("PNG header of 50,000 × 50,000", png_header(50_000, 50_000)),
        file("PNG of no pixels", png_header(0, 0)),
        file("GIF of no pixels", b"GIF89a\0\0\0\0\0\0\0;".to_vec()),
        file("JPEG header of 65,000 × 65,000", jpeg_header(65_000, 65_000)),
        file("BMP of 2,000,000,000 rows", bmp_header(2, 2_000_000_000)),
        file("PNG bomb", png_bomb()),
        file("JPEG with more colour than light", odd_jpeg()),
    ]
}

/// Returns `length` pseudo-random bytes.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&rng.next_u64().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Returns a PNG that declares `width` × `height` pixels and contains none.
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (name, data) in [(b"IHDR", header.as_slice()), (b"IDAT", &[]), (b"IEND", &[])] {
        let length = u32::try_from(data.len()).unwrap_or_default();
        let named = [name, data].concat();
        file.extend_from_slice(&length.to_be_bytes());
        file.extend_from_slice(&named);
        file.extend_from_slice(&crc32(&named).to_be_bytes());
    }
    file
}

/// Returns a JPEG that declares `width` × `height` pixels and contains none.
pub fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"\xff\xd8\xff\xc0\0\x11\x08".to_vec();
    file.extend_from_slice(&height.to_be_bytes());
    file.extend_from_slice(&width.to_be_bytes());
    file.extend_from_slice(b"\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    file.extend_from_slice(b"\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0\xff\xd9");
    file
}

/// Returns a JPEG with twice as many samples of one colour component as of brightness, whose scan
/// contains only the brightness. Fuzzing found that this makes a decoder panic.
pub fn odd_jpeg() -> Vec<u8> {
    let mut file = encode::jpeg(&draw(1, 48, 53), 90);
    let place = |file: &[u8], marker| file.windows(2).position(|pair| pair == [0xff, marker]);
    // After the marker: length 2, bits 1, size 4, count 1; of each component number, sampling,
    // table.
    let frame = place(&file, 0xc0).unwrap_or_default();
    for (at, sampling) in [(11, 0x11), (14, 0x11), (17, 0x21)] {
        if let Some(byte) = file.get_mut(frame + at) {
            *byte = sampling;
        }
    }
    // After the marker: length 2, count 1, of each component number and tables, band 3.
    let scan = place(&file, 0xda).unwrap_or_default();
    file.splice(scan + 2..scan + 14, [0, 8, 1, 1, 0, 0, 63, 0]);
    file
}

/// Returns a bitmap that declares `width` × `height` pixels and contains none.
pub fn bmp_header(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend_from_slice(&width.to_le_bytes());
    file.extend_from_slice(&height.to_le_bytes());
    file.extend_from_slice(b"\x01\0\x18\0");
    file.resize(54, 0);
    file
}

/// Returns a valid PNG of a billion white pixels, in about 130 kB.
pub fn png_bomb() -> Vec<u8> {
    white_png(32_000)
}

/// Returns a valid PNG of 81 million white pixels, in about 11 kB: within the default limits, and
/// far more costly than its size.
pub fn costly_png() -> Vec<u8> {
    white_png(9_000)
}

/// Returns a PNG of `edge` × `edge` white pixels; `edge` is a multiple of 8.
fn white_png(edge: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, edge, edge);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect(WRITES);
    let mut stream = writer.stream_writer().expect(WRITES);
    let row = vec![0xff; usize::try_from(edge / 8).unwrap_or_default()];
    for _ in 0..edge {
        stream.write_all(&row).expect(WRITES);
    }
    stream.finish().expect(WRITES);
    writer.finish().expect(WRITES);
    file
}

/// Computes the checksum of PNG chunks (ISO 3309), bit by bit.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * odd);
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_bomb_is_small() {
        assert!(png_bomb().len() < 500_000);
    }
}
