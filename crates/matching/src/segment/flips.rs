//! All masks that flip a few bits of a number.

use super::shape::RADIUS_MAX;

/// Masks of zero, one, two and three bits. Those with the same number of bits are in ascending
/// order, so that neighbours in memory are read in turn.
#[derive(Debug, Default)]
pub struct Flips {
    masks: Vec<u32>,
    /// End of the masks with each number of bits in `masks`.
    ends: [usize; RADIUS_MAX + 1],
}

impl Flips {
    /// Creates the masks for numbers of `bits` bits.
    pub fn of(bits: u32) -> Self {
        let mut all = Self::default();
        let mut last = vec![0_u32];
        for (weight, end) in all.ends.iter_mut().enumerate() {
            if weight > 0 {
                // Adds one bit above the highest one, so that each set of bits occurs once.
                let above = |mask: u32| (u32::BITS - mask.leading_zeros())..bits;
                last = last.iter().flat_map(|m| above(*m).map(move |bit| m | 1 << bit)).collect();
                last.sort_unstable();
            }
            all.masks.extend_from_slice(&last);
            *end = all.masks.len();
        }
        all
    }

    /// Returns the masks of at most `radius` bits.
    pub fn within(&self, radius: usize) -> &[u32] {
        let end = self.ends.get(radius).or(self.ends.last()).copied().unwrap_or(0);
        self.masks.get(..end).unwrap_or_default()
    }

    /// Returns the masks of exactly `weight` bits.
    pub fn of_weight(&self, weight: usize) -> &[u32] {
        let fewer = weight.checked_sub(1).map_or(0, |fewer| self.within(fewer).len());
        self.within(weight).get(fewer..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flip_is_there_once_under_its_number_of_bits() {
        for bits in [0, 1, 2, 3, 5, 9] {
            let flips = Flips::of(bits);
            for weight in 0..=RADIUS_MAX {
                let flipped = |mask: &u32| usize::try_from(mask.count_ones()) == Ok(weight);
                let all: Vec<u32> = (0..1 << bits).filter(flipped).collect();
                assert_eq!(flips.of_weight(weight), all, "{bits} bits, {weight} flipped");
            }
            let fewer: usize = (0..=2).map(|weight| flips.of_weight(weight).len()).sum();
            assert_eq!(flips.within(2).len(), fewer);
        }
    }
}
