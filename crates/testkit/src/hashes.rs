//! Random 256-bit hashes that belong to no picture, for tests that compare hashes.

use crate::pictures::rng::Rng;

/// Returns a random hash. Two of them differ in about 128 bits.
pub fn any(rng: &mut Rng) -> [u8; 32] {
    let mut hash = [0; 32];
    for word in hash.as_chunks_mut::<8>().0 {
        *word = rng.next_u64().to_ne_bytes();
    }
    hash
}

/// Returns a hash that differs from `hash` in `bits` bits, at most 256.
pub fn near(rng: &mut Rng, hash: &[u8; 32], bits: u32) -> [u8; 32] {
    let mut near = *hash;
    let mut left = bits.min(256);
    while left > 0 {
        let bit = usize::try_from(rng.below(256)).unwrap_or_default();
        let mask = 1 << (bit % 8);
        let byte = near.get_mut(bit / 8).zip(hash.get(bit / 8));
        // Flip each bit only once: a bit that was flipped before stays flipped.
        if let Some((byte, _)) = byte.filter(|(byte, before)| (**byte ^ **before) & mask == 0) {
            *byte ^= mask;
            left -= 1;
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_hash_differs_in_as_many_bits_as_asked() {
        let mut rng = Rng::new(1);
        let hash = any(&mut rng);
        for bits in [0, 1, 31, 255, 256] {
            let near = near(&mut rng, &hash, bits);
            let differing = hash.iter().zip(near).map(|(a, b)| (a ^ b).count_ones());
            assert_eq!(differing.sum::<u32>(), bits);
        }
    }
}
