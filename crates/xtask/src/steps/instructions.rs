//! `instructions`: how many instructions fixed work takes, counted by callgrind.
//!
//! A count is the same on a busy machine and an idle one, so it can fail a build; seconds cannot.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::Step;

/// Fails where work takes clearly more than it did when its figure was noted here.
pub const STEP: Step = Step {
    name: "instructions",
    about: "instructions that fixed work takes, against what it took (callgrind)",
    needs: &[Need::Valgrind],
    run: count,
};

/// Fixed work: the crate, its example that does it, and the millions of instructions that it took,
/// with AVX2 (callgrind knows no AVX-512).
const WORK: [(&str, &str, f64); 2] =
    [("mamori-matching", "count-index", 247.6), ("mamori-media", "count-hash", 434.2)];

/// By how much more a count may grow before it fails: another compiler, another C library.
const ROOM: f64 = 1.15;

fn count(machine: &Machine, _: &[String]) -> Result<()> {
    let mut too_many = Vec::new();
    for (package, example, noted) in WORK {
        let mut build = machine.cargo(["build", "--release", "-p", package, "--example", example]);
        run(build.arg("--target-dir").arg(machine.target()))?;
        let program = machine.target().join("release/examples").join(example);
        let millions = instructions(&program)? / 1e6;
        println!("{example}: {millions:.1} million instructions, {noted:.1} when noted");
        if millions > noted * ROOM {
            too_many.push(example);
        }
    }
    if too_many.is_empty() {
        return Ok(());
    }
    bail!(
        "more instructions than noted: {}; if that is right, note the new figure",
        too_many.join(", ")
    )
}

fn instructions(program: &Path) -> Result<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    let output = valgrind.output().context("valgrind did not start")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("valgrind ended with {}:\n{said}", output.status);
    }
    let count = said.lines().find_map(|line| line.split_once("Collected :"));
    let count = count.context("callgrind told no count")?.1.trim();
    count.parse().with_context(|| format!("`{count}` is no count"))
}
