//! Hashes that are drawn, the same at every run.

use std::io::{self, Write as _};
use std::path::Path;
use std::{fs, iter};

use mamori_model::Pdq;

/// How many queries a set has.
const QUERIES: usize = 500;

/// Hashes and what is asked of them.
pub struct Set {
    /// The bank.
    pub hashes: Vec<Pdq>,
    /// Half of them near to a hash of the bank, half near to none that is known.
    pub queries: Vec<Pdq>,
    /// Queries a little too far from a crowd of near copies, where there is one.
    pub beside: Vec<Pdq>,
}

impl Set {
    /// Leaves the hashes and the queries in `work`, 32 bytes each.
    pub fn write(&self, work: &Path) -> io::Result<()> {
        fs::create_dir_all(work)?;
        for (name, hashes) in [("hashes", &self.hashes), ("queries", &self.queries)] {
            let mut file = io::BufWriter::new(fs::File::create(work.join(name))?);
            hashes.iter().try_for_each(|hash| file.write_all(hash.as_bytes()))?;
            file.flush()?;
        }
        Ok(())
    }
}

/// Hashes that have nothing to do with each other.
pub fn random(rows: usize) -> Set {
    let mut dice = Dice(1);
    let hashes: Vec<Pdq> = iter::repeat_with(|| dice.hash()).take(rows).collect();
    let queries = queries(&hashes, &mut dice);
    Set { hashes, queries, beside: Vec::new() }
}

/// What real banks look like: groups of near copies of 1 to 64 hashes, and one crowd of flat
/// pictures that has 2 % of all.
pub fn clustered(rows: usize) -> Set {
    let mut dice = Dice(2);
    let mut hashes = Vec::with_capacity(rows);
    while hashes.len() < rows - rows / 50 {
        let centre = dice.hash();
        let copies = 1_usize << dice.below(7);
        for _ in 0..copies.min(rows - rows / 50 - hashes.len()) {
            let bits = dice.below(25);
            hashes.push(dice.near(&centre, bits));
        }
    }
    let queries = queries(&hashes, &mut dice);
    let flat = dice.hash();
    while hashes.len() < rows {
        let bits = dice.below(17);
        hashes.push(dice.near(&flat, bits));
    }
    let beside = iter::repeat_with(|| dice.near(&flat, 48)).take(20).collect();
    Set { hashes, queries, beside }
}

fn queries(hashes: &[Pdq], dice: &mut Dice) -> Vec<Pdq> {
    let mut queries = Vec::new();
    while queries.len() < QUERIES {
        let place = usize::try_from(dice.below(u64::try_from(hashes.len()).unwrap_or(1)));
        let known = hashes.get(place.unwrap_or(0)).copied().unwrap_or_else(|| dice.hash());
        let bits = dice.below(32);
        queries.push(dice.near(&known, bits));
        queries.push(dice.hash());
    }
    queries
}

/// Numbers without a pattern (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// Any hash.
    pub fn hash(&mut self) -> Pdq {
        let mut bytes = [0; 32];
        for word in bytes.as_chunks_mut::<8>().0 {
            *word = self.roll().to_ne_bytes();
        }
        bytes.into()
    }

    /// `hash` with `bits` of its bits flipped.
    fn near(&mut self, hash: &Pdq, bits: u64) -> Pdq {
        let mut bytes = *hash.as_bytes();
        let mut flipped = [false; 256];
        let mut left = bits;
        while left > 0 {
            let bit = usize::try_from(self.below(256)).unwrap_or(0);
            let is_new = flipped.get_mut(bit).is_some_and(|was| !std::mem::replace(was, true));
            if let Some(byte) = bytes.get_mut(bit / 8).filter(|_| is_new) {
                *byte ^= 1 << (bit % 8);
                left -= 1;
            }
        }
        bytes.into()
    }
}
