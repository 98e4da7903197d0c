//! The two innermost loops, and their variants for processors with wider instructions.

/// Samples that are summed at a time: as many as fit into the processor's registers.
const TILE: usize = 128;
/// Sums that run side by side along a row.
const LANES: usize = 16;

/// Sets `sums` to the weighted sum of as many rows as there are `weights`; a row has `stride`
/// samples, and `samples` begins with the first row.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn add_rows(samples: &[u8], stride: usize, weights: &[f32], sums: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the feature, as the line above found.
            return unsafe { add_rows_avx512(samples, stride, weights, sums) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the feature, as the line above found.
            return unsafe { add_rows_avx2(samples, stride, weights, sums) };
        }
    }
    add_rows_plain(samples, stride, weights, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn add_rows_avx512(samples: &[u8], stride: usize, weights: &[f32], sums: &mut [f32]) {
    add_rows_plain(samples, stride, weights, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_rows_avx2(samples: &[u8], stride: usize, weights: &[f32], sums: &mut [f32]) {
    add_rows_plain(samples, stride, weights, sums);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn add_rows_plain(samples: &[u8], stride: usize, weights: &[f32], sums: &mut [f32]) {
    let rows = || samples.chunks(stride.max(1)).zip(weights);
    let (tiles, rest) = sums.as_chunks_mut::<TILE>();
    for (index, tile) in tiles.iter_mut().enumerate() {
        let mut all = [0.0; TILE];
        for (row, weight) in rows() {
            let Some(some) = row.get(index * TILE..).and_then(|row| row.first_chunk::<TILE>())
            else {
                continue;
            };
            for (sum, sample) in all.iter_mut().zip(some) {
                *sum += weight * f32::from(*sample);
            }
        }
        *tile = all;
    }
    rest.fill(0.0);
    for (row, weight) in rows() {
        let some = row.get(stride - rest.len()..).unwrap_or_default();
        for (sum, sample) in rest.iter_mut().zip(some) {
            *sum += weight * f32::from(*sample);
        }
    }
}

/// Returns the weighted sum of as many of `sums` as there are `weights`.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn weigh(sums: &[f32], weights: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has the feature, as the line above found.
        return unsafe { weigh_avx2(sums, weights) };
    }
    weigh_plain(sums, weights)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn weigh_avx2(sums: &[f32], weights: &[f32]) -> f32 {
    weigh_plain(sums, weights)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn weigh_plain(sums: &[f32], weights: &[f32]) -> f32 {
    let sums = sums.get(..weights.len()).unwrap_or_default();
    let (sums, sums_left) = sums.as_chunks::<LANES>();
    let (weights, weights_left) = weights.as_chunks::<LANES>();
    let mut lanes = [0.0_f32; LANES];
    for (sums, weights) in sums.iter().zip(weights) {
        for ((lane, sum), weight) in lanes.iter_mut().zip(sums).zip(weights) {
            *lane += sum * weight;
        }
    }
    let left: f32 = sums_left.iter().zip(weights_left).map(|(sum, weight)| sum * weight).sum();
    lanes.iter().sum::<f32>() + left
}
