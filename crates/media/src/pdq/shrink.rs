//! Blurs and shrinks a picture to 64 × 64 points in one pass: equivalent to two passes of a box
//! filter along rows and columns, followed by taking the points.
//!
//! All of this is linear, and rows and columns are independent: a point is a weighted sum of the
//! samples around its centre, and the weight of a sample is the weight of its row times that of its
//! column. The weights along an edge depend only on its length. So each sample is read, multiplied
//! and added about once; after that, only 64 rows of sums are weighted along the other axis. The
//! reference (`pdq/cpp/downscaling/downscaling.cpp`, ThreatExchange) makes four passes over the
//! whole picture and rounds after each; the difference is far below the strength of a frequency.

use std::cell::RefCell;

use mamori_model::Transform;
use mamori_model::variant::Steps;

use super::kernel;
use crate::pixels::{Layout, Pixels, size};

/// Edge of the small picture that is hashed, in pixels.
pub const SIDE: usize = 64;

/// The small picture: `SIDE` rows of `SIDE` samples, 0..=255.
pub type Small = [[f32; SIDE]; SIDE];

/// Shrinks `pixels`, none of whose edges is 0, after `transform`. The result is that of pixels
/// which were turned first, apart from the order of sums.
pub fn shrink(pixels: &Pixels<'_>, transform: Transform) -> Small {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    let small = SCRATCH.with_borrow_mut(|scratch| scratch.shrink(pixels, transform.steps()));
    if transform.steps().exchanges { transposed(&small) } else { small }
}

/// Weights and sums, which a thread reuses for the next picture.
#[derive(Default)]
struct Scratch {
    down: Axis,
    across: Axis,
    /// The weighted sum of some rows, sample by sample.
    sums: Vec<f32>,
}

impl Scratch {
    fn shrink(&mut self, pixels: &Pixels<'_>, steps: Steps) -> Small {
        let row_samples = size(pixels.width) * pixels.layout.samples();
        self.down.fit(size(pixels.height), &[1.0], steps.flips_rows);
        self.across.fit(size(pixels.width), channels(pixels.layout), steps.flips_columns);
        self.sums.resize(row_samples, 0.0);

        let mut small = [[0.0; SIDE]; SIDE];
        let mut last = None;
        let mut points = [0.0; SIDE];
        for (to, band) in small.iter_mut().zip(&self.down.bands) {
            // In a picture of low height, one row is used several times.
            if last.replace(band.centre) != Some(band.centre) {
                let weights = self.down.weights(band);
                let rows = pixels.samples.get(band.from * row_samples..).unwrap_or_default();
                kernel::add_rows(rows, row_samples, weights, &mut self.sums);
                for (point, band) in points.iter_mut().zip(&self.across.bands) {
                    let sums = self.sums.get(band.from..).unwrap_or_default();
                    *point = kernel::weigh(sums, self.across.weights(band));
                }
            }
            *to = points;
        }
        small
    }
}

fn transposed(small: &Small) -> Small {
    let mut result = [[0.0; SIDE]; SIDE];
    for (across, row) in small.iter().enumerate() {
        for (sample, to) in row.iter().zip(&mut result) {
            if let Some(cell) = to.get_mut(across) {
                *cell = *sample;
            }
        }
    }
    result
}

/// Returns the weight of each sample of a pixel: brightness as JPEG defines it (ITU-R BT.601), not
/// rounded.
///
/// Grey is weighted too: the reference converts grey to RGB first, and the three weights add up
/// only approximately to 1. Alpha has no weight.
fn channels(layout: Layout) -> &'static [f32] {
    const GREY: f32 = 0.299 + 0.587 + 0.114;
    match layout {
        Layout::Grey => &[GREY],
        Layout::GreyAlpha => &[GREY, 0.0],
        Layout::Rgb => &[0.299, 0.587, 0.114],
        Layout::Rgba => &[0.299, 0.587, 0.114, 0.0],
    }
}

/// One edge: which samples each point takes, and the weight of each.
#[derive(Default)]
struct Axis {
    length: usize,
    channels: &'static [f32],
    is_mirrored: bool,
    bands: Vec<Band>,
    weights: Vec<f32>,
}

/// The samples of one point.
#[derive(Clone, Copy)]
struct Band {
    /// The pixel in the middle.
    centre: usize,
    /// The first sample.
    from: usize,
    /// Beginning of its weights in [`Axis::weights`].
    weights_from: usize,
    /// End of its weights in [`Axis::weights`].
    weights_to: usize,
}

impl Axis {
    /// Computes the weights for an edge of `length` pixels, each of as many samples as `channels`
    /// has; if `is_mirrored`, for the edge read from its other end.
    fn fit(&mut self, length: usize, channels: &'static [f32], is_mirrored: bool) {
        if (self.length, self.channels, self.is_mirrored) == (length, channels, is_mirrored) {
            return;
        }
        (self.length, self.channels, self.is_mirrored) = (length, channels, is_mirrored);
        self.bands.clear();
        self.weights.clear();
        for index in 0..SIDE {
            let centre = centre(index, length);
            let (mut first, mut weights) = twice_boxed(centre, length);
            if is_mirrored {
                first = length - first - weights.len();
                weights.reverse();
            }
            let weights_from = self.weights.len();
            for weight in weights {
                self.weights.extend(channels.iter().map(|channel| narrow(weight) * channel));
            }
            let weights_to = self.weights.len();
            let from = first * channels.len();
            self.bands.push(Band { centre, from, weights_from, weights_to });
        }
    }

    fn weights(&self, band: &Band) -> &[f32] {
        self.weights.get(band.weights_from..band.weights_to).unwrap_or_default()
    }
}

/// Returns the width of the box along an edge of `length` samples: half a point's share, rounded
/// up.
fn window(length: usize) -> usize {
    length.div_ceil(2 * SIDE)
}

/// Returns which sample of `length` becomes point `index` of `SIDE`: the one at the point's centre.
fn centre(index: usize, length: usize) -> usize {
    (2 * index + 1) * length / (2 * SIDE)
}

/// Returns the samples that a box averages at `at`; fewer at the ends.
fn boxed(at: usize, length: usize) -> std::ops::Range<usize> {
    let window = window(length);
    let end = at + window / 2 + 1;
    end.saturating_sub(window)..end.min(length)
}

/// Returns the first sample that two boxes in turn use at `at`, and the weights from there on.
fn twice_boxed(at: usize, length: usize) -> (usize, Vec<f64>) {
    let outer = boxed(at, length);
    let first = boxed(outer.start, length).start;
    let last = boxed(outer.end.saturating_sub(1), length).end;
    let mut weights = vec![0.0; last.saturating_sub(first)];
    for middle in outer.clone() {
        let inner = boxed(middle, length);
        let share = 1.0 / (float(outer.len()) * float(inner.len()));
        for weight in weights.iter_mut().take(inner.end - first).skip(inner.start - first) {
            *weight += share;
        }
    }
    (first, weights)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "far below 2 to the 52")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "rounding is meant")]
fn narrow(value: f64) -> f32 {
    value as f32
}
