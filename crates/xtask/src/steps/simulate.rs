//! `simulate`: the simulation of the desk, with any number of seeds.

use anyhow::{Context as _, Result, bail};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::Step;

/// The step `test` runs six seeds; this step runs others.
pub const STEP: Step = Step {
    name: "simulate",
    about: "random operations and crashes on the desk, on both engines [--seeds 100]",
    needs: &[Need::Postgres],
    run: simulate,
};

/// The first seed; the step `test` uses seeds below it.
const FIRST: u64 = 1_000;

fn simulate(machine: &Machine, args: &[String]) -> Result<()> {
    let count: u64 = match args {
        [] => 100,
        [flag, count] if flag == "--seeds" => count.parse().context("--seeds takes a number")?,
        _ => bail!("`simulate` takes nothing or `--seeds NUMBER`"),
    };
    let url = machine.postgres()?;
    // The simulation's decoding pool runs this example.
    run(&mut machine.cargo(["build", "-p", "mamori-desk", "--example", "decode"]))?;
    let mut tests = machine.cargo(["test", "-p", "mamori-desk", "--test", "simulation"]);
    tests.args(["--", "whatever_happens"]);
    // `crates/testkit/src/seeds.rs` reads this variable.
    tests.env("MAMORI_TEST_SEED", format!("{FIRST}..{}", FIRST + count));
    run(tests.env(crate::postgres::SERVER, url))
}
