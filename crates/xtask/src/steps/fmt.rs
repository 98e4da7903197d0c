//! `fmt`: every file is formatted.

use crate::machine::run;
use crate::need::Need;
use crate::steps::Step;

/// Compares only; `cargo fmt --all` mends.
pub const STEP: Step = Step {
    name: "fmt",
    about: "every file is formatted",
    needs: &[Need::Rustfmt],
    run: |machine, _| run(&mut machine.cargo(["fmt", "--all", "--check"])),
};
