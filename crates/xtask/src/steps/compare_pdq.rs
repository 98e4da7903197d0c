//! `compare-pdq`: our PDQ against Python's `pdqhash` on pictures drawn by code.

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
    name: "compare-pdq",
    about: "our PDQ against Python's `pdqhash` on drawn pictures (needs PyPI)",
    needs: &[Need::Python, Need::PythonHeaders, Need::Cxx],
    run: compare,
};

/// The programs that draw and hash for the comparison, in `crates/media/examples`.
const DRAW: &str = "draw-pictures";
const HASH: &str = "pdq-of-files";

fn compare(machine: &Machine, args: &[String]) -> Result<()> {
    let python = python::with_packages(machine, "compare-pdq", &PACKAGES)?;

    let mut build = machine.cargo(["build", "--release", "-p", "mamori-media"]);
    build.args(["--example", DRAW, "--example", HASH]);
    run(build.arg("--target-dir").arg(machine.target()))?;

    let work = machine.root.join(".cache/compare-pdq-pictures");
    let example = |name: &str| machine.target().join("release/examples").join(name);
    let mut compare = Command::new(python);
    compare.arg(machine.root.join("crates/media/compare/compare.py"));
    compare.arg("--draw").arg(example(DRAW)).arg("--hash").arg(example(HASH));
    run(compare.arg("--work").arg(work).args(args))
}
