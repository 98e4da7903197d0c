//! `banks`: how the times of one node grow with many banks, and while a large bank is purged.

use std::fs;

use anyhow::{Result, bail};

use crate::machine::{Machine, run};
use crate::steps::Step;

/// The step `test` has a short form, `crates/desk/tests/desk/scaling.rs`.
pub const STEP: Step = Step {
    name: "banks",
    about: "10,000 banks, and checks during the purge of 3 million entries [--engine sqlite]",
    // PostgreSQL only with `--engine postgres`: without it, the start of the server says what is missing.
    needs: &[],
    run: measure,
};

/// How many banks are created, and how many entries the purged bank has.
const SIZES: [&str; 2] = ["10000", "3000000"];

fn measure(machine: &Machine, args: &[String]) -> Result<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let engine: &str = match args.as_slice() {
        [] => "sqlite",
        ["--engine", engine @ ("sqlite" | "postgres")] => engine,
        _ => bail!("`banks` takes nothing, `--engine sqlite` or `--engine postgres`"),
    };
    // On a disk: the folder for temporary files may be memory.
    let folder = machine.target().join("drill-banks");
    fs::create_dir_all(&folder)?;
    let mut drill = machine.cargo(["run", "--release", "-p", "mamori-desk", "--example", "banks"]);
    drill.args(["--", engine]).args(SIZES).env("TMPDIR", folder);
    if engine == "postgres" {
        drill.env(crate::postgres::SERVER, machine.postgres()?);
    }
    run(&mut drill)
}
