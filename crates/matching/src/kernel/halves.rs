//! The first halves of hashes, stored apart from the rest.
//!
//! Half a hash nearly always shows that a hash is far: of unrelated hashes, one pair in a hundred
//! million has halves that are so near. Eight halves are compared at a time, in a fifth of the time
//! that eight whole hashes take.

use crate::hash_words::{HasHashWords, HashWords, differing};

/// Halves that are compared at a time.
const LANES: usize = 8;

/// The largest distance, in bits, at which halves are used. Above it they exclude too little: one
/// unrelated hash in a hundred has a half within the limit.
const MAX: u32 = 50;

/// The first halves of the hashes of some rows, in the order of the rows.
#[derive(Clone, Debug, Default)]
pub struct Halves {
    first: Vec<[u64; LANES]>,
    second: Vec<[u64; LANES]>,
}

impl Halves {
    /// Copies the first halves of `rows`.
    pub fn of<R: HasHashWords>(rows: &[R]) -> Self {
        let mut halves = Self::default();
        halves.fill(rows);
        halves
    }

    /// Replaces the content with the first halves of `rows`.
    pub fn fill<R: HasHashWords>(&mut self, rows: &[R]) {
        self.first.clear();
        self.second.clear();
        for some in rows.chunks(LANES) {
            let (mut first, mut second) = ([0; LANES], [0; LANES]);
            for ((row, first), second) in some.iter().zip(&mut first).zip(&mut second) {
                [*first, *second, ..] = row.words();
            }
            self.first.push(first);
            self.second.push(second);
        }
    }

    /// Calls `hit` with the place of each of `rows` within `max` bits of `query` and its distance,
    /// in order. `self` must hold the halves of `rows`.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
    pub fn scan<R: HasHashWords>(
        &self,
        rows: &[R],
        query: &HashWords,
        max: u32,
        hit: &mut impl FnMut(u32, u32),
    ) {
        if max > MAX {
            return super::scan(rows, query, max, hit);
        }
        #[cfg(target_arch = "x86_64")]
        {
            if super::has_avx512() {
                // SAFETY: the processor has the features, as `has_avx512` found.
                return unsafe { self.scan_avx512(rows, query, max, hit) };
            }
            if std::arch::is_x86_feature_detected!("popcnt") {
                // SAFETY: the processor has the feature, as the line above found.
                return unsafe { self.scan_popcnt(rows, query, max, hit) };
            }
        }
        self.scan_plain(rows, query, max, hit);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt")]
    fn scan_avx512<R: HasHashWords>(
        &self,
        rows: &[R],
        query: &HashWords,
        max: u32,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.scan_plain(rows, query, max, hit);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn scan_popcnt<R: HasHashWords>(
        &self,
        rows: &[R],
        query: &HashWords,
        max: u32,
        hit: &mut impl FnMut(u32, u32),
    ) {
        self.scan_plain(rows, query, max, hit);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    fn scan_plain<R: HasHashWords>(
        &self,
        rows: &[R],
        query: &HashWords,
        max: u32,
        hit: &mut impl FnMut(u32, u32),
    ) {
        let [one, two, ..] = *query;
        let limit = u64::from(max);
        let halves = self.first.iter().zip(&self.second);
        for ((first, second), base) in halves.zip((0..).step_by(LANES)) {
            let mut is_near = false;
            for (first, second) in first.iter().zip(second) {
                let half = (first ^ one).count_ones() + (second ^ two).count_ones();
                is_near |= u64::from(half) <= limit;
            }
            if is_near {
                compare(rows, base, query, max, hit);
            }
        }
    }
}

/// Compares the eight whole hashes from `base` on. Not inlined, because it is hardly ever called.
#[cold]
#[inline(never)]
fn compare<R: HasHashWords>(
    rows: &[R],
    base: usize,
    query: &HashWords,
    max: u32,
    hit: &mut impl FnMut(u32, u32),
) {
    let rows = rows.get(base..).unwrap_or_default();
    let numbers = u32::try_from(base).into_iter().flat_map(|base| base..);
    for (row, number) in rows.iter().zip(numbers).take(LANES) {
        let distance = differing(&row.words(), query);
        if distance <= max {
            hit(number, distance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_finds_what_a_scan_finds_for_every_length() {
        for len in [0, 1, 7, 8, 9, 500] {
            let rows: Vec<HashWords> = (0..len).map(|n: u64| [n, n >> 1, n ^ 7, n & 1]).collect();
            let query = [3, 1, 4, 0];
            let (mut whole, mut found, mut plain) = (Vec::new(), Vec::new(), Vec::new());
            crate::kernel::scan(&rows, &query, 6, &mut |row, distance| {
                whole.push((row, distance));
            });
            let halves = Halves::of(&rows);
            let mut far = Vec::new();
            halves.scan(&rows, &query, 64, &mut |row, distance| far.push((row, distance)));
            assert_eq!(far.len(), rows.len(), "all are within 64 bits");
            halves.scan(&rows, &query, 6, &mut |row, distance| found.push((row, distance)));
            halves.scan_plain(&rows, &query, 6, &mut |row, distance| plain.push((row, distance)));

            assert_eq!((&found, &plain), (&whole, &whole), "{len} rows");
            assert!(len < 500 || (10..400).contains(&whole.len()));
        }
    }
}
