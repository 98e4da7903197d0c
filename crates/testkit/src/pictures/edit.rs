//! Edits that pictures undergo on their way: resizing, brightening, framing, encoding again.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::encode;

/// Resizes `picture` to `width` × `height` pixels.
pub fn resize(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    imageops::resize(picture, width, height, FilterType::Triangle)
}

/// Enlarges `picture`: each pixel becomes a block of `times` by `times` pixels.
pub fn enlarge(picture: &RgbImage, times: u32) -> RgbImage {
    let (width, height) = (picture.width() * times, picture.height() * times);
    RgbImage::from_fn(width, height, |x, y| *picture.get_pixel(x / times, y / times))
}

/// Adds `steps` of 255 to each colour of `picture`.
pub fn brighten(picture: &RgbImage, steps: i32) -> RgbImage {
    imageops::brighten(picture, steps)
}

/// Adds a dark frame of `thickness` pixels around `picture`.
pub fn border(picture: &RgbImage, thickness: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let size = (width + 2 * thickness, height + 2 * thickness);
    let mut framed = RgbImage::from_pixel(size.0, size.1, Rgb([20, 20, 20]));
    imageops::replace(&mut framed, picture, i64::from(thickness), i64::from(thickness));
    framed
}

/// Exchanges left and right of `picture`.
pub fn mirror(picture: &RgbImage) -> RgbImage {
    imageops::flip_horizontal(picture)
}

/// Rotates `picture` by 90 degrees, clockwise.
pub fn rotate(picture: &RgbImage) -> RgbImage {
    imageops::rotate90(picture)
}

/// Returns the eight ways to rotate and mirror `picture`; the first one is unchanged.
pub fn orientations(picture: &RgbImage) -> Vec<RgbImage> {
    let mut turns = Vec::with_capacity(8);
    for start in [picture.clone(), mirror(picture)] {
        let mut turned = start;
        for _ in 0..4 {
            let next = rotate(&turned);
            turns.push(std::mem::replace(&mut turned, next));
        }
    }
    turns
}

/// Encodes `picture` as JPEG of `quality` (1..=100) and decodes it again.
pub fn reencode(picture: &RgbImage, quality: u8) -> RgbImage {
    let jpeg = encode::jpeg(picture, quality);
    image::load_from_memory(&jpeg).map_or_else(|_| picture.clone(), |decoded| decoded.to_rgb8())
}
