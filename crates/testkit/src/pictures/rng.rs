//! Pseudo-random numbers that are the same on every machine.

/// A stream of pseudo-random numbers from a seed (`SplitMix64`; Steele, Lea, Flood, 2014).
pub struct Rng(u64);

impl Rng {
    /// Creates the stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns the next number in 0.0..1.0.
    pub fn next_f64(&mut self) -> f64 {
        let upper = u32::try_from(self.next_u64() >> 32).unwrap_or_default();
        f64::from(upper) / 4_294_967_296.0
    }

    /// Returns the next number below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next_u64().checked_rem(end).unwrap_or_default()
    }
}

/// Returns a fine texture in 0.0..1.0, constant within each of 512 × 512 squares of the picture.
pub fn grain(seed: u64, across: f64, down: f64) -> f64 {
    let square = |at: f64| (at.clamp(0.0, 1.0) * 512.0).floor().to_bits();
    Rng::new(seed ^ square(across).rotate_left(17) ^ square(down).rotate_left(41)).next_f64()
}
