//! Draws pictures for comparisons and fuzzing: `draw-pictures FOLDER COUNT [EDGE]` writes PNG files
//! `0000.png` … of many sizes and shapes (or of one), and every format that there is an encoder for
//! of each tenth one.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use mamori_testkit::pictures::{draw, encode, rng::Rng};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (args.next(), args.next()) else {
        return Err(io::Error::other("draw-pictures FOLDER COUNT [EDGE]"));
    };
    let edge: Option<u32> =
        args.next().map(|edge| edge.parse()).transpose().map_err(io::Error::other)?;
    let count: u64 = count.parse().map_err(io::Error::other)?;
    let next = AtomicU64::new(0);
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);

    thread::scope(|scope| {
        let draw_some = || draw_until(&next, count, edge, Path::new(&folder));
        let drawing: Vec<_> = (0..processors).map(|_| scope.spawn(draw_some)).collect();
        drawing
            .into_iter()
            .try_for_each(|done| done.join().map_err(|_| io::Error::other("a bug"))?)
    })
}

/// Draws the picture of the next seed, until there is none below `count`.
fn draw_until(next: &AtomicU64, count: u64, edge: Option<u32>, folder: &Path) -> io::Result<()> {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= count {
            return Ok(());
        }
        let (width, height) = edge.map_or_else(|| size_of(seed), |edge| (edge, edge));
        let picture = draw(seed, width, height);
        if seed.is_multiple_of(10) {
            for (name, file) in encode::all(&picture) {
                std::fs::write(folder.join(format!("{seed:04}-{name}")), file)?;
            }
        }
        std::fs::write(folder.join(format!("{seed:04}.png")), encode::png(&picture))?;
    }
}

/// Everyday sizes, thin strips, thumbnails down to the least edge that is hashed, edges around the
/// multiples of 64 and 128; and, each seventy-fifth, what a camera takes.
fn size_of(seed: u64) -> (u32, u32) {
    const EDGES: [u32; 16] =
        [5, 11, 24, 48, 63, 64, 65, 127, 128, 129, 257, 320, 480, 640, 1000, 1300];
    const LARGE: [(u32, u32); 4] = [(3000, 2000), (1800, 2400), (4000, 900), (2500, 2500)];
    let mut rng = Rng::new(seed);
    if seed % 75 == 74 {
        return pick(&LARGE, &mut rng).unwrap_or((3000, 2000));
    }
    let mut edge = || pick(&EDGES, &mut rng).unwrap_or(64);
    (edge(), edge())
}

fn pick<T: Copy>(from: &[T], rng: &mut Rng) -> Option<T> {
    let index = rng.below(from.len().try_into().ok()?);
    from.get(usize::try_from(index).ok()?).copied()
}
