//! `clippy`: no warning in any target with any feature.

use crate::machine::run;
use crate::need::Need;
use crate::steps::Step;

/// The lints are configured in the root manifest; here every warning is an error.
pub const STEP: Step = Step {
    name: "clippy",
    about: "no warning, in any target, with any feature",
    // The first step that builds the decoder of JPEG, which the others then use.
    needs: &[Need::Clippy, Need::Nasm],
    run: |machine, _| {
        let mut clippy = machine.cargo(["clippy", "--workspace", "--all-targets"]);
        run(clippy.args(["--all-features", "--", "-D", "warnings"]))
    },
};
