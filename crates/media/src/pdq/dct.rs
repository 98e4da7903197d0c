//! Computes the bits of a hash: the 16 × 16 lowest frequencies, each compared with their median.

use std::sync::LazyLock;

use mamori_model::variant::Steps;
use mamori_model::{Pdq, Quality, Transform};

use super::shrink::{SIDE, Small};

/// Frequencies that are kept in each direction, without the constant one.
const FREQUENCIES: usize = 16;

/// Strength of each frequency, `[down][across]`.
pub type Spectrum = [[f32; FREQUENCIES]; FREQUENCIES];

/// The matrix `[frequency][sample]`, rounded as in the reference: scale in `f32`, product in `f64`.
static MATRIX: LazyLock<[[f32; SIDE]; FREQUENCIES]> = LazyLock::new(|| {
    let scale = f64::from(narrow((2.0_f64 / 64.0).sqrt()));
    let mut matrix = [[0.0; SIDE]; FREQUENCIES];
    for (frequency, row) in (1_u32..).zip(&mut matrix) {
        for (odd, cell) in (1_u32..).step_by(2).zip(row) {
            let step = std::f64::consts::PI / 2.0 / 64.0;
            let angle = step * f64::from(frequency) * f64::from(odd);
            *cell = narrow(scale * angle.cos());
        }
    }
    matrix
});

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "rounding to f32 is what the reference does here"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// [`MATRIX`] as `[sample][frequency]`.
static TURNED: LazyLock<[[f32; FREQUENCIES]; SIDE]> = LazyLock::new(|| {
    let mut turned = [[0.0; FREQUENCIES]; SIDE];
    for (frequency, row) in MATRIX.iter().enumerate() {
        for (weight, to) in row.iter().zip(&mut turned) {
            if let Some(cell) = to.get_mut(frequency) {
                *cell = *weight;
            }
        }
    }
    turned
});

/// Returns the 16 × 16 lowest frequencies of `small`, and how much structure it has.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn spectrum(small: &Small) -> (Spectrum, Quality) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has the feature, as the line above found.
        return unsafe { spectrum_avx2(small) };
    }
    (spectrum_plain(small), quality(small))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn spectrum_avx2(small: &Small) -> (Spectrum, Quality) {
    (spectrum_plain(small), quality(small))
}

/// Adds the terms of each sum in the order of the samples, as in the reference; many sums run side
/// by side.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn spectrum_plain(small: &Small) -> Spectrum {
    let mut down = [[0.0_f32; SIDE]; FREQUENCIES];
    for (weights, sums) in MATRIX.iter().zip(&mut down) {
        for (weight, row) in weights.iter().zip(small) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += weight * sample;
            }
        }
    }
    let mut both = [[0.0_f32; FREQUENCIES]; FREQUENCIES];
    for (row, sums) in down.iter().zip(&mut both) {
        for (sample, weights) in row.iter().zip(TURNED.iter()) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += sample * weight;
            }
        }
    }
    both
}

/// Sets bit 16 × down + across if the frequency is stronger than the lower median.
///
/// Bit 255 is the first bit of the hash's text.
pub fn bits(spectrum: &Spectrum) -> Pdq {
    let mut sorted = [0.0_f32; FREQUENCIES * FREQUENCIES];
    for (to, from) in sorted.iter_mut().zip(spectrum.as_flattened()) {
        *to = *from;
    }
    let (_, median, _) =
        sorted.select_nth_unstable_by(FREQUENCIES * FREQUENCIES / 2 - 1, f32::total_cmp);
    let mut bytes = [0_u8; 32];
    for (byte, eight) in bytes.iter_mut().rev().zip(spectrum.as_flattened().chunks(8)) {
        for (bit, strength) in eight.iter().enumerate() {
            *byte |= u8::from(*strength > *median) << bit;
        }
    }
    Pdq::from(bytes)
}

/// Returns the spectrum of the picture after `transform`.
///
/// Turning or mirroring a picture only changes signs and swaps directions of its frequencies
/// (`pdq/cpp/hashing/pdqhashing.cpp`, ThreatExchange): mirroring an axis negates its odd
/// frequencies, which are at even places here, because the constant one is left out.
pub fn turned(spectrum: &Spectrum, transform: Transform) -> Spectrum {
    let Steps { flips_columns, flips_rows, exchanges } = transform.steps();
    let is_negated = |down: usize, across: usize| {
        (flips_rows && down.is_multiple_of(2)) != (flips_columns && across.is_multiple_of(2))
    };
    let mirrored = negated(spectrum, is_negated);
    if exchanges { transposed(&mirrored) } else { mirrored }
}

fn negated(spectrum: &Spectrum, is_negated: impl Fn(usize, usize) -> bool) -> Spectrum {
    let mut result = *spectrum;
    for (down, row) in result.iter_mut().enumerate() {
        for (across, strength) in row.iter_mut().enumerate() {
            if is_negated(down, across) {
                *strength = -*strength;
            }
        }
    }
    result
}

fn transposed(spectrum: &Spectrum) -> Spectrum {
    let mut result = [[0.0; FREQUENCIES]; FREQUENCIES];
    for (across, row) in spectrum.iter().enumerate() {
        for (strength, to) in row.iter().zip(&mut result) {
            if let Some(cell) = to.get_mut(across) {
                *cell = *strength;
            }
        }
    }
    result
}

/// Measures the structure of the small picture, 0 to 100: the sum of its gradients, each in whole
/// percent, divided by 90.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn quality(small: &Small) -> Quality {
    let step = |(a, b): (&f32, &f32)| (((a - b) * 100.0) / 255.0).trunc().abs();
    let mut gradients = 0.0_f32;
    for (row, below) in small.iter().zip(small.iter().skip(1)) {
        gradients += row.iter().zip(below).map(step).sum::<f32>();
    }
    for row in small {
        gradients += row.iter().zip(row.iter().skip(1)).map(step).sum::<f32>();
    }
    Quality::new(to_u8((gradients / 90.0).min(100.0))).unwrap_or(Quality::ANY)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 100, and the reference cuts the fraction off"
)]
fn to_u8(value: f32) -> u8 {
    value as u8
}
