//! The steps. A new one is a file here, its `mod` line and its place in a list.

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
mod postgres;
mod schemathesis;
mod simulate;
mod test;
mod tidy;

use anyhow::Result;

use crate::machine::Machine;
use crate::need::Need;

/// One check, by one word.
#[derive(Debug)]
pub struct Step {
    /// The word.
    pub name: &'static str,
    /// What it is, for the help.
    pub about: &'static str,
    /// What the machine must have.
    pub needs: &'static [Need],
    /// Does it; the arguments are those after the word on the command line.
    pub run: fn(&Machine, &[String]) -> Result<()>,
}

/// What `cargo xtask test` runs, the quickest to fail first. None of them is advisory.
pub const TEST: [&Step; 10] = [
    &fmt::STEP,
    &clippy::STEP,
    &test::STEP,
    &doc::STEP,
    &licences::STEP,
    &tidy::STEP,
    &schemathesis::STEP,
    &browser::STEP,
    &instructions::STEP,
    &grid::STEP,
];

/// What runs only when named: it takes long, or waits for a person.
pub const ALONE: [&Step; 5] =
    [&bench::STEP, &compare_corpus::STEP, &fuzz::STEP, &postgres::STEP, &simulate::STEP];

/// Every step.
pub fn all() -> impl Iterator<Item = &'static Step> {
    TEST.into_iter().chain(ALONE)
}
