//! A hash as four numbers of 64 bits, the form in which the processor compares it.

use mamori_model::Pdq;

/// The 256 bits of a PDQ hash, eight bytes in each number, in the machine's byte order.
pub type HashWords = [u64; 4];

/// A type that a search can compare: it has the bits of a hash.
pub trait HasHashWords: Copy {
    /// Returns the bits.
    fn words(&self) -> HashWords;
}

impl HasHashWords for Pdq {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone of a search")]
    fn words(&self) -> HashWords {
        let (words, _) = self.as_bytes().as_chunks::<8>();
        let mut numbers = [0; 4];
        for (number, word) in numbers.iter_mut().zip(words) {
            *number = u64::from_ne_bytes(*word);
        }
        numbers
    }
}

impl HasHashWords for HashWords {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "compiled anew inside each clone of a search")]
    fn words(&self) -> HashWords {
        *self
    }
}

/// Returns in how many bits two hashes differ, 0 to 256.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the innermost step of every search")]
pub fn differing(a: &HashWords, b: &HashWords) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}
