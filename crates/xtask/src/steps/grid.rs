//! `grid`: compares our PDQ with Python's `pdqhash`, on pictures drawn by code and saved in
//! thousands of ways by third-party programs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::steps::Step;

/// The peer and its dependencies, pinned.
const PACKAGES: [&str; 3] = ["pdqhash==0.2.8", "pillow==13.0.0", "numpy==2.4.6"];

/// Prints the distances, and fails if they exceed the tolerance.
pub const STEP: Step = Step {
    name: "grid",
    about: "our PDQ against Python's `pdqhash`, thousands of files [--only PATTERN] (needs PyPI)",
    needs: &[
        Need::Python,
        Need::PythonHeaders,
        Need::Cxx,
        Need::JpegTools,
        Need::Nasm,
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
    let examples = machine.build()?.join("examples");

    let mut grid = Command::new(python);
    grid.arg(machine.root.join("crates/media/compare/grid.py"));
    grid.arg("--draw").arg(examples.join(DRAW)).arg("--hash").arg(examples.join(HASH));
    run(grid.arg("--work").arg(machine.root.join(".cache/grid-files")).args(args))
}

/// Returns a Python with the peer; the step `compare-corpus` uses it too.
pub fn python_with_peer(machine: &Machine) -> Result<PathBuf> {
    python::with_packages(machine, "grid", &PACKAGES)
}

/// Builds the hashing program and returns its path.
pub fn hashing_program(machine: &Machine) -> Result<PathBuf> {
    Ok(machine.build()?.join("examples").join(HASH))
}
