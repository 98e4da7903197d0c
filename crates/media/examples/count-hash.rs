//! Fixed work whose instructions the step `instructions` counts: hashes one picture twenty times
//! from memory, and as a JPEG five times.
#![expect(clippy::print_stdout, reason = "the answer must not be left out by the compiler")]

use mamori_media::pixels::{Layout, Pixels};
use mamori_media::{Error, Limits, hash, pdq};
use mamori_testkit::pictures::{draw, encode};

fn main() -> Result<(), Error> {
    let picture = draw(3, 640, 480);
    let samples = picture.as_raw();
    let pixels = Pixels { width: 640, height: 480, layout: Layout::Rgb, samples };
    let mut ones = 0;
    for _ in 0..20 {
        ones += pdq::hash(&pixels).0.ones();
    }
    let file = encode::jpeg(&picture, 85);
    for _ in 0..5 {
        let hashed = hash(&file, &Limits::default())?;
        ones += hashed
            .frames
            .iter()
            .map(|frame| frame.stored().map_or(0, |(pdq, _)| pdq.ones()))
            .sum::<u32>();
    }
    println!("{ones}");
    Ok(())
}
