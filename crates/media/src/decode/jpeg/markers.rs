//! Reads the segments of a JPEG that libjpeg does not interpret: EXIF, and the index of an MPO.

/// Returns the data of the first EXIF segment (APP1), from its TIFF header on.
pub fn exif(bytes: &[u8]) -> Option<&[u8]> {
    const APP1: u8 = 0xe1;
    segments(bytes).find_map(|(marker, data)| {
        (marker == APP1).then(|| data.strip_prefix(b"Exif\0\0")).flatten()
    })
}

/// Checks whether the coefficients are coded arithmetically. If so, libjpeg reads missing data as
/// zeros, without a warning.
pub fn is_arithmetic(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, _)| matches!(marker, 0xc9..=0xcb | 0xcd..=0xcf))
}

/// The most pictures that are read from an index; cameras write two to a dozen.
const PICTURES_MAX: usize = 1_000;

/// The pictures after the first one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Further<'a> {
    /// Each picture, from its first byte on.
    pub pictures: Vec<&'a [u8]>,
    /// Whether every picture that the index lists is among them.
    pub is_whole: bool,
}

/// Returns the pictures after the first one that the index of a multi-picture file lists (CIPA
/// DC-007, "MPF" in APP2). Data after the first picture that are not listed are shown by no viewer.
pub fn further_pictures(bytes: &[u8]) -> Further<'_> {
    const APP2: u8 = 0xe2;
    let index = segments(bytes)
        .find_map(|(marker, data)| (marker == APP2).then(|| data.strip_prefix(b"MPF\0")).flatten());
    let Some(index) = index else { return Further { is_whole: true, ..Further::default() } };
    // Places are counted from the index's own header.
    let start = index.as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
    let Some(places) = Index::open(index).and_then(|index| index.places()) else {
        return Further::default();
    };
    let mut further = Further { pictures: Vec::new(), is_whole: places.len() < PICTURES_MAX };
    // Place 0 is the first picture.
    for place in places.into_iter().filter(|place| *place != Some(0)) {
        let picture = place.and_then(|place| bytes.get(start.checked_add(place)?..));
        match picture.filter(|picture| picture.starts_with(b"\xff\xd8\xff")) {
            Some(picture) => further.pictures.push(picture),
            None => further.is_whole = false,
        }
    }
    further
}

/// The index: a TIFF header and a directory, one entry of which lists the pictures.
struct Index<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

impl<'a> Index<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        match bytes.first_chunk()? {
            b"II*\0" => Some(Self { bytes, is_little: true }),
            b"MM\0*" => Some(Self { bytes, is_little: false }),
            _ => None,
        }
    }

    /// Returns the place of each picture, for all complete records; 0 is the first picture.
    fn places(&self) -> Option<Vec<Option<usize>>> {
        /// The tag of the list; below, the length of a record in bytes.
        const PICTURES: u16 = 0xb002;
        const RECORD: usize = 16;
        let directory = self.long(4)?;
        let count = usize::from(self.short(directory)?);
        let mut entries =
            (0..count).map_while(|index| directory.checked_add(2)?.checked_add(12 * index));
        let entry = entries.find(|at| self.short(*at) == Some(PICTURES))?;
        let records = (self.long(entry.checked_add(4)?)? / RECORD).min(PICTURES_MAX);
        let list = self.long(entry.checked_add(8)?)?;
        let place = |record| self.long(list.checked_add(RECORD * record + 8)?);
        Some((0..records).map(place).collect())
    }

    fn short(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        let long = if self.is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
        usize::try_from(long).ok()
    }
}

/// Iterates over the segments before the first scan, each with its marker (ITU-T T.81, annex B).
/// Bytes between segments are skipped, as libjpeg does.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    const START_OF_SCAN: u8 = 0xda;
    const END: u8 = 0xd9;
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let at = memchr::memchr(0xff, rest)?;
            let (marker, after) = rest.get(at + 1..)?.split_first()?;
            rest = after;
            match *marker {
                // A fill byte, or a marker without data.
                0xff => rest = bytes.get(bytes.len() - after.len() - 1..)?,
                0x00 | 0x01 | 0xd0..=0xd8 => {}
                START_OF_SCAN | END => return None,
                marker => {
                    let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
                    let (segment, after) = after.split_at_checked(length.max(2))?;
                    rest = after;
                    return Some((marker, segment.get(2..).unwrap_or_default()));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_found_after_fill_bytes_and_junk() {
        let file = b"\xff\xd8\xff\xe0\0\x03a\xff\xff\xffjunk\xff\xe1\0\x0aExif\0\0II\xff\xda\0\x02\xff\xe2\0\x02";
        let found: Vec<_> =
            segments(b"\xff\xd8\xff\xe0\0\x03ajunk\xff\xff\xff\xe1\0\x04hi").collect();

        assert_eq!(found, [(0xe0, b"a".as_slice()), (0xe1, b"hi".as_slice())]);
        assert_eq!(segments(file).next(), Some((0xe0, b"a".as_slice())));
        assert_eq!(exif(b"\xff\xd8\xff\xe1\0\x0aExif\0\0II\xff\xda\0\x02"), Some(b"II".as_slice()));
        assert_eq!(exif(b"\xff\xd8\xff\xda\0\x02\xff\xe1\0\x0aExif\0\0II"), None);
    }

    #[test]
    fn an_index_lists_the_pictures_after_the_first() {
        let mut index =
            b"MPF\0II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0\x20\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
        index.resize(4 + 26 + 32, 0);
        let length = u16::try_from(index.len() + 2).unwrap().to_be_bytes();
        let mut file = [b"\xff\xd8\xff\xe2".as_slice(), &length, &index, b"\xff\xd9"].concat();
        // The second record's place, from the index's header, which is 10 bytes into the file.
        let place = u32::try_from(file.len() - 10).unwrap().to_le_bytes();
        file[10 + 26 + 16 + 8..10 + 26 + 16 + 12].copy_from_slice(&place);
        file.extend_from_slice(b"\xff\xd8\xff\xdbsecond");

        let second = b"\xff\xd8\xff\xdbsecond".as_slice();
        assert_eq!(further_pictures(&file), Further { pictures: vec![second], is_whole: true });
        assert_eq!(further_pictures(&file[..file.len() - 9]), Further::default());
        assert!(further_pictures(b"\xff\xd8\xff\xd9").is_whole);
    }
}
