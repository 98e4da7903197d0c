//! `tidy`: the tests about the code.

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::steps::Step;

/// Layers, sizes, restrictions on crates, and documents that agree with the code.
pub const STEP: Step = Step {
    name: "tidy",
    about: "layers, sizes, who may do what, documents that agree with the code",
    needs: &[],
    run: |machine, _| run_tests(machine, "tidy"),
};

/// Runs the test target `name` of `tidy`. `--workspace` resolves features as the step `test` does,
/// so that nothing is built twice.
pub fn run_tests(machine: &Machine, name: &str) -> Result<()> {
    run(machine.cargo(["test", "--workspace", "--all-features", "--test", name]).arg("--quiet"))
}
