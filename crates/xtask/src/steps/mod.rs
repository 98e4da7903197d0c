//! The steps. A new step needs a file here, a `mod` line and a place in a list.

mod advisories;
mod alerts;
mod banks;
mod bench;
mod browser;
mod clippy;
mod compare_corpus;
mod doc;
mod fmt;
mod fuzz;
mod grid;
mod instructions;
mod licences;
mod peers;
mod postgres;
mod schemathesis;
mod simulate;
mod test;
mod tidy;
mod unit;

use anyhow::Result;

use crate::machine::Machine;
use crate::need::Need;

/// One check.
#[derive(Debug)]
pub struct Step {
    /// The word that selects the step on the command line.
    pub name: &'static str,
    /// One line of description, for the help.
    pub about: &'static str,
    /// What the machine must have.
    pub needs: &'static [Need],
    /// Runs the step; the arguments are those after the word on the command line.
    pub run: fn(&Machine, &[String]) -> Result<()>,
}

/// The steps of `cargo xtask test`, the quickest to fail first. Every one of them must pass.
pub const TEST: [&Step; 12] = [
    &fmt::STEP,
    &clippy::STEP,
    &test::STEP,
    &doc::STEP,
    &licences::STEP,
    &tidy::STEP,
    &unit::STEP,
    &alerts::STEP,
    &schemathesis::STEP,
    &browser::STEP,
    &instructions::STEP,
    &grid::STEP,
];

/// The steps that run only by name: they measure, ask another server, prepare, or wait for input.
pub const BY_NAME: [&Step; 4] = [&advisories::STEP, &bench::STEP, &peers::STEP, &postgres::STEP];

/// Exercises that take too long for `test`, each with a short form among the tests.
pub const DRILLS: [&Step; 4] = [&banks::STEP, &compare_corpus::STEP, &fuzz::STEP, &simulate::STEP];

/// Returns every step that is not a drill.
pub fn all() -> impl Iterator<Item = &'static Step> {
    TEST.into_iter().chain(BY_NAME)
}
