//! The innermost loops, and their variants for processors with wider instructions.
//!
//! A variant is the same code compiled for more target features. Only [`agreeing`] is written
//! twice, because no compiler turns its loop into one with masks.

pub mod halves;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m512i;
use std::ops::{BitXor, Range};

use crate::hash_words::{HasHashWords, HashWords, differing};
use crate::segment::branchless_vec::BranchlessVec;
use crate::segment::probe::Group;
use crate::segment::slot::{QueryTag, as_index};

/// Bytes in a cache line.
const LINE_BYTES: usize = 64;
/// Tags in a cache line.
pub const LINE_TAGS: usize = LINE_BYTES / size_of::<u16>();

/// Checks whether the processor compares 32 tags at a time: AVX-512 with bit counts, and BMI2.
#[cfg(target_arch = "x86_64")]
pub fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bitalg")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512vpopcntdq")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
}

/// Checks whether the processor compares 16 tags at a time: AVX2, with bit counts and BMI2.
#[cfg(target_arch = "x86_64")]
pub fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
}

/// Prefetches the memory of `rows[at]` into the second-level cache, which can wait for more lines
/// at a time than the first. Among ten million rows this saves a fifth of the time.
///
/// An `at` beyond the end is skipped: a prefetch of unmapped memory takes longer than any other.
#[inline]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn prefetch<T>(rows: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(place) = rows.get(at) {
        use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a prefetch hint has no visible effect, and no address faults.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(place).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, at);
}

/// Reads a stretch of memory in order, so that it is in the cache when it is needed. The hardware
/// prefetcher recognises the order and reads three times as fast as [`prefetch`] line by line.
pub fn read_ahead<T: Copy + Default + BitXor<Output = T>>(rows: &[T], stretch: Range<usize>) {
    let lines = rows.get(stretch).unwrap_or_default().iter().step_by(LINE_BYTES / size_of::<T>());
    std::hint::black_box(lines.fold(T::default(), |all, row| all ^ *row));
}

/// Adds an `item` to `found` for each posting of `group` whose tag differs from `query_tag` in
/// at most as many bits as the group's limits allow.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn agreeing<const AVX512: bool, T: Copy + Default>(
    tags: &[u16],
    group: &Group,
    query_tag: QueryTag,
    found: &mut BranchlessVec<T>,
    item: impl Fn(u32) -> T,
) {
    let Some(tags) = tags.get(as_index(group.from)..as_index(group.to)) else { return };
    // Here and not in `push_if`: a loop with a call in it keeps its limits in memory.
    found.reserve(tags.len());
    #[cfg(target_arch = "x86_64")]
    if AVX512 {
        // SAFETY: `AVX512` is true only in variants that are called if `has_avx512`.
        return unsafe { agreeing_avx512(tags, group, query_tag, found, item) };
    }
    agreeing_plain(tags, group, query_tag, found, item);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
fn agreeing_plain<T: Copy + Default>(
    tags: &[u16],
    group: &Group,
    query_tag: QueryTag,
    found: &mut BranchlessVec<T>,
    item: impl Fn(u32) -> T,
) {
    let agrees = |tag: u16| {
        let differing = (tag ^ query_tag.tag) & query_tag.all;
        let (all, low) = (differing.count_ones(), (differing & query_tag.low).count_ones());
        all <= u32::from(group.tag_max) && low <= u32::from(group.low_max)
    };
    for (some, first) in tags.chunks(16).zip((group.from..).step_by(16)) {
        // No early exit, so that the compiler compares 16 tags at a time; few of them agree.
        if some.iter().fold(false, |any, tag| any | agrees(*tag)) {
            let postings = some.iter().zip(first..).filter(|(tag, _)| agrees(**tag));
            postings.for_each(|(_, posting)| found.push_if(item(posting), true));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
#[inline]
fn agreeing_avx512<T: Copy + Default>(
    tags: &[u16],
    group: &Group,
    query_tag: QueryTag,
    found: &mut BranchlessVec<T>,
    item: impl Fn(u32) -> T,
) {
    use core::arch::x86_64::_mm512_set1_epi16;
    let all_of = |number: u16| _mm512_set1_epi16(number.cast_signed());
    let (tag, all, low) = (all_of(query_tag.tag), all_of(query_tag.all), all_of(query_tag.low));
    let (tag_max, low_max) = (all_of(group.tag_max), all_of(group.low_max));
    let mut first = group.from;
    for some in tags.chunks(64) {
        let (one, two) = some.split_at(some.len().min(32));
        let mut agree = u64::from(agreeing_lanes(one, tag, all, low, tag_max, low_max));
        if !two.is_empty() {
            agree |= u64::from(agreeing_lanes(two, tag, all, low, tag_max, low_max)) << 32;
        }
        // Most groups have one tag that agrees or none, and a branch on it would be mispredicted.
        found.push_if(item(first + agree.trailing_zeros()), agree != 0);
        agree &= agree.wrapping_sub(1);
        while agree != 0 {
            found.push_if(item(first + agree.trailing_zeros()), true);
            agree &= agree - 1;
        }
        first += 64;
    }
}

/// Returns a mask of which of up to 32 tags agree. All limits are passed by value: in memory they
/// would be read each time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,bmi2,popcnt")]
#[inline]
#[expect(unsafe_code, reason = "see SAFETY")]
fn agreeing_lanes(
    some: &[u16],
    tag: __m512i,
    all: __m512i,
    low: __m512i,
    tag_max: __m512i,
    low_max: __m512i,
) -> u32 {
    use core::arch::x86_64::{
        _bzhi_u32, _mm512_and_si512, _mm512_mask_cmple_epu16_mask, _mm512_maskz_loadu_epi16,
        _mm512_popcnt_epi16, _mm512_xor_si512,
    };
    let there = _bzhi_u32(u32::MAX, u32::try_from(some.len()).unwrap_or(0));
    // SAFETY: reads only the lanes under `there`, as many as `some` is long.
    let some = unsafe { _mm512_maskz_loadu_epi16(there, some.as_ptr().cast()) };
    let differing = _mm512_and_si512(_mm512_xor_si512(some, tag), all);
    let agree = _mm512_mask_cmple_epu16_mask(there, _mm512_popcnt_epi16(differing), tag_max);
    let lower = _mm512_popcnt_epi16(_mm512_and_si512(differing, low));
    _mm512_mask_cmple_epu16_mask(agree, lower, low_max)
}

/// Calls `hit` with the place of each of `rows` within `max` bits of `query` and its distance, in
/// order.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn scan<R: HasHashWords>(
    rows: &[R],
    query: &HashWords,
    max: u32,
    hit: &mut impl FnMut(u32, u32),
) {
    #[cfg(target_arch = "x86_64")]
    {
        if has_avx512() {
            // SAFETY: the processor has the features, as `has_avx512` found.
            return unsafe { scan_avx512(rows, query, max, hit) };
        }
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the feature, as the line above found.
            return unsafe { scan_popcnt(rows, query, max, hit) };
        }
    }
    scan_plain(rows, query, max, hit);
}

/// Measured with 1,024 hashes in the first-level cache: 2.2 ns a hash in plain code, 1.1 ns with
/// `popcnt`, 0.55 ns here.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn scan_avx512<R: HasHashWords>(
    rows: &[R],
    query: &HashWords,
    max: u32,
    hit: &mut impl FnMut(u32, u32),
) {
    scan_plain(rows, query, max, hit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn scan_popcnt<R: HasHashWords>(
    rows: &[R],
    query: &HashWords,
    max: u32,
    hit: &mut impl FnMut(u32, u32),
) {
    scan_plain(rows, query, max, hit);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a clone that only calls this would gain nothing")]
fn scan_plain<R: HasHashWords>(
    rows: &[R],
    query: &HashWords,
    max: u32,
    hit: &mut impl FnMut(u32, u32),
) {
    for (row, place) in rows.iter().zip(0..) {
        let distance = differing(&row.words(), query);
        if distance <= max {
            report(place, distance, hit);
        }
    }
}

/// Not inlined, so that the loop around it stays small: hardly any hash is near.
#[cold]
#[inline(never)]
fn report(place: u32, distance: u32, hit: &mut impl FnMut(u32, u32)) {
    hit(place, distance);
}

#[cfg(test)]
mod tests;
