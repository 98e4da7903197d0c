//! TIFF files of kinds that few writers make: read as libtiff does, or refused by name.
#![cfg(test)]

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use mamori_media::{Error, Limits, Picture, Remaining, hash};
use mamori_model::Backdrop;
use mamori_testkit::pictures::{draw, encode, tools};

/// Kinds of numbers (TIFF 6.0, section 2).
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// An entry of a directory: tag, kind and values.
type Entry = (u16, u16, Vec<u32>);

/// A file of one page without compression, 8 bits a sample; `BigTIFF` if `is_big`. Entries in
/// `others` replace the usual ones of the same tag, or are added.
struct TiffPage<'a> {
    size: (u32, u32),
    samples: u32,
    photometric: u32,
    data: &'a [u8],
    is_big: bool,
    others: Vec<Entry>,
}

impl TiffPage<'_> {
    fn of<'a>(
        picture: &RgbImage,
        samples: u32,
        photometric: u32,
        data: &'a [u8],
        others: Vec<Entry>,
    ) -> TiffPage<'a> {
        let size = picture.dimensions();
        TiffPage { size, samples, photometric, data, is_big: false, others }
    }

    fn start(&self) -> u32 {
        if self.is_big { 16 } else { 8 }
    }

    fn entries(&self) -> Vec<Entry> {
        let (width, height) = self.size;
        let length = u32::try_from(self.data.len()).unwrap();
        let usual = vec![
            (256, LONG, vec![width]),
            (257, LONG, vec![height]),
            (258, SHORT, vec![8; usize::try_from(self.samples).unwrap()]),
            (259, SHORT, vec![1]),
            (262, SHORT, vec![self.photometric]),
            (273, LONG, vec![self.start()]),
            (277, SHORT, vec![self.samples]),
            (278, LONG, vec![height]),
            (279, LONG, vec![length]),
        ];
        let is_replaced = |tag: u16| self.others.iter().any(|(other, ..)| *other == tag);
        let mut entries: Vec<Entry> =
            usual.into_iter().filter(|(tag, ..)| !is_replaced(*tag)).collect();
        entries.extend(self.others.clone());
        entries.sort_by_key(|(tag, ..)| *tag);
        entries
    }

    fn file(&self) -> Vec<u8> {
        let width = if self.is_big { 8 } else { 4 };
        let number = |value: usize, bytes: usize| value.to_le_bytes()[..bytes].to_vec();
        let entries = self.entries();
        let mut data = self.data.to_vec();
        data.resize(data.len().next_multiple_of(2), 0);
        let directory = usize::try_from(self.start()).unwrap() + data.len();
        let head = if self.is_big { b"II\x2b\0\x08\0\0\0".as_slice() } else { b"II\x2a\0" };
        let (count_bytes, entry_bytes) = if self.is_big { (8, 20) } else { (2, 12) };
        let mut listed = number(entries.len(), count_bytes);
        let mut tail_at = directory + count_bytes + entry_bytes * entries.len() + width;
        let mut tail = Vec::new();
        for (tag, kind, values) in entries {
            let bytes = if kind == SHORT { 2 } else { 4 };
            let mut packed: Vec<u8> =
                values.iter().flat_map(|value| value.to_le_bytes()[..bytes].to_vec()).collect();
            listed.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            listed.extend(number(values.len(), width));
            if packed.len() <= width {
                packed.resize(width, 0);
                listed.extend(packed);
            } else {
                listed.extend(number(tail_at, width));
                tail_at += packed.len();
                tail.extend(packed);
            }
        }
        [head, &number(directory, width), &data, &listed, &vec![0; width], &tail].concat()
    }
}

fn read(file: &[u8]) -> Picture {
    hash(file, &Limits::default()).unwrap()
}

/// Asserts that both files are whole and have the same hashes.
#[track_caller]
fn assert_same(file: &[u8], wanted: &[u8]) {
    let (found, wanted) = (read(file), read(wanted));
    assert_eq!(found.remaining, Remaining::Nothing);
    assert_eq!(found.frames, wanted.frames);
}

/// At most 256 colours, each in several shades: indices and the palette, red, green and blue apart.
fn indexed(picture: &RgbImage) -> (Vec<u8>, Vec<Rgb<u8>>) {
    let index = |pixel: &Rgb<u8>| {
        let [red, green, blue] = pixel.0;
        (red & 0xe0) | ((green & 0xe0) >> 3) | (blue >> 6)
    };
    let colour = |index: u8| Rgb([index & 0xe0, (index & 0x1c) << 3, (index & 3) << 6]);
    (picture.pixels().map(index).collect(), (0..=255).map(colour).collect())
}

/// A colour map with `scale` as the value of one step.
fn colour_map(palette: &[Rgb<u8>], scale: u32) -> Vec<u32> {
    (0..3)
        .flat_map(|plane| palette.iter().map(move |colour| u32::from(colour.0[plane]) * scale))
        .collect()
}

const WHITE_IS_ZERO: u32 = 0;
const RGB: u32 = 2;
const PALETTE: u32 = 3;

#[test]
fn a_predictor_is_ignored_where_the_packing_has_none() {
    let picture = draw(1, 96, 64);
    for predictor in [2, 3] {
        let page =
            TiffPage::of(&picture, 3, RGB, &picture, vec![(317, SHORT, vec![predictor])]).file();

        assert_same(&page, &encode::png(&picture));
    }
}

#[test]
fn a_palette_has_its_colours_and_its_alpha() {
    let picture = draw(2, 96, 64);
    let (indices, palette) = indexed(&picture);
    let shown = RgbImage::from_fn(96, 64, |x, y| {
        palette[usize::from(indices[usize::try_from(y * 96 + x).unwrap()])]
    });
    let alpha = |at: usize| u8::try_from(60 + at % 96).unwrap();
    let with_alpha: Vec<u8> =
        indices.iter().enumerate().flat_map(|(at, index)| [*index, alpha(at)]).collect();
    let see_through = RgbaImage::from_fn(96, 64, |x, y| {
        let [red, green, blue] = shown.get_pixel(x, y).0;
        Rgba([red, green, blue, alpha(usize::try_from(y * 96 + x).unwrap())])
    });
    let words = (320, SHORT, colour_map(&palette, 257));
    let bytes = (320, SHORT, colour_map(&palette, 1));
    let extra = (338, SHORT, vec![2]);
    let plain = encode::png(&shown);

    let of_words = TiffPage::of(&picture, 1, PALETTE, &indices, vec![words.clone()]);
    assert_same(&of_words.file(), &plain);
    assert_same(&TiffPage { is_big: true, ..of_words }.file(), &plain);
    assert_same(&TiffPage::of(&picture, 1, PALETTE, &indices, vec![bytes]).file(), &plain);
    let page = TiffPage::of(&picture, 2, PALETTE, &with_alpha, vec![words, extra]).file();
    assert_same(&page, &encode::png_rgba(&see_through));
    let hashes = &read(&page).frames[0].hashes;
    assert!(hashes.iter().any(|hash| hash.variant.backdrop == Backdrop::White), "{hashes:?}");
}

#[test]
fn a_palette_of_more_than_256_colours_is_unsupported() {
    let picture = draw(3, 96, 64);
    let indices: Vec<u8> = picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1]]).collect();
    let others = vec![
        (258, SHORT, vec![16]),
        (320, SHORT, (0..3 * 65_536).map(|word| word % 65_536).collect()),
    ];

    let refused =
        hash(&TiffPage::of(&picture, 1, PALETTE, &indices, others).file(), &Limits::default());

    assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
}

#[test]
fn a_tag_that_a_page_has_twice_makes_it_corrupt() {
    let picture = draw(4, 96, 64);
    for tag in [256, 257, 259, 262, 273, 278, 279] {
        for is_big in [false, true] {
            let mut page = TiffPage { is_big, ..TiffPage::of(&picture, 3, RGB, &picture, vec![]) };
            let (_, kind, values) = page.entries().into_iter().find(|(of, ..)| *of == tag).unwrap();
            let wrong = values.iter().map(|value| value + 1).collect();
            page.others = vec![(tag, kind, values), (tag, kind, wrong)];

            let refused = hash(&page.file(), &Limits::default());

            let Err(Error::Unreadable { reason }) = refused else { panic!("{tag}: {refused:?}") };
            assert!(reason.contains(&format!("tag {tag} twice")), "{reason}");
        }
    }
}

#[test]
fn a_jpeg_inside_has_the_colours_that_the_page_declares() {
    let picture = draw(5, 96, 64);
    let jpeg = tools::cjpeg(&picture, &["-grayscale", "-quality", "98"]);
    let pdq = |file: &[u8]| read(file).frames[0].stored().unwrap().0;
    let packed = vec![(259, SHORT, vec![7])];
    let page = |samples, photometric, others: &[Entry]| {
        let others = [packed.as_slice(), others].concat();
        TiffPage::of(&picture, samples, photometric, &jpeg, others).file()
    };
    let negative =
        RgbImage::from_fn(96, 64, |x, y| Rgb(picture.get_pixel(x, y).0.map(|part| 255 - part)));
    let map = (320, SHORT, (0..768).map(|word| word * 80).collect());

    let dark = pdq(&page(1, WHITE_IS_ZERO, &[])).distance(&pdq(&encode::png(&negative)));
    let of_three = hash(&page(3, RGB, &[]), &Limits::default());
    let of_indices = hash(&page(1, PALETTE, &[map]), &Limits::default());
    let higher = [(257, LONG, vec![128]), (278, LONG, vec![128])];
    let of_more_rows = hash(&page(1, WHITE_IS_ZERO, &higher), &Limits::default());

    assert!(dark.0 <= 4, "{dark:?}");
    assert!(matches!(of_three, Err(Error::Unreadable { .. })), "{of_three:?}");
    assert!(matches!(of_indices, Err(Error::Unsupported { .. })), "{of_indices:?}");
    assert!(matches!(of_more_rows, Err(Error::Unreadable { .. })), "{of_more_rows:?}");
}
