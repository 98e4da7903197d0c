//! One picture in files that look different to a program: rotated by a tag, hidden in the
//! transparency, on a later page.

use image::{RgbImage, Rgba, RgbaImage};

use super::encode;

/// Returns a JPEG whose EXIF data tell a viewer to rotate it; `orientation` is 1 to 8.
pub fn jpeg_oriented(picture: &RgbImage, quality: u8, orientation: u8) -> Vec<u8> {
    let jpeg = encode::jpeg(picture, quality);
    let tiff = [
        b"II*\0".as_slice(),
        &8_u32.to_le_bytes(),
        &1_u16.to_le_bytes(),
        // The tag Orientation, one SHORT.
        &0x0112_u16.to_le_bytes(),
        &3_u16.to_le_bytes(),
        &1_u32.to_le_bytes(),
        &[orientation, 0, 0, 0],
        &0_u32.to_le_bytes(),
    ]
    .concat();
    let body = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
    let (start, rest) = jpeg.split_at(jpeg.len().min(2));
    [start, &[0xff, 0xe1], &length, &body, rest].concat()
}

/// Returns a PNG that is black everywhere and has `picture`, in grey, in its alpha channel: a
/// viewer shows it on white.
pub fn png_in_alpha(picture: &RgbImage) -> Vec<u8> {
    let hidden = RgbaImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue] = picture.get_pixel(x, y).0.map(u32::from);
        let bright = (299 * red + 587 * green + 114 * blue + 500) / 1_000;
        Rgba([0, 0, 0, 255 - u8::try_from(bright).unwrap_or(u8::MAX)])
    });
    encode::png_rgba(&hidden)
}

/// Returns a GIF whose logical screen is one pixel, although its frame has the full size.
pub fn gif_small_screen(picture: &RgbImage) -> Vec<u8> {
    let mut gif = encode::gif(picture);
    if let Some(screen) = gif.get_mut(6..10) {
        screen.copy_from_slice(&[1, 0, 1, 0]);
    }
    gif
}

/// Returns a GIF without its trailer byte.
pub fn gif_without_trailer(picture: &RgbImage) -> Vec<u8> {
    let mut gif = encode::gif(picture);
    gif.pop();
    gif
}

/// Returns a TIFF with one page for each picture, 8-bit RGB, not compressed.
pub fn tiff_pages(pictures: &[RgbImage]) -> Vec<u8> {
    let long = |value: usize| u32::try_from(value).unwrap_or_default();
    let mut file = b"II*\0\0\0\0\0".to_vec();
    // Position of the field that holds the offset of the next page.
    let mut link = 4;
    for picture in pictures {
        let pixels = long(file.len());
        file.extend_from_slice(picture.as_raw());
        if file.len() % 2 == 1 {
            file.push(0);
        }
        let depths = long(file.len());
        file.extend_from_slice(&[8, 0, 8, 0, 8, 0]);
        let page = long(file.len());
        if let Some(place) = file.get_mut(link..link + 4) {
            place.copy_from_slice(&page.to_le_bytes());
        }
        let entries: [(u16, u16, u32, u32); 9] = [
            (256, 4, 1, picture.width()),
            (257, 4, 1, picture.height()),
            (258, 3, 3, depths),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, pixels),
            (277, 3, 1, 3),
            (278, 4, 1, picture.height()),
            (279, 4, 1, long(picture.as_raw().len())),
        ];
        file.extend_from_slice(&9_u16.to_le_bytes());
        for (tag, kind, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        link = file.len();
        file.extend_from_slice(&[0; 4]);
    }
    file
}
