//! The innermost loops, and their clones for processors that do more at a time.
//!
//! A clone is the same code compiled for more features. Only [`agreeing`] is written twice: no
//! compiler turns its loop into the one instruction that moves the agreeing rows together.

use crate::segment::probe::Group;
use crate::segment::slot::{ROW_SHIFT, place};
use crate::words::{HasWords, Words, differing};

/// Whether the processor compares sixteen postings at a time: AVX-512 with the bit counts, and
/// BMI2.
#[cfg(target_arch = "x86_64")]
pub fn is_wide() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512vpopcntdq")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
}

/// Asks for the memory of a place, without waiting for it. A place that is not there is ignored.
#[inline]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn fetch<T>(rows: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = rows.as_ptr().wrapping_add(at);
        // SAFETY: a hint reads nothing that the program could see, and no address faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, at);
}

/// Puts the rows of `groups` whose lower bits differ from `low` in few enough bits into `found`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn agreeing<const WIDE: bool>(
    postings: &[u32],
    groups: &[Group],
    low: u32,
    found: &mut Vec<u32>,
) {
    for group in groups {
        let Some(postings) = postings.get(place(group.from)..place(group.to)) else { continue };
        #[cfg(target_arch = "x86_64")]
        if WIDE {
            // SAFETY: `WIDE` is true only in clones that are called where `is_wide`.
            unsafe { agreeing_wide(postings, low, group.low_max, found) };
            continue;
        }
        for posting in postings {
            let differing = (posting ^ low) & LOW_MASK;
            if differing.count_ones() <= group.low_max {
                found.push(posting >> ROW_SHIFT);
            }
        }
    }
}

/// The lower bits of a posting.
const LOW_MASK: u32 = (1 << ROW_SHIFT) - 1;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,bmi2,popcnt")]
#[inline]
#[expect(unsafe_code, reason = "see SAFETY")]
#[expect(clippy::as_conversions, clippy::cast_possible_wrap, reason = "the same bits")]
fn agreeing_wide(postings: &[u32], low: u32, low_max: u32, found: &mut Vec<u32>) {
    use core::arch::x86_64::{
        __m512i, _mm512_and_si512, _mm512_mask_cmple_epu32_mask, _mm512_maskz_compress_epi32,
        _mm512_maskz_loadu_epi32, _mm512_popcnt_epi32, _mm512_set1_epi32, _mm512_srli_epi32,
        _mm512_storeu_si512, _mm512_xor_si512,
    };
    let low = _mm512_set1_epi32(low as i32);
    let mask = _mm512_set1_epi32(LOW_MASK as i32);
    let low_max = _mm512_set1_epi32(low_max as i32);
    for some in postings.chunks(16) {
        let there = u16::MAX >> (16 - some.len());
        // SAFETY: reads the lanes under `there` only, as many as `some` is long.
        let some = unsafe { _mm512_maskz_loadu_epi32(there, some.as_ptr().cast()) };
        let differing = _mm512_and_si512(_mm512_xor_si512(some, low), mask);
        let agree = _mm512_mask_cmple_epu32_mask(there, _mm512_popcnt_epi32(differing), low_max);
        if agree == 0 {
            continue;
        }
        let rows = _mm512_srli_epi32::<ROW_SHIFT>(some);
        let rows: __m512i = _mm512_maskz_compress_epi32(agree, rows);
        found.reserve(16);
        let len = found.len();
        // SAFETY: there is room for sixteen more, and the first `count_ones` of them are written.
        unsafe {
            _mm512_storeu_si512(found.as_mut_ptr().add(len).cast(), rows);
            found.set_len(len + place(agree.count_ones()));
        }
    }
}

/// How many hashes of a list are held against each query in turn while the processor's nearest
/// cache still has them.
pub const TILE_ROWS: usize = 1_024;

/// Some rows, the first halves of their hashes apart. Half a hash tells nearly always that a hash
/// is far, and eight halves are compared at a time.
#[derive(Default)]
pub struct Tile {
    first: Vec<[u64; 8]>,
    second: Vec<[u64; 8]>,
    rows: Vec<Words>,
}

impl Tile {
    /// Takes `rows`, [`TILE_ROWS`] of them at most, in place of what was there.
    pub fn fill<R: HasWords>(&mut self, rows: &[R]) {
        self.first.clear();
        self.second.clear();
        self.rows.clear();
        self.rows.extend(rows.iter().map(HasWords::words));
        for some in self.rows.chunks(8) {
            let (mut first, mut second) = ([0; 8], [0; 8]);
            for (([one, two, ..], first), second) in some.iter().zip(&mut first).zip(&mut second) {
                (*first, *second) = (*one, *two);
            }
            self.first.push(first);
            self.second.push(second);
        }
    }
}

/// As [`scan`], over a tile.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn scan_tile(tile: &Tile, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_wide() {
            // SAFETY: the processor has the features, as the question above found.
            return unsafe { scan_tile_wide(tile, query, max, hit) };
        }
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the feature, as the question above found.
            return unsafe { scan_tile_popcnt(tile, query, max, hit) };
        }
    }
    scan_tile_plain(tile, query, max, hit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt")]
fn scan_tile_wide(tile: &Tile, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    scan_tile_plain(tile, query, max, hit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn scan_tile_popcnt(tile: &Tile, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    scan_tile_plain(tile, query, max, hit);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn scan_tile_plain(tile: &Tile, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    let [one, two, ..] = *query;
    let limit = u64::from(max);
    for ((first, second), base) in tile.first.iter().zip(&tile.second).zip((0..).step_by(8)) {
        let mut is_near = false;
        for (first, second) in first.iter().zip(second) {
            let halves = (first ^ one).count_ones() + (second ^ two).count_ones();
            is_near |= u64::from(halves) <= limit;
        }
        if is_near {
            tell_all(&tile.rows, base, query, max, hit);
        }
    }
}

/// Compares eight rows from `base` on as a whole. Apart, as it hardly ever happens.
#[cold]
#[inline(never)]
fn tell_all(rows: &[Words], base: usize, query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    for (row, number) in rows.iter().zip(0_u32..).skip(base).take(8) {
        let distance = differing(row, query);
        if distance <= max {
            hit(number, distance);
        }
    }
}

/// Calls `hit` with every place of `rows` within `max` bits of `query`, and the distance; in order.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn scan<R: HasWords>(rows: &[R], query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_wide() {
            // SAFETY: the processor has the features, as the question above found.
            return unsafe { scan_wide(rows, query, max, hit) };
        }
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the feature, as the question above found.
            return unsafe { scan_popcnt(rows, query, max, hit) };
        }
    }
    scan_plain(rows, query, max, hit);
}

/// On 1,024 hashes in the nearest cache: 2.2 ns a hash plain, 1.1 ns with `popcnt`, 0.55 ns here.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn scan_wide<R: HasWords>(rows: &[R], query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    scan_plain(rows, query, max, hit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn scan_popcnt<R: HasWords>(rows: &[R], query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    scan_plain(rows, query, max, hit);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a clone that only calls this would gain nothing")]
fn scan_plain<R: HasWords>(rows: &[R], query: &Words, max: u32, hit: &mut impl FnMut(u32, u32)) {
    for (row, place) in rows.iter().zip(0..) {
        let distance = differing(&row.words(), query);
        if distance <= max {
            tell(place, distance, hit);
        }
    }
}

/// Apart, so that the loop around it stays tight: hardly any hash is near.
#[cold]
#[inline(never)]
fn tell(place: u32, distance: u32, hit: &mut impl FnMut(u32, u32)) {
    hit(place, distance);
}

#[cfg(test)]
mod tests;
