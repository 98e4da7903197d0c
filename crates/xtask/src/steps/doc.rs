//! `doc`: the documentation builds, and its links are valid.

use crate::machine::run;
use crate::steps::Step;

/// Documents our own crates only.
pub const STEP: Step = Step {
    name: "doc",
    about: "the documentation builds and its links are valid",
    needs: &[],
    run: |machine, _| {
        let mut doc = machine.cargo(["doc", "--no-deps", "--workspace", "--all-features"]);
        // With the examples the features of dependencies are those of the step `clippy`, which has
        // checked them; without, half of them would be checked a second time.
        doc.args(["--lib", "--bins", "--examples"]);
        run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    },
};
