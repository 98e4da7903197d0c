//! Encoders for pictures, in many formats and colour modes.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "writing a small valid picture into memory cannot fail"
)]

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageFormat, RgbImage};

const WRITES: &str = "a vector takes everything";

/// Encodes PNG, 8-bit RGB.
pub fn png(picture: &RgbImage) -> Vec<u8> {
    write(&DynamicImage::from(picture.clone()), ImageFormat::Png)
}

/// Encodes PNG, 8-bit grey.
pub fn png_grey(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture).to_luma8().into(), ImageFormat::Png)
}

/// Encodes PNG, 16-bit RGB.
pub fn png_16(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture).to_rgb16().into(), ImageFormat::Png)
}

/// Encodes PNG, 16-bit grey.
pub fn png_grey_16(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture).to_luma16().into(), ImageFormat::Png)
}

/// Encodes PNG, 8-bit RGB with an alpha channel that changes from left to right.
pub fn png_alpha(picture: &RgbImage) -> Vec<u8> {
    let mut with_alpha = rgb(picture).to_rgba8();
    for (x, _, pixel) in with_alpha.enumerate_pixels_mut() {
        let [_, _, _, alpha] = &mut pixel.0;
        *alpha = u8::try_from(x % 256).unwrap_or(u8::MAX);
    }
    write(&with_alpha.into(), ImageFormat::Png)
}

/// Encodes PNG, 8-bit RGB with the alpha channel of `picture`.
pub fn png_rgba(picture: &image::RgbaImage) -> Vec<u8> {
    write(&picture.clone().into(), ImageFormat::Png)
}

/// Encodes PNG with a palette of 216 colours.
pub fn png_palette(picture: &RgbImage) -> Vec<u8> {
    let step = |part: u8| u16::from(part).saturating_add(25) / 51;
    let index = |[red, green, blue]: [u8; 3]| {
        u8::try_from(step(red) * 36 + step(green) * 6 + step(blue)).unwrap_or_default()
    };
    let indices: Vec<u8> = picture.pixels().map(|pixel| index(pixel.0)).collect();
    let colours = (0..216_u8).flat_map(|i| [i / 36 * 51, i / 6 % 6 * 51, i % 6 * 51]);
    packed(picture, &indices, png::BitDepth::Eight, Some(colours.collect()))
}

/// Encodes PNG with one bit per pixel, black or white.
pub fn png_1(picture: &RgbImage) -> Vec<u8> {
    let grey = rgb(picture).to_luma8();
    let mut bits = Vec::new();
    for row in grey.rows() {
        let white: Vec<bool> = row.map(|pixel| pixel.0 >= [128]).collect();
        let byte =
            |eight: &[bool]| (0..8).zip(eight).map(|(i, w)| u8::from(*w) << (7 - i)).sum::<u8>();
        bits.extend(white.chunks(8).map(byte));
    }
    packed(picture, &bits, png::BitDepth::One, None)
}

fn packed(
    picture: &RgbImage,
    data: &[u8],
    depth: png::BitDepth,
    palette: Option<Vec<u8>>,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width(), picture.height());
    encoder.set_depth(depth);
    encoder.set_color(png::ColorType::Grayscale);
    if let Some(palette) = palette {
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette);
    }
    let mut writer = encoder.write_header().expect(WRITES);
    writer.write_image_data(data).expect(WRITES);
    writer.finish().expect(WRITES);
    file
}

/// Encodes an animated PNG; all frames must have the size of the first.
pub fn png_animated(pictures: &[RgbImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let (width, height) = pictures.first().map(RgbImage::dimensions).unwrap_or_default();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let count = u32::try_from(pictures.len()).unwrap_or_default();
    encoder.set_animated(count, 0).expect(WRITES);
    let mut writer = encoder.write_header().expect(WRITES);
    for picture in pictures {
        writer.write_image_data(picture.as_raw()).expect(WRITES);
    }
    writer.finish().expect(WRITES);
    file
}

/// Encodes JPEG of `quality` (1..=100), 8-bit colour.
pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(picture).expect(WRITES);
    file
}

/// Encodes JPEG of `quality` (1..=100), grey.
pub fn jpeg_grey(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let grey = rgb(picture).to_luma8();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(&grey).expect(WRITES);
    file
}

/// Encodes GIF with a palette of 256 colours.
pub fn gif(picture: &RgbImage) -> Vec<u8> {
    gif_animated(std::slice::from_ref(picture))
}

/// Encodes an animated GIF.
pub fn gif_animated(pictures: &[RgbImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut file, 10);
    for picture in pictures {
        encoder.encode_frame(Frame::new(rgb(picture).to_rgba8())).expect(WRITES);
    }
    drop(encoder);
    file
}

/// Encodes lossless WebP.
pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    let (width, height) = picture.dimensions();
    WebPEncoder::new_lossless(&mut file)
        .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .expect(WRITES);
    file
}

/// Encodes a Windows bitmap, 24 bits per pixel.
pub fn bmp(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture), ImageFormat::Bmp)
}

/// Encodes TIFF, 8-bit RGB, one page.
pub fn tiff(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture), ImageFormat::Tiff)
}

/// Encodes TIFF, 16-bit grey, one page.
pub fn tiff_grey_16(picture: &RgbImage) -> Vec<u8> {
    write(&rgb(picture).to_luma16().into(), ImageFormat::Tiff)
}

/// Returns `picture` in every format and colour mode that has an encoder here, each with its name.
pub fn all(picture: &RgbImage) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("png", png(picture)),
        ("png_grey", png_grey(picture)),
        ("png_16", png_16(picture)),
        ("png_grey_16", png_grey_16(picture)),
        ("png_alpha", png_alpha(picture)),
        ("png_palette", png_palette(picture)),
        ("png_1", png_1(picture)),
        ("png_animated", png_animated(&[picture.clone(), picture.clone()])),
        ("jpeg", jpeg(picture, 85)),
        ("jpeg_grey", jpeg_grey(picture, 85)),
        ("gif", gif(picture)),
        ("webp", webp(picture)),
        ("bmp", bmp(picture)),
        ("tiff", tiff(picture)),
        ("tiff_grey_16", tiff_grey_16(picture)),
    ]
}

fn rgb(picture: &RgbImage) -> DynamicImage {
    DynamicImage::from(picture.clone())
}

fn write(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect(WRITES);
    file.into_inner()
}
