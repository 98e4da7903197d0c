//! `grid`: our PDQ against Python's `pdqhash`, on pictures drawn by code and saved in thousands of
//! ways by programs that we did not write.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::steps::Step;

/// The peer and what it stands on, pinned.
const PACKAGES: [&str; 3] = ["pdqhash==0.2.8", "pillow==13.0.0", "numpy==2.4.6"];

/// Prints the distances and fails where they are larger than promised.
pub const STEP: Step = Step {
    name: "grid",
    about: "our PDQ against Python's `pdqhash`, thousands of files [--only PATTERN] (needs PyPI)",
    needs: &[
        Need::Python,
        Need::PythonHeaders,
        Need::Cxx,
        Need::JpegTools,
        Need::TiffTools,
        Need::WebpTools,
    ],
    run: compare,
};

/// The programs that draw and hash for the comparison, in `crates/media/examples`.
const DRAW: &str = "draw-pictures";
const HASH: &str = "pdq-of-files";

fn compare(machine: &Machine, args: &[String]) -> Result<()> {
    let python = python_with_peer(machine)?;
    build(machine, &[DRAW, HASH])?;

    let mut grid = Command::new(python);
    grid.arg(machine.root.join("crates/media/compare/grid.py"));
    grid.arg("--draw").arg(example(machine, DRAW)).arg("--hash").arg(example(machine, HASH));
    run(grid.arg("--work").arg(machine.root.join(".cache/grid-files")).args(args))
}

/// A Python that has the peer; the step `compare-corpus` compares with the same.
pub fn python_with_peer(machine: &Machine) -> Result<PathBuf> {
    python::with_packages(machine, "grid", &PACKAGES)
}

/// Builds the program that hashes, and returns its path.
pub fn hashing_program(machine: &Machine) -> Result<PathBuf> {
    build(machine, &[HASH])?;
    Ok(example(machine, HASH))
}

fn build(machine: &Machine, examples: &[&str]) -> Result<()> {
    let mut build = machine.cargo(["build", "--release", "-p", "mamori-media"]);
    for name in examples {
        build.args(["--example", name]);
    }
    run(build.arg("--target-dir").arg(machine.target()))
}

fn example(machine: &Machine, name: &str) -> PathBuf {
    machine.target().join("release/examples").join(name)
}
