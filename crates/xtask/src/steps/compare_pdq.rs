//! `compare-pdq`: our PDQ against Python's `pdqhash` on pictures drawn by code.

use anyhow::Result;
use std::process::Command;

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
    needs: &[Need::Python],
    run: compare,
};

fn compare(machine: &Machine, args: &[String]) -> Result<()> {
    let python = python::with_packages(machine, "compare-pdq", &PACKAGES)?;
    let script = machine.root.join("crates/media/compare/compare.py");
    run(Command::new(python).arg(script).args(args).current_dir(&machine.root))
}
