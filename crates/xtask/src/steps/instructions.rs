//! `instructions`: counts the instructions of fixed work, with callgrind.
//!
//! The count is the same on a busy and on an idle machine, so it can fail a build; a time cannot.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::machine::Machine;
use crate::need::Need;
use crate::steps::Step;

/// Fails if the work takes clearly more instructions than noted here.
pub const STEP: Step = Step {
    name: "instructions",
    about: "instructions that fixed work takes, against what it took (callgrind)",
    needs: &[Need::Valgrind],
    run: count,
};

/// The fixed work: the example that does it, and the noted millions of instructions, built as the
/// tests build it, with AVX2 (callgrind does not support AVX-512).
const WORK: [(&str, f64); 2] = [("count-index", 300.3), ("count-hash", 511.2)];

/// The factor by which a count may exceed the noted one. The same programs give the same count to the
/// last instruction in every run; the margin is for another compiler or C library. If one of these
/// needs more, note its figures in the commit that changes it.
const TOLERANCE: f64 = 1.05;

fn count(machine: &Machine, _: &[String]) -> Result<()> {
    let mut too_many = Vec::new();
    let examples = machine.build()?.join("examples");
    for (example, noted) in WORK {
        let millions = instructions(&examples.join(example))? / 1e6;
        println!("{example}: {millions:.1} million instructions, {noted:.1} when noted");
        if millions > noted * TOLERANCE {
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
    let output_text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("valgrind ended with {}:\n{output_text}", output.status);
    }
    let count = output_text.lines().find_map(|line| line.split_once("Collected :"));
    let count = count.context("callgrind printed no count")?.1.trim();
    count.parse().with_context(|| format!("`{count}` is no count"))
}
