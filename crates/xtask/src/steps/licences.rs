//! `licences`: every dependency has a licence, a source and a reason that we accept.

use crate::steps::{Step, tidy};

/// The lists are in `crates/tidy/src/licences.rs`; the reasons are in
/// `docs/decisions/dependencies.md`.
pub const STEP: Step = Step {
    name: "licences",
    about: "every dependency has a licence, a source and a reason that we accept",
    needs: &[],
    run: |machine, _| tidy::run_tests(machine, "licences"),
};
