//! Measures hashing, compared with `pdqhash` and with the decoder alone.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::figures::Figures;
use super::row::{Goal, Row, time};
use crate::machine::Machine;

pub const EXAMPLE: &str = "bench-hash";

/// The sizes of pictures that are hashed from memory.
pub const SIZES: [&str; 4] = ["320x240", "1024x768", "1920x1080", "4000x3000"];

/// Measures Mamori and `pdqhash`.
pub fn measure(machine: &Machine, python: &Path, work: &Path) -> Result<Figures> {
    let program = machine.target().join("dist/examples").join(EXAMPLE);
    let mut figures = Figures::of(Command::new(program).arg(work))?;
    let mut peer = Command::new(python);
    peer.arg(machine.root.join("crates/media/compare/speed.py")).arg(work);
    figures.extend(Figures::of(&mut peer)?);
    Ok(figures)
}

/// Returns the rows of the table.
pub fn rows(figures: &Figures) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for size in SIZES {
        let ours = figures.get(&format!("luma_us_{size}"))?;
        let peer = figures.get(&format!("peer_luma_us_{size}"))?;
        rows.push(Row {
            what: format!("brightness in memory → PDQ, {}", size.replace('x', " × ")),
            ours: time(ours),
            peer: format!("pdqhash {}", time(peer)),
            figure: peer / ours,
            unit: "×",
            goal: if size == "1024x768" { Goal::Least(50.0) } else { Goal::None },
        });
    }
    for size in SIZES {
        let all = figures.get(&format!("variants_us_{size}"))?;
        let one = figures.get(&format!("luma_us_{size}"))?;
        rows.push(Row {
            what: format!("the same, turned and mirrored too, {}", size.replace('x', " × ")),
            ours: time(all),
            peer: format!("as stored only {}", time(one)),
            figure: all / one,
            unit: "×",
            goal: Goal::None,
        });
    }
    for (name, what) in
        [("jpeg_1024x768", "JPEG of 1024 × 768"), ("jpeg_1mb", "JPEG of about 1 MB")]
    {
        let hashed = figures.get(&format!("{name}_us_hashed"))?;
        let decoded = figures.get(&format!("{name}_us_decoded"))?;
        rows.push(Row {
            what: format!("{what} → PDQ, in process"),
            ours: time(hashed),
            peer: format!("its decoding alone {}", time(decoded)),
            figure: hashed / decoded,
            unit: "×",
            goal: Goal::Most(1.15),
        });
        let peer = figures.get(&format!("{name}_us_decoded_by_zune"))?;
        rows.push(Row {
            what: format!("{what}, decoding brightness"),
            ours: time(decoded),
            peer: format!("zune-jpeg {}", time(peer)),
            figure: decoded / peer,
            unit: "×",
            goal: Goal::Most(1.15),
        });
    }
    let sandboxed = figures.get("jpeg_1mb_us_sandboxed")?;
    let decoded = figures.get("jpeg_1mb_us_decoded")?;
    rows.push(Row {
        what: "JPEG of about 1 MB → PDQ, through the sandbox".to_owned(),
        ours: time(sandboxed),
        peer: format!("its decoding alone {}", time(decoded)),
        figure: sandboxed / decoded,
        unit: "×",
        goal: Goal::Most(1.5),
    });
    Ok(rows)
}
