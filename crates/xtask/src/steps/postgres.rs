//! `postgres`: a throw-away server for tests that are run by hand.

use std::io;

use anyhow::Result;

use crate::machine::Machine;
use crate::need::Need;
use crate::postgres::SERVER;
use crate::steps::Step;

/// Runs until a line, or the end of input, is read.
pub const STEP: Step = Step {
    name: "postgres",
    about: "a throw-away PostgreSQL until Enter or Ctrl-C, for tests by hand",
    needs: &[Need::Postgres],
    run: postgres,
};

fn postgres(machine: &Machine, _: &[String]) -> Result<()> {
    println!("export {SERVER}='{}'", machine.postgres()?);
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
