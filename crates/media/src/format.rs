//! Recognises the format of a file by its first bytes, never by its name.

use strum::{IntoStaticStr, VariantArray};

use crate::Error;

/// A format that can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// JPEG: baseline, progressive, and with arithmetic coding.
    Jpeg,
    /// PNG and APNG.
    Png,
    /// WebP, lossy, lossless and animated.
    Webp,
    /// GIF 87a and 89a.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF and `BigTIFF`.
    Tiff,
    /// AVIF, still pictures.
    Avif,
    /// JPEG XL, still and animated.
    Jxl,
    /// HEIC, still pictures, by a converter outside this program. A [`crate::Pool`] reads it if the
    /// converter is installed; the functions of this crate that decode in their own process do not.
    Heic,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the name for use in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Jxl => "JPEG XL",
            Self::Heic => HEIC,
        }
    }
}

/// Formats that begin with fixed bytes: offset, bytes, format.
const DECODED: [(usize, &[u8], Format); 11] = [
    (0, b"\xff\xd8\xff", Format::Jpeg),
    (0, b"\x89PNG\r\n\x1a\n", Format::Png),
    (8, b"WEBP", Format::Webp),
    (0, b"GIF87a", Format::Gif),
    (0, b"GIF89a", Format::Gif),
    (0, b"II*\0", Format::Tiff),
    (0, b"MM\0*", Format::Tiff),
    (0, b"II+\0", Format::Tiff),
    (0, b"MM\0+", Format::Tiff),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
    (0, b"\xff\x0a", Format::Jxl),
];

/// Formats that are recognised but not decoded. A fixed list: a worker's answer is checked against
/// it.
const FOREIGN: [(usize, &[u8], &str); 32] = [
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"\x1a\x45\xdf\xa3", "WebM"),
    (8, b"AVI ", "AVI"),
    (8, b"WAVE", "WAV"),
    (0, b"FLV\x01", "FLV"),
    (0, b"\0\0\x01\xba", "MPEG"),
    (0, b"\0\0\x01\xb3", "MPEG"),
    (0, b"OggS", "Ogg"),
    (0, b"ID3", "MP3"),
    (0, b"fLaC", "FLAC"),
    (4, b"moov", "MOV"),
    (4, b"mdat", "MOV"),
    (4, b"wide", "MOV"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV"),
    (0, b"8BPS", "PSD"),
    (0, b"\0\0\x01\0", "ICO"),
    (0, b"qoif", "QOI"),
    (0, b"DDS ", "DDS"),
    (0, b"\x76\x2f\x31\x01", "EXR"),
    (0, b"farbfeld", "farbfeld"),
    (0, b"#?RADIANCE", "HDR"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!", "RAR"),
    (0, b"\x7fELF", "ELF"),
    (0, b"MZ", "EXE"),
    (0, b"{\\rtf", "RTF"),
];

/// Names that are recognised in other ways than by [`FOREIGN`], and names of unsupported kinds of a
/// format that its decoder recognises.
const FOREIGN_OTHERWISE: [&str; 14] = [
    "AVIF of a rare kind",
    HEIC,
    "HEIF",
    "MP4",
    "MOV",
    "SVG",
    "BMP of a rare kind",
    "JPEG XL of a rare kind",
    "JPEG of 12 bits",
    "JPEG of unknown colours",
    "lossless JPEG",
    "PNG in Apple's form",
    "TIFF of a rare kind",
    UNKNOWN,
];

/// The name for bytes that are not recognised, which include text.
const UNKNOWN: &str = "unknown";

/// Recognises the format of `bytes` by the first bytes alone.
///
/// # Errors
/// [`Error::Unsupported`] with the name of a format that is not decoded (`PSD`, `MP4` …; `unknown`
/// for text and everything else); [`Error::Unreadable`] for no bytes at all.
pub fn sniff(bytes: &[u8]) -> Result<Format, Error> {
    if bytes.is_empty() {
        return Err(Error::unreadable("the item is empty"));
    }
    let decoded = DECODED.iter().find(|(at, magic, format)| {
        // "WEBP" and "AVI " count only inside a RIFF file.
        has(bytes, *at, magic) && (*format != Format::Webp || has(bytes, 0, b"RIFF"))
    });
    match decoded {
        Some((_, _, format)) => Ok(*format),
        None if is_bmp(bytes) => Ok(Format::Bmp),
        None if has(bytes, 4, b"ftyp") => match media_brand(bytes) {
            AVIF => Ok(Format::Avif),
            HEIC => Ok(Format::Heic),
            found => Err(Error::Unsupported { found }),
        },
        None => Err(Error::Unsupported { found: foreign(bytes) }),
    }
}

/// Returns `name` if [`sniff`] or a decoder may give it, otherwise `unknown`.
pub fn known_name(name: &str) -> &'static str {
    let fixed = FOREIGN.iter().map(|(_, _, known)| *known);
    fixed.chain(FOREIGN_OTHERWISE).find(|known| *known == name).unwrap_or(UNKNOWN)
}

fn has(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
}

/// "BM" begins many texts, so the length of the following header must be a known one.
fn is_bmp(bytes: &[u8]) -> bool {
    let header: Option<[u8; 4]> = bytes.get(14..18).and_then(|four| four.try_into().ok());
    let lengths = [12, 16, 40, 52, 56, 64, 108, 124];
    bytes.starts_with(b"BM") && header.is_some_and(|h| lengths.contains(&u32::from_le_bytes(h)))
}

fn foreign(bytes: &[u8]) -> &'static str {
    if let Some((_, _, name)) = FOREIGN.iter().find(|(at, magic, _)| has(bytes, *at, magic)) {
        return name;
    }
    if is_svg(bytes) { "SVG" } else { UNKNOWN }
}

/// The name of AVIF among ISO base media files.
const AVIF: &str = "AVIF";
/// The name of HEIC; a process that has no converter reports it too.
pub const HEIC: &str = "HEIC";

/// Returns the kind of an ISO base media file by its major brand, then its compatible ones (ISO
/// 14496-12 §4.3).
fn media_brand(bytes: &[u8]) -> &'static str {
    let brands = bytes.get(8..bytes.len().min(64)).unwrap_or_default().chunks_exact(4);
    let names = brands.filter_map(|brand| match brand {
        b"avif" | b"avis" => Some(AVIF),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(HEIC),
        b"qt  " => Some("MOV"),
        _ => None,
    });
    let is_heif = has(bytes, 8, b"mif1") || has(bytes, 8, b"msf1");
    let otherwise = if is_heif { "HEIF" } else { "MP4" };
    names.into_iter().next().unwrap_or(otherwise)
}

/// Checks whether an ISO base media file has a sequence: frames in tracks besides the still
/// pictures. Its brands need not say so; therefore the name of the track box decides, wherever it
/// occurs.
pub fn is_sequence(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"moov").is_some()
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    text.starts_with(b"<") && text.windows(4).any(|four| four == b"<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> String {
        match sniff(bytes) {
            Ok(format) => format.as_str().to_owned(),
            Err(Error::Unsupported { found }) => found.to_owned(),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn the_first_bytes_determine_the_format() {
        let table: [(&[u8], &str); 21] = [
            (b"\xff\xd8\xff\xe0", "jpeg"),
            (b"\x89PNG\r\n\x1a\n", "png"),
            (b"RIFF\x10\0\0\0WEBPVP8L", "webp"),
            (b"GIF89a", "gif"),
            (b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", "bmp"),
            (b"II*\0", "tiff"),
            (b"MM\0+", "tiff"),
            (b"\0\0\0\x20ftypavif\0\0\0\0", "avif"),
            (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avif", "avif"),
            (b"\0\0\0\x20ftypavis\0\0\0\0", "avif"),
            (b"\xff\x0a\xfa", "jxl"),
            (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
            (b"\0\0\0\x20ftypmif1\0\0\0\0mif1heic", "heic"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIF"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0", "MP4"),
            (b"\0\0\0\x14ftypqt  ", "MOV"),
            (b"\x1a\x45\xdf\xa3", "WebM"),
            (b"RIFF\x10\0\0\0AVI LIST", "AVI"),
            (b"<?xml version=\"1.0\"?>\n<svg>", "SVG"),
            (b"BMW is a car, and this is a text", "unknown"),
            (b"xxxxxxxxWEBP", "unknown"),
        ];
        for (bytes, expected) in table {
            assert_eq!(found(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn an_empty_file_is_unreadable_and_not_unknown() {
        assert_eq!(found(b""), "the item is empty");
    }

    #[test]
    fn a_name_that_is_not_in_the_list_becomes_unknown() {
        assert_eq!(known_name("HEIC"), "HEIC");
        assert_eq!(known_name("WebM"), "WebM");
        assert_eq!(known_name("<script>"), "unknown");
    }
}
