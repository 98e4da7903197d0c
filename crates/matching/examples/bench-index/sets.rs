//! Pseudo-random hashes, the same at every run.

use std::io::{self, Write as _};
use std::path::Path;
use std::{fs, iter};

use mamori_model::Pdq;
use mamori_testkit::hashes::{any, near};
use mamori_testkit::pictures::rng::Rng;

/// Number of queries of a set.
const QUERIES: usize = 500;

/// The hashes of a bank, and queries for them.
pub struct Set {
    /// The bank.
    pub hashes: Vec<Pdq>,
    /// Half of them are near to a hash of the bank, half are unrelated to any.
    pub queries: Vec<Pdq>,
    /// Queries a little too far from the crowd of near copies; empty for a set without a crowd.
    pub beside: Vec<Pdq>,
}

impl Set {
    /// Writes the hashes and the queries to files in `work`, 32 bytes each.
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

/// Creates a set of hashes that are unrelated to each other.
pub fn random(rows: usize) -> Set {
    let mut rng = Rng::new(1);
    let hashes: Vec<Pdq> = iter::repeat_with(|| any(&mut rng).into()).take(rows).collect();
    let queries = queries(&hashes, &mut rng);
    Set { hashes, queries, beside: Vec::new() }
}

/// Creates a set that resembles a real bank: groups of 1 to 64 near copies, and one crowd of flat
/// pictures that has 2 % of all hashes.
pub fn clustered(rows: usize) -> Set {
    let mut rng = Rng::new(2);
    let mut hashes = Vec::with_capacity(rows);
    while hashes.len() < rows - rows / 50 {
        let centre = any(&mut rng);
        let copies = 1_usize << rng.below(7);
        for _ in 0..copies.min(rows - rows / 50 - hashes.len()) {
            let bits = bits_below(&mut rng, 25);
            hashes.push(near(&mut rng, &centre, bits).into());
        }
    }
    let queries = queries(&hashes, &mut rng);
    let flat = any(&mut rng);
    while hashes.len() < rows {
        let bits = bits_below(&mut rng, 17);
        hashes.push(near(&mut rng, &flat, bits).into());
    }
    let beside = iter::repeat_with(|| near(&mut rng, &flat, 48).into()).take(20).collect();
    Set { hashes, queries, beside }
}

fn queries(hashes: &[Pdq], rng: &mut Rng) -> Vec<Pdq> {
    let mut queries = Vec::new();
    while queries.len() < QUERIES {
        let place = usize::try_from(rng.below(u64::try_from(hashes.len()).unwrap_or(1)));
        let known = hashes.get(place.unwrap_or(0)).map(|hash| *hash.as_bytes());
        let known = known.unwrap_or_else(|| any(rng));
        let bits = bits_below(rng, 32);
        queries.push(near(rng, &known, bits).into());
        queries.push(any(rng).into());
    }
    queries
}

fn bits_below(rng: &mut Rng, end: u64) -> u32 {
    u32::try_from(rng.below(end)).unwrap_or_default()
}
