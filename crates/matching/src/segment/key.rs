//! Keys: numbers made of some of the bits of a hash.

use crate::hash_words::HashWords;

/// The bits of a hash that make a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    masks: [u64; 4],
    /// For each word, the number of the key's bits in the words before it.
    shifts: [u32; 4],
}

impl Key {
    /// Creates keys of `widths` bits that take the 256 bits of a hash in turn, bit by bit.
    /// Neighbouring bits of a hash depend on each other, and a slot of neighbours would be crowded.
    pub fn interleaved(widths: &[u32]) -> Vec<Self> {
        let mut keys = vec![Self::default(); widths.len()];
        let mut left = widths.to_vec();
        let mut next = 0;
        let mut bit = 0_u32;
        while bit < 256 && left.iter().any(|left| *left > 0) {
            if let (Some(left), Some(key)) = (left.get_mut(next), keys.get_mut(next))
                && *left > 0
            {
                *left -= 1;
                key.take(bit);
                bit += 1;
            }
            next = (next + 1) % widths.len();
        }
        keys
    }

    /// Returns the mask of the key's bits in a hash.
    pub fn bits(&self) -> &HashWords {
        &self.masks
    }

    /// Returns the mask, in a hash, of the lower `count` bits of the key.
    pub fn lower_bits(&self, count: u32) -> HashWords {
        let mut masks = self.masks;
        let mut left = count;
        for mask in &mut masks {
            // Clears bits from the highest one down until `left` bits remain.
            while mask.count_ones() > left {
                *mask &= !(1 << (u64::BITS - 1 - mask.leading_zeros()));
            }
            left -= mask.count_ones();
        }
        masks
    }

    fn take(&mut self, bit: u32) {
        for (word, (mask, shift)) in (0..).zip(self.masks.iter_mut().zip(&mut self.shifts)) {
            if bit / 64 == word {
                *mask |= 1 << (bit % 64);
            }
            *shift += u32::from(bit / 64 < word);
        }
    }

    /// Computes the key of a hash.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone with its features")]
    pub fn of<const BMI2: bool>(&self, hash: &HashWords) -> u32 {
        let mut key = 0;
        for ((word, mask), shift) in hash.iter().zip(&self.masks).zip(&self.shifts) {
            key |= gather::<BMI2>(*word, *mask) << (shift & 31);
        }
        key
    }
}

/// Gathers the bits of `word` under `mask` in the lowest bits of the result.
#[inline(always)]
#[expect(clippy::inline_always, reason = "part of `Key::of`")]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
fn gather<const BMI2: bool>(word: u64, mask: u64) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if BMI2 {
        // SAFETY: `BMI2` is true only in variants that are called if the processor has it.
        return truncated(unsafe { core::arch::x86_64::_pext_u64(word, mask) });
    }
    let (mut gathered, mut left, mut place) = (0, mask, 0);
    while left != 0 {
        let lowest = left & left.wrapping_neg();
        gathered |= u64::from(word & lowest != 0) << place;
        place += 1;
        left ^= lowest;
    }
    truncated(gathered)
}

/// Returns the lower 32 bits; a key has at most 30.
fn truncated(bits: u64) -> u32 {
    u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// Computes the keys of `hash`, in the fastest variant that the processor has.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "see SAFETY"))]
pub fn each<'a>(keys: impl Iterator<Item = &'a Key>, hash: &HashWords, to: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the processor has the feature, as the line above found.
        return unsafe { each_bmi2(keys, hash, to) };
    }
    keys.zip(to).for_each(|(key, to)| *to = key.of::<false>(hash));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn each_bmi2<'a>(keys: impl Iterator<Item = &'a Key>, hash: &HashWords, to: &mut [u32]) {
    keys.zip(to).for_each(|(key, to)| *to = key.of::<true>(hash));
}

#[cfg(test)]
mod tests;
