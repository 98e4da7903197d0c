//! Shrinks a picture by the mean of each area: every pixel counts, and none is invented.
//!
//! Rows and columns are independent: rows are added first, by the same loop that hashing uses, and
//! the resulting sums are weighted along the other axis.

use super::Raster;
use crate::pdq::kernel;
use crate::pixels::{Layout, Pixels, size};

/// Shrinks `pixels` to a longest side of at most `side_max`, which is at least 1; smaller pictures
/// keep their size.
pub fn shrink(pixels: &Pixels<'_>, side_max: u32) -> Raster {
    let (width, height) = fitted(pixels.width, pixels.height, side_max);
    let samples = pixels.layout.samples();
    let row_samples = size(pixels.width) * samples;
    let columns: Vec<Band> = bands(pixels.width, width).collect();
    let channels = channels(pixels.layout);

    let mut rgb = Vec::with_capacity(size(width) * size(height) * 3);
    let mut sums = vec![0.0; row_samples];
    for row in bands(pixels.height, height) {
        let rows = pixels.samples.get(row.from * row_samples..).unwrap_or_default();
        kernel::add_rows(rows, row_samples, &row.weights, &mut sums);
        for column in &columns {
            let sums = sums.get(column.from * samples..).unwrap_or_default();
            rgb.extend(channels.map(|channel| weigh(sums, channel, samples, &column.weights)));
        }
    }
    Raster { width, height, rgb }
}

/// Returns the size with the same proportions whose longest side is `side_max`, if it is longer.
fn fitted(width: u32, height: u32, side_max: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side_max {
        return (width, height);
    }
    let part = |side: u32| {
        let scaled = (u64::from(side) * u64::from(side_max) + u64::from(longest) / 2)
            / u64::from(longest.max(1));
        u32::try_from(scaled).unwrap_or(side_max).clamp(1, side_max)
    };
    (part(width), part(height))
}

/// Returns the places of red, green and blue among the samples of a pixel.
fn channels(layout: Layout) -> [usize; 3] {
    match layout {
        Layout::Grey | Layout::GreyAlpha => [0, 0, 0],
        Layout::Rgb | Layout::Rgba => [0, 1, 2],
    }
}

/// The samples along one edge that make one sample of the small picture.
struct Band {
    /// The first of these samples.
    from: usize,
    /// The weight of each; their sum is 1.
    weights: Vec<f32>,
}

/// Returns the bands of an edge of `length` that becomes one of `count`.
fn bands(length: u32, count: u32) -> impl Iterator<Item = Band> {
    let (length, count) = (u64::from(length), u64::from(count));
    // In fractions of a pixel: 1 / `count` each.
    (0..count).map(move |index| {
        let (start, end) = (index * length, (index + 1) * length);
        let (first, last) = (start / count, end.div_ceil(count));
        let share = |pixel: u64| {
            let overlap = end.min((pixel + 1) * count) - start.max(pixel * count);
            part_of(overlap, length)
        };
        Band {
            from: usize::try_from(first).unwrap_or(usize::MAX),
            weights: (first..last).map(share).collect(),
        }
    })
}

/// Returns the weighted sum of every `step`th of `sums` from `channel` on, as a sample.
fn weigh(sums: &[f32], channel: usize, step: usize, weights: &[f32]) -> u8 {
    let sums = sums.get(channel..).unwrap_or_default().iter().step_by(step);
    rounded(sums.zip(weights).map(|(sum, weight)| sum * weight).sum())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths of edges, far below 2 to the 52, and rounding is meant"
)]
fn part_of(overlap: u64, length: u64) -> f32 {
    (overlap as f64 / length as f64) as f32
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to 0..=255 first"
)]
fn rounded(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_pixel_is_the_mean_of_its_area() {
        // Two rows of four grey pixels become one row of two.
        let samples = [0, 100, 200, 200, 100, 200, 0, 0];
        let pixels = Pixels { width: 4, height: 2, layout: Layout::Grey, samples: &samples };

        let raster = shrink(&pixels, 2);

        assert_eq!((raster.width, raster.height), (2, 1));
        assert_eq!(raster.rgb, [100, 100, 100, 100, 100, 100]);
    }

    #[test]
    fn a_pixel_on_the_border_of_two_areas_counts_for_both() {
        let samples = [0, 90, 240];
        let pixels = Pixels { width: 3, height: 1, layout: Layout::Grey, samples: &samples };

        let raster = shrink(&pixels, 2);

        assert_eq!(raster.rgb, [30, 30, 30, 190, 190, 190]);
    }

    #[test]
    fn alpha_has_no_weight() {
        let plain = [10, 20, 30, 50, 60, 70];
        let with_alpha = [10, 20, 30, 0, 50, 60, 70, 255];
        let rgb = Pixels { width: 2, height: 1, layout: Layout::Rgb, samples: &plain };
        let rgba = Pixels { width: 2, height: 1, layout: Layout::Rgba, samples: &with_alpha };

        assert_eq!(shrink(&rgb, 1), shrink(&rgba, 1));
        assert_eq!(shrink(&rgba, 1).rgb, [30, 40, 50]);
        assert_eq!(shrink(&rgba, 9).rgb, plain);
    }

    proptest! {
        #[test]
        fn a_flat_picture_of_any_size_stays_flat_and_keeps_its_shape(
            width in 1_u32..400, height in 1_u32..400, side_max in 1_u32..200, value: u8,
        ) {
            let samples = vec![value; size(width) * size(height)];
            let pixels = Pixels { width, height, layout: Layout::Grey, samples: &samples };

            let raster = shrink(&pixels, side_max);

            prop_assert!(raster.width.max(raster.height) <= side_max);
            prop_assert_eq!(raster.rgb.len(), size(raster.width) * size(raster.height) * 3);
            prop_assert!(raster.rgb.iter().all(|sample| *sample == value));
            let skew = i64::from(raster.width * height) - i64::from(raster.height * width);
            prop_assert!(skew.abs() <= i64::from(width.max(height)));
        }
    }
}
