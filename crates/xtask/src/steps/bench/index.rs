//! Measures matching, compared with the `PDQIndex` of `threatexchange` and with a linear scan.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::figures::Figures;
use super::row::{Goal, Row, time};
use crate::machine::Machine;

pub const EXAMPLE: &str = "bench-index";

/// The kinds of bank that are measured.
const KINDS: [&str; 2] = ["random", "clustered"];

/// The figures of one bank.
pub struct Measured {
    /// `random` or `clustered`.
    pub kind: &'static str,
    /// Number of hashes.
    pub rows: u32,
    /// The figures that were measured.
    pub figures: Figures,
}

/// Measures every bank, first with Mamori and then with the peer.
pub fn measure(
    machine: &Machine,
    python: &Path,
    work: &Path,
    sizes: &[u32],
) -> Result<Vec<Measured>> {
    let program = machine.target().join("dist/examples").join(EXAMPLE);
    let mut all = Vec::new();
    for rows in sizes {
        for kind in KINDS {
            println!("{rows} hashes, {kind}:");
            let mut ours = Command::new(&program);
            let mut figures = Figures::of(ours.arg(work).args([kind, &rows.to_string()]))?;
            let mut peer = Command::new(python);
            peer.arg(machine.root.join("crates/matching/compare/peer.py")).arg(work);
            figures.extend(Figures::of(&mut peer)?);
            all.push(Measured { kind, rows: *rows, figures });
        }
    }
    Ok(all)
}

/// Returns the rows of the table.
pub fn rows(all: &[Measured]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for measured in all {
        rows.extend(rows_of(measured)?);
    }
    Ok(rows)
}

fn rows_of(Measured { kind, rows, figures }: &Measured) -> Result<Vec<Row>> {
    let bank = format!("{} {kind}", count(*rows));
    let query = figures.get("query_us_mean")?;
    let peer = figures.get("peer_query_us_mean")?;
    let batch = figures.get("batch_us_per_query")?;
    let variants = figures.get("variants_us_mean")?;
    let is_large = *rows >= 10_000_000;
    let least = match rows {
        10_000_000.. => Goal::Least(60.0),
        1_000_000.. => Goal::Least(25.0),
        _ => Goal::None,
    };
    let row = |what: &str, ours: String, peer: String, figure, unit, goal| Row {
        what: format!("{bank}: {what}"),
        ours,
        peer,
        figure,
        unit,
        goal,
    };
    let plain = |what: &str, name: &str, unit: &'static str, goal| -> Result<Row> {
        let figure = figures.get(name)?;
        let peer = figures.find(&format!("peer_{name}"));
        let peer =
            peer.map(|peer| format!("{}{unit}", super::row::short(peer))).unwrap_or_default();
        Ok(row(what, format!("{}{unit}", super::row::short(figure)), peer, figure, unit, goal))
    };
    let mut rows = vec![
        row("one query", time(query), format!("PDQIndex {}", time(peer)), peer / query, "×", least),
        row(
            "one frame, in eight variants",
            time(variants),
            format!("one query {}", time(query)),
            variants / query,
            "×",
            Goal::None,
        ),
        row(
            "1,000 queries, each",
            time(batch),
            format!("one query {}", time(query)),
            query / batch,
            "×",
            Goal::Least(2.0),
        ),
        plain("memory a hash", "bytes_per_hash", " bytes", Goal::Most(100.0))?,
        plain("building, a hash, one core", "build_us_per_hash", " µs", Goal::Most(0.5))?,
        plain(
            "opening its snapshot",
            "open_s",
            " s",
            if is_large { Goal::Most(2.0) } else { Goal::None },
        )?,
        plain("coming and going, each a second", "changes_per_s", "", Goal::Least(100_000.0))?,
        plain("a change is seen after at most", "visible_ms_max", " ms", Goal::Most(1_000.0))?,
        plain("recall, every query against the scan", "recall_percent", " %", Goal::Least(100.0))?,
    ];
    rows.extend(rows_of_disturbance(&bank, figures)?);
    Ok(rows)
}

/// Returns the rows about queries while something else disturbs them.
fn rows_of_disturbance(bank: &str, figures: &Figures) -> Result<Vec<Row>> {
    let row = |what: &str, ours: f64, peer: String, figure, goal| Row {
        what: format!("{bank}: {what}"),
        ours: time(ours),
        peer,
        figure,
        unit: "×",
        goal,
    };
    let (calm, busy) = (figures.get("calm_query_us_p99")?, figures.get("busy_query_us_p99")?);
    let against = format!("without changes {}", time(calm));
    let meanwhile = "99 % of queries meanwhile";
    let mut rows = vec![row(meanwhile, busy, against, busy / calm, Goal::Most(2.0))];
    if let (Some(beside), Some(scan)) =
        (figures.find("beside_a_crowd_us_mean"), figures.find("beside_a_crowd_scan_us_mean"))
    {
        let against = format!("scan {}", time(scan));
        rows.push(row("beside a crowd", beside, against, beside / scan, Goal::Most(1.0)));
    }
    Ok(rows)
}

/// Returns a count in short form, such as `10 M`.
fn count(rows: u32) -> String {
    match rows {
        rows if rows >= 1_000_000 => format!("{} M", rows / 1_000_000),
        rows => format!("{} k", rows / 1_000),
    }
}
