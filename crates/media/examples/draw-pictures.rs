//! Draws pictures for comparisons and fuzzing: `draw-pictures FOLDER COUNT [EDGE]` writes PNG files
//! `0000.png` … of many sizes and shapes (or of one), and every format that there is an encoder for
//! of each tenth one.

use std::io;
use std::path::Path;

use mamori_testkit::pictures::{chance::Chance, draw, encode};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (args.next(), args.next()) else {
        return Err(io::Error::other("draw-pictures FOLDER COUNT"));
    };
    let edge: Option<u32> =
        args.next().map(|edge| edge.parse()).transpose().map_err(io::Error::other)?;
    let folder = Path::new(&folder);
    for seed in 0..count.parse::<u64>().map_err(io::Error::other)? {
        let (width, height) = edge.map_or_else(|| size_of(seed), |edge| (edge, edge));
        let picture = draw(seed, width, height);
        if seed.is_multiple_of(10) {
            for (name, file) in encode::all(&picture) {
                std::fs::write(folder.join(format!("{seed:04}-{name}")), file)?;
            }
        }
        std::fs::write(folder.join(format!("{seed:04}.png")), encode::png(&picture))?;
    }
    Ok(())
}

/// Everyday sizes, thin strips, thumbnails, and edges around the multiples of 64 and 128.
fn size_of(seed: u64) -> (u32, u32) {
    const EDGES: [u32; 12] = [48, 63, 64, 65, 127, 128, 129, 257, 480, 640, 1000, 1300];
    let mut chance = Chance::new(seed);
    let mut edge = || {
        let index = usize::try_from(chance.below(12)).unwrap_or_default();
        EDGES.get(index).copied().unwrap_or(64)
    };
    (edge(), edge())
}
