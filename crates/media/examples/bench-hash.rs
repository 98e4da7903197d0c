//! Measures hashing in one thread over drawn pictures: `bench-hash WORK`.
//!
//! Prints a line of JSON for each figure, `{"name","value"}`, times in microseconds a picture, and
//! writes the pixels to `WORK`, so that a peer can hash the same. With `decode` as its only
//! argument it is the sandboxed process of its own pool.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mamori_media::decode::{Decoded, Sink, frames};
use mamori_media::pixels::{Layout, Pixels};
use mamori_media::{Format, Limits, Pool, PoolSettings, Sender, hash, pdq, run_worker};
use mamori_model::Transform;
use mamori_testkit::pictures::{draw, encode, hostile};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// How long each figure is measured, at least.
const TIME: Duration = Duration::from_secs(3);

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("decode") => run_worker(),
        Some(work) => match measure(Path::new(work)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("{error}");
                ExitCode::FAILURE
            }
        },
        None => {
            println!("usage: bench-hash WORK");
            ExitCode::FAILURE
        }
    }
}

fn measure(work: &Path) -> Result<(), Failure> {
    fs::create_dir_all(work)?;
    for (name, width, height) in [
        ("320x240", 320, 240),
        ("1024x768", 1024, 768),
        ("1920x1080", 1920, 1080),
        ("4000x3000", 4000, 3000),
    ] {
        let samples: Vec<u8> = draw(7, width, height).pixels().map(|pixel| pixel.0[1]).collect();
        fs::write(work.join(format!("{name}.grey")), &samples)?;
        let pixels = Pixels { width, height, layout: Layout::Grey, samples: &samples };
        print_figure(
            &format!("luma_us_{name}"),
            fastest(|| _ = black_box(pdq::hash(black_box(&pixels)))),
        );
        let variants = || _ = black_box(pdq::hashes(black_box(&pixels), Transform::None));
        print_figure(&format!("variants_us_{name}"), fastest(variants));
        fs::write(work.join(format!("{name}.pdq")), pdq::hash(&pixels).0.to_string())?;
    }
    let usual = encode::jpeg(&draw(7, 1024, 768), 85);
    both_ways("jpeg_1024x768", &usual)?;
    let decoding = || || decode(black_box(&usual));
    print_figure("jpeg_1024x768_decoded_a_second", by(threads(), decoding));
    let limits = Limits::default();
    for threads in [1, threads()] {
        let hashing = || || drop(black_box(hash(black_box(&usual), &limits)));
        print_figure(&format!("jpeg_1024x768_hashed_a_second_by_{threads}"), by(threads, hashing));
    }
    let large = large_jpeg();
    print_figure("large_jpeg_bytes", f64::from(u32::try_from(large.len())?));
    both_ways("jpeg_1mb", &large)?;
    fs::write(work.join("usual.jpg"), &usual)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let in_sandbox = runtime.block_on(in_sandbox(large))?;
    print_figure("jpeg_1mb_us_sandboxed", in_sandbox);
    Ok(())
}

/// A JPEG of about 1 MB with as much detail as a camera's.
fn large_jpeg() -> Vec<u8> {
    let (width, height) = (2_400, 1_800);
    let mut picture = draw(9, width, height);
    let noise = hostile::noise(5, 3 * 2_400 * 1_800);
    for (sample, noise) in picture.iter_mut().zip(noise) {
        *sample = sample.saturating_add(noise >> 4);
    }
    let mut quality = 90;
    loop {
        let file = encode::jpeg(&picture, quality);
        if file.len() <= 1_100_000 || quality <= 10 {
            return file;
        }
        quality -= 5;
    }
}

/// Measures the decoder alone, decoding with hashing, and another decoder alone.
fn both_ways(name: &str, file: &[u8]) -> Result<(), Failure> {
    let limits = Limits::default();
    hash(file, &limits)?;
    let mut samples = Vec::new();
    let decoded = fastest(|| decode(black_box(file)));
    let hashed = fastest(|| drop(black_box(hash(black_box(file), &limits))));
    let peer = fastest(|| _ = black_box(decode_by_peer(black_box(file), &mut samples)));
    print_figure(&format!("{name}_us_decoded"), decoded);
    print_figure(&format!("{name}_us_hashed"), hashed);
    print_figure(&format!("{name}_us_decoded_by_zune"), peer);
    Ok(())
}

/// Runs the decoder that hashing uses, and nothing else.
fn decode(file: &[u8]) {
    let limits = Limits::default();
    let mut take = |decoded: Decoded<'_>| {
        black_box(decoded.pixels.samples);
        ControlFlow::Continue(())
    };
    let _ = black_box(frames(Format::Jpeg, file, Sink::for_hashes(&limits, &mut take)));
}

/// Decodes with `zune-jpeg`, which is correct for common files only: brightness alone, into memory
/// that is allocated already.
fn decode_by_peer(file: &[u8], samples: &mut Vec<u8>) -> Option<()> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().ok()?;
    samples.resize(decoder.output_buffer_size()?, 0);
    decoder.decode_into(samples).ok()
}

/// Returns the number of processors.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Returns how often a second `threads` threads together run the work that `make` returns for each
/// of them. With all processors that is less than the rate of one times their number, because they
/// share caches, memory and often a clock.
fn by<W: FnMut()>(threads: usize, make: impl Fn() -> W + Sync) -> f64 {
    let start = Instant::now();
    let work = || {
        let mut once = make();
        let mut count = 0_u32;
        while start.elapsed() < TIME {
            once();
            count += 1;
        }
        f64::from(count) / start.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        mine + others.into_iter().filter_map(|other| other.join().ok()).sum::<f64>()
    })
}

async fn in_sandbox(file: Vec<u8>) -> Result<f64, Failure> {
    let settings = PoolSettings {
        program: PathBuf::from("/proc/self/exe"),
        args: vec!["decode".into()],
        workers: 1,
        waiting_max: 4,
        sender_waiting_max: 4,
        idle_max: 2,
        limits: Limits::default(),
    };
    let pool = Pool::start(settings).await?;
    let file = bytes::Bytes::from(file);
    let mut best = f64::INFINITY;
    let begun = Instant::now();
    while begun.elapsed() < TIME {
        let start = Instant::now();
        black_box(pool.hash(file.clone(), Sender::Administrators).await?);
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best * 1e6)
}

/// Returns the time of the fastest run, in microseconds: the others were disturbed by other
/// processes.
fn fastest(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    let begun = Instant::now();
    while begun.elapsed() < TIME {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best * 1e6
}

fn print_figure(name: &str, value: f64) {
    println!("{{\"name\":\"{name}\",\"value\":{value}}}");
}
