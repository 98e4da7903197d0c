//! Computes from the figures what services of three sizes need.

use std::fmt::Write as _;

use anyhow::Result;

use super::figures::Figures;
use super::index::Measured;
use super::row::short;

/// The sizes of service: pictures per day, in words and as a number.
const SERVICES: [(&str, f64); 3] = [("a thousand", 1e3), ("a million", 1e6), ("four billion", 4e9)];
/// How many times busier the busiest hour is than the mean of the day.
const PEAK: f64 = 3.0;
/// The highest planned load of a core, from 0 to 1.
const LOAD: f64 = 0.6;
const SECONDS_A_DAY: f64 = 86_400.0;

/// Returns the table, and the figures that it is computed from.
pub fn table(hashing: &Figures, index: &[Measured], service: &Figures) -> Result<String> {
    // Seconds of one core for one picture: decoding, hashing and the request itself.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = f64::from(u32::try_from(cores)?);
    let a_picture = cores / service.get("check_jpeg_rate")?;
    let a_hash = cores / service.get("check_rate")?;
    let bytes = index.iter().map(|it| it.figures.get("bytes_per_hash"));
    let bytes = bytes.collect::<Result<Vec<_>>>()?.into_iter().fold(0.0, f64::max);
    let mut text = String::new();
    writeln!(
        text,
        "- one core checks **{}** pictures of 1024 × 768 a second that come as JPEG, or **{}** that come as hashes, the load that asks on the same cores included;",
        short(1.0 / a_picture),
        short(1.0 / a_hash)
    )?;
    writeln!(
        text,
        "- one core hashes **{}** such JPEGs a second in process, or **{}** pictures that are decoded already;",
        short(1e6 / hashing.get("jpeg_1024x768_us_hashed")?),
        short(1e6 / hashing.get("luma_us_1024x768")?)
    )?;
    writeln!(text, "- one gigabyte holds **{} million** hashes.\n", short(1e9 / bytes / 1e6))?;
    writeln!(
        text,
        "| pictures a day | at the busiest, a second | cores, as JPEG | cores, as hashes | memory of a node with 10 M hashes |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|")?;
    for (name, a_day) in SERVICES {
        let peak = a_day / SECONDS_A_DAY * PEAK;
        let need = |each: f64| (peak * each / LOAD).ceil().max(1.0);
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} GB |",
            short(peak),
            short(need(a_picture)),
            short(need(a_hash)),
            short(bytes * 1e7 / 1e9)
        )?;
    }
    writeln!(
        text,
        "\nBusiest: {PEAK} times the day's mean. A core is kept {} % busy at most. Larger pictures cost in proportion to their pixels: decoding is nearly all of it.",
        LOAD * 100.0
    )?;
    Ok(text)
}
