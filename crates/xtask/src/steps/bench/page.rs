//! Writes docs/performance.md.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::figures::Figures;
use super::index::Measured;
use super::row::{Row, short, time};
use super::{capacity, floods, hashing, row};

/// The part of the page that is the same in every run.
const METHOD: &str = include_str!("method.md");

/// Returns the page for one run.
pub fn write(
    rows: &[Row],
    hashing: &Figures,
    index: &[Measured],
    (service, floods): (&Figures, &Figures),
    measured: Duration,
) -> Result<String> {
    let mut page = String::from(
        "# Performance\n\nWritten by `cargo xtask bench`; do not edit by hand. Ratios of one run on one machine are the \
         claims; the\nseconds are that machine's.\n\n",
    );
    writeln!(
        page,
        "Machine: {}. All of it was measured in {} s.\n",
        machine(),
        measured.as_secs()
    )?;
    writeln!(page, "## Beside the peers\n\n{}", row::table(rows))?;
    writeln!(page, "## How cost grows\n\nWith the picture's size, brightness in memory:\n")?;
    writeln!(page, "| picture | time | a pixel |\n|---|--:|--:|")?;
    for size in hashing::SIZES {
        let us = hashing.get(&format!("luma_us_{size}"))?;
        let pixels: f64 = size.split('x').filter_map(|edge| edge.parse::<f64>().ok()).product();
        writeln!(page, "| {} | {} | {} |", size.replace('x', " × "), time(us), time(us / pixels))?;
    }
    writeln!(page, "\nWith the number of hashes:\n")?;
    writeln!(
        page,
        "| hashes | bank | one query | 99 % | each of 1,000 | a scan | threatexchange |"
    )?;
    writeln!(page, "|--:|---|--:|--:|--:|--:|--:|")?;
    for Measured { kind, rows, figures } in index {
        let figure = |name: &str| figures.get(name).map(time);
        writeln!(
            page,
            "| {rows} | {kind} | {} | {} | {} | {} | {} |",
            figure("query_us_mean")?,
            figure("query_us_p99")?,
            figure("batch_us_per_query")?,
            figure("scan_us_mean")?,
            figure("peer_query_us_mean")?,
        )?;
    }
    page.push_str(&with_processors(hashing, index)?);
    writeln!(
        page,
        "\n## Capacity\n\nFrom the figures above:\n\n{}",
        capacity::table(hashing, index, service)?
    )?;
    page.push_str(&floods::section(floods)?);
    page.push('\n');
    page.push_str(METHOD);
    Ok(page)
}

/// Returns `page` with a new section about floods, and with [`METHOD`] after it.
pub fn with_floods(page: &str, floods: &Figures) -> Result<String> {
    replace_floods(page, &floods::section(floods)?).context(
        "docs/performance.md has no description of the method; run `cargo xtask bench` without \
         `--floods`",
    )
}

fn replace_floods(page: &str, section: &str) -> Option<String> {
    let (before, _) = page.split_once(METHOD.lines().next()?)?;
    let before = before.split(floods::HEADING).next()?.trim_end();
    Some(format!("{before}\n\n{section}\n{METHOD}"))
}

/// Returns a table that compares the throughput of all processors with the throughput of one.
fn with_processors(hashing: &Figures, index: &[Measured]) -> Result<String> {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "\nWith processors, what one does a second and what all {all} do at once:\n\n\
         | | one | all | |\n|---|--:|--:|--:|\n"
    );
    let mut line = |what: &str, figures: &Figures, name: &str| -> Result<()> {
        let one = figures.get(&format!("{name}_by_1"))?;
        let all = figures.get(&format!("{name}_by_{all}"))?;
        writeln!(text, "| {what} | {} | {} | {:.2}× |", short(one), short(all), all / one)?;
        Ok(())
    };
    line("JPEGs of 1024 × 768 → PDQ", hashing, "jpeg_1024x768_hashed_a_second")?;
    for Measured { kind, rows, figures } in index {
        line(&format!("queries among {rows}, {kind}"), figures, "queries_a_second")?;
    }
    Ok(text)
}

/// Describes the machine: processor, number of processors, memory.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (processors, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let name =
        value(&processors, "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let count = processors.lines().filter(|line| line.starts_with("processor")).count();
    let has_wide = processors.contains("avx512_vpopcntdq");
    let kilobytes =
        value(&memory, "MemTotal").and_then(|it| it.split(' ').next()?.parse::<f64>().ok());
    format!(
        "{count} processors {name}{}, {:.0} GB of memory",
        if has_wide { " with AVX-512 bit counts" } else { "" },
        kilobytes.unwrap_or(0.0) / 1e6
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_about_floods_is_added_or_replaced_and_the_rest_stays() {
        let without = format!("# Performance\n\ntables\n\n{METHOD}");
        let first = replace_floods(&without, "## Under floods\n\nfirst\n").unwrap();
        let second = replace_floods(&first, "## Under floods\n\nsecond\n").unwrap();

        assert_eq!(
            second,
            format!("# Performance\n\ntables\n\n## Under floods\n\nsecond\n\n{METHOD}")
        );
        assert_eq!(replace_floods("# Performance\n", "## Under floods\n"), None);
    }
}
