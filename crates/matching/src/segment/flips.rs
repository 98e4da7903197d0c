//! Every way to flip a few bits of a number.

use super::shape::RADIUS_MAX;

/// By how many bits they flip: masks, ascending, so that neighbours in memory are read in turn.
pub type Flips = [Vec<u32>; RADIUS_MAX + 1];

/// The flips of numbers of `bits` bits.
pub fn flips(bits: u32) -> Flips {
    let mut all: Flips = Default::default();
    let mut last = vec![0_u32];
    for (weight, flips) in all.iter_mut().enumerate() {
        if weight > 0 {
            // One more bit, above those that are flipped already: each set of bits once.
            let above = |mask: u32| (u32::BITS - mask.leading_zeros())..bits;
            last = last.iter().flat_map(|m| above(*m).map(move |bit| m | 1 << bit)).collect();
            last.sort_unstable();
        }
        flips.clone_from(&last);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flip_is_there_once_under_its_number_of_bits() {
        for bits in [0, 1, 2, 3, 5, 9] {
            for (weight, flips) in (0..).zip(flips(bits)) {
                let all: Vec<u32> =
                    (0..1 << bits).filter(|mask: &u32| mask.count_ones() == weight).collect();
                assert_eq!(flips, all, "{bits} bits, {weight} flipped");
            }
        }
    }
}
