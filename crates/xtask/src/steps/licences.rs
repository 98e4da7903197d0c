//! `licences`: every dependency has a licence, a source and a reason that we accept.

use crate::steps::{Step, tidy};

/// The lists stand in `crates/tidy/tests/licences.rs`.
pub const STEP: Step = Step {
    name: "licences",
    about: "every dependency has a licence, a source and a reason that we accept",
    needs: &[],
    run: |machine, _| tidy::run_tests(machine, "licences"),
};
