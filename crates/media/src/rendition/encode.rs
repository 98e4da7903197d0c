//! Encodes a raster as a file for a browser.

use image::ExtendedColorType::Rgb8;
use image::ImageEncoder as _;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;

use super::Raster;
use crate::Error;

/// The longest side that becomes a PNG, in pixels: in so small a JPEG, its blocks would dominate.
const PNG_SIDE_MAX: u32 = 64;
/// Quality of a JPEG, 1 to 100. Our choice: keeps what a reviewer must see, and files are small.
const JPEG_QUALITY: u8 = 85;

/// Encodes the raster as PNG, or as JPEG if a side is longer than 64 pixels; [`crate::sniff`] tells
/// which.
///
/// Trusted code on trusted bytes, so it runs outside the sandbox. Encoding a large raster takes as
/// long as rendering a large page.
///
/// # Errors
/// [`Error::Unreadable`] for a raster whose pixels do not match its size.
pub fn encode(raster: &Raster) -> Result<Vec<u8>, Error> {
    let Raster { width, height, rgb } = raster;
    if rgb.is_empty() || u64::try_from(rgb.len()) != Ok(raster.size().bytes()) {
        return Err(Error::unreadable("the rendition is not as large as it says"));
    }
    let mut file = Vec::new();
    let written = if *width.max(height) <= PNG_SIDE_MAX {
        PngEncoder::new(&mut file).write_image(rgb, *width, *height, Rgb8)
    } else {
        JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)
            .write_image(rgb, *width, *height, Rgb8)
    };
    written.map_err(|error| Error::unreadable(&format!("no rendition was written: {error}")))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use mamori_testkit::pictures::draw;

    use super::*;
    use crate::{Blur, Format, FrameSelection, Limits, hash, render, sniff};

    fn raster(width: u32, height: u32) -> Raster {
        Raster { width, height, rgb: draw(1, width, height).into_raw() }
    }

    #[test]
    fn a_tiny_raster_is_a_png_with_the_same_pixels() {
        let raster = raster(32, 20);

        let file = encode(&raster).unwrap();

        assert_eq!(sniff(&file).unwrap(), Format::Png);
        assert_eq!(
            render(&file, &Limits::default(), Blur::Clear, FrameSelection::FIRST).unwrap(),
            raster
        );
    }

    #[test]
    fn a_larger_raster_is_a_jpeg_that_looks_the_same() {
        let raster = raster(1_280, 900);

        let file = encode(&raster).unwrap();

        assert_eq!(sniff(&file).unwrap(), Format::Jpeg);
        let shown = hash(&file, &Limits::default()).unwrap();
        let drawn = crate::pdq::hash(&crate::pixels::Pixels {
            width: 1_280,
            height: 900,
            layout: crate::pixels::Layout::Rgb,
            samples: &raster.rgb,
        });
        assert_eq!((shown.width, shown.height), (1_280, 900));
        assert!(shown.frames[0].stored().unwrap().0.distance(&drawn.0).0 <= 8);
    }

    #[test]
    fn the_file_contains_no_metadata() {
        let jpeg = encode(&raster(100, 100)).unwrap();

        // No application data after the start of the picture and JFIF's own header (APP0).
        let markers: Vec<u8> = jpeg.windows(2).filter(|w| w[0] == 0xff).map(|w| w[1]).collect();
        assert!(!markers.iter().any(|marker| matches!(marker, 0xe1..=0xef | 0xfe)));
    }

    #[test]
    fn a_raster_that_lies_about_its_size_is_refused() {
        let good = raster(20, 20);
        let lies = [
            Raster { width: 21, ..good.clone() },
            Raster { width: 2_000, height: 2_000, ..good.clone() },
            Raster { width: u32::MAX, height: u32::MAX, ..good },
            Raster { width: 0, height: 0, rgb: Vec::new() },
        ];

        for lie in lies {
            assert!(matches!(encode(&lie), Err(Error::Unreadable { .. })), "{lie:?}");
        }
    }
}
