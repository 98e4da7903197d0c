//! Checks whether hashes that are declared as PDQ can be PDQ hashes.
//!
//! A bit of a PDQ hash says whether one of 256 frequencies is above their median, so 128 bits are
//! set, and fewer only where frequencies are equal. Of 256 random bits, such as a sha-256 digest
//! mistaken for a PDQ hash, the number that is set is binomial: mean 128, standard deviation 8, and
//! within `NEAR_HALF` with a probability of 0.426.
//!
//! Therefore three quarters of a list's first PDQ hashes must be within that range. Random digests
//! pass with a probability below 2·10⁻⁷ at 64 hashes and 10⁻²⁵ at 256. A list of real hashes of
//! which one in twenty is outside is refused with a probability of 10⁻⁸ at 64 hashes and 10⁻²⁷ at
//! 256; with one in ten outside, 1.4·10⁻⁴ and 2·10⁻¹². Fewer than 64 hashes say too little and are
//! not judged.

use std::ops::RangeInclusive;

use mamori_model::Hash;

/// How many hashes are sampled; their entries are held back from the bank until then.
pub const SAMPLE: u32 = 256;
/// The smallest sample that is judged; a list with fewer PDQ hashes is not refused.
pub const SAMPLE_MIN: u32 = 64;
/// How many bits are set in a hash that a picture produced. None of 300 drawn pictures was outside.
const NEAR_HALF: RangeInclusive<u32> = 124..=132;
/// How many hashes of a hundred must be within [`NEAR_HALF`].
const NEAR_HALF_PERCENT_MIN: u32 = 75;

/// A sample of the first PDQ hashes of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    hashes: u32,
    near_half: u32,
}

impl Sample {
    /// Adds `hash` to the sample; returns false if it is not a PDQ hash.
    pub fn take(&mut self, hash: &Hash) -> bool {
        let Hash::Pdq(pdq) = hash else { return false };
        self.hashes += 1;
        self.near_half += u32::from(NEAR_HALF.contains(&pdq.ones()));
        true
    }

    /// Returns whether the sample has [`SAMPLE`] hashes.
    pub fn is_full(&self) -> bool {
        self.hashes >= SAMPLE
    }

    /// Returns why the list is refused; `None` if it is accepted, or has too few hashes to judge.
    pub fn refusal(&self) -> Option<String> {
        let Self { hashes, near_half } = *self;
        let is_pdq = near_half * 100 >= hashes * NEAR_HALF_PERCENT_MIN;
        (hashes >= SAMPLE_MIN && !is_pdq).then(|| {
            format!(
                "these are not PDQ hashes: of a PDQ hash about 128 of 256 bits are set, and of the \
                 first {hashes} only {near_half} have {} to {}. SHA-256 digests look so; if they \
                 are, say so as their kind",
                NEAR_HALF.start(),
                NEAR_HALF.end()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use mamori_media::Limits;
    use mamori_testkit::hashes;
    use mamori_testkit::pictures::rng::Rng;
    use mamori_testkit::pictures::{draw, encode};

    use super::*;

    fn sample(hashes: impl IntoIterator<Item = [u8; 32]>) -> Sample {
        let mut sample = Sample::default();
        for hash in hashes {
            assert!(sample.take(&Hash::Pdq(hash.into())));
        }
        sample
    }

    #[test]
    fn hashes_of_drawn_pictures_are_taken_for_pdq() {
        let drawn = (0..300).map(|seed| {
            let picture = encode::png(&draw(seed, 96, 64));
            let hashed = mamori_media::hash(&picture, &Limits::default()).unwrap();
            *hashed.frames[0].stored().unwrap().0.as_bytes()
        });

        let sample = sample(drawn);

        assert!(sample.is_full());
        assert_eq!(sample.near_half, sample.hashes);
        assert_eq!(sample.refusal(), None);
    }

    #[test]
    fn random_digests_are_not_taken_for_pdq() {
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let digests: Vec<[u8; 32]> = (0..SAMPLE).map(|_| hashes::any(&mut rng)).collect();

            let reason = sample(digests.iter().copied()).refusal().unwrap();
            let fewer = sample(digests.iter().copied().take(64)).refusal();
            let too_few = sample(digests.iter().copied().take(63)).refusal();

            assert!(reason.starts_with("these are not PDQ hashes"), "{reason}");
            assert!(fewer.is_some(), "{seed}");
            assert_eq!(too_few, None);
        }
    }

    #[test]
    fn some_flat_pictures_do_not_spoil_a_list() {
        let half = |_: u32| [0x0f; 32];

        assert_eq!(sample((0..48).map(half).chain([[1; 32]; 16])).refusal(), None);
        assert!(sample((0..47).map(half).chain([[1; 32]; 17])).refusal().is_some());
    }
}
