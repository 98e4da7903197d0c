//! Reads the orientation of a picture from EXIF data, and nothing else.

use mamori_model::Transform;

/// The tag Orientation (Exif 3.0, table 6). Its value is a SHORT; some cameras write another
/// integer type, and some viewers read that.
const ORIENTATION: u16 = 0x0112;
const BYTES: [u16; 2] = [1, 6];
const SHORTS: [u16; 2] = [3, 8];
const LONGS: [u16; 2] = [4, 9];

/// Returns how stored pixels are turned to be shown upright, according to the EXIF data `tiff`: a
/// TIFF header and its first directory. Unreadable data mean no orientation, as in viewers.
pub fn orientation(tiff: &[u8]) -> Transform {
    // Some writers of PNG and WebP keep the header that EXIF has inside JPEG.
    let tiff = tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff);
    value(tiff).map_or(Transform::None, Transform::of_orientation)
}

fn value(tiff: &[u8]) -> Option<u16> {
    let is_little = match tiff.first_chunk()? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let file = Tiff { bytes: tiff, is_little };
    let directory = usize::try_from(file.long(4)?).ok()?;
    let count = usize::from(file.short(directory)?);
    let entries = directory.checked_add(2)?;
    let mut places = (0..count).filter_map(|index| entries.checked_add(12 * index));
    let entry = places.find(|at| file.short(*at) == Some(ORIENTATION))?;
    let kind = file.short(entry.checked_add(2)?)?;
    let at = entry.checked_add(8)?;
    if SHORTS.contains(&kind) {
        file.short(at)
    } else if LONGS.contains(&kind) {
        u16::try_from(file.long(at)?).ok()
    } else {
        BYTES.contains(&kind).then(|| tiff.get(at).copied().map(u16::from)).flatten()
    }
}

struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_is_read_in_both_byte_orders() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";

        assert_eq!(orientation(little), Transform::Rotate270);
        assert_eq!(orientation(big), Transform::Rotate90);
        assert_eq!(orientation(&[b"Exif\0\0".as_slice(), big].concat()), Transform::Rotate90);
    }

    #[test]
    fn an_orientation_of_another_integer_type_is_read_too() {
        let long = b"II*\0\x08\0\0\0\x01\0\x12\x01\x09\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let byte = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x01\0\0\0\x01\x08\0\0\0\0\0";

        assert_eq!(orientation(long), Transform::Rotate270);
        assert_eq!(orientation(byte), Transform::Rotate90);
    }

    #[test]
    fn unreadable_exif_data_mean_no_orientation() {
        for bytes in [
            b"".as_slice(),
            b"II",
            b"II*\0\xff\xff\xff\xff",
            b"II*\0\x08\0\0\0\xff\xff",
            b"XX*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
        ] {
            assert_eq!(orientation(bytes), Transform::None, "{bytes:?}");
        }
    }
}
