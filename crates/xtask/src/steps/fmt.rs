//! `fmt`: every file is formatted.

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::Step;
use crate::steps::fuzz::fuzz_folders;

/// Only compares; `cargo fmt --all` formats the files.
pub const STEP: Step =
    Step { name: "fmt", about: "every file is formatted", needs: &[Need::Rustfmt], run: fmt };

fn fmt(machine: &Machine, _: &[String]) -> Result<()> {
    run(&mut machine.cargo(["fmt", "--all", "--check"]))?;
    // The fuzz folders are separate workspaces.
    for folder in fuzz_folders(&machine.root)? {
        let mut fmt = machine.cargo(["fmt", "--check", "--manifest-path"]);
        run(fmt.arg(folder.join("Cargo.toml")))?;
    }
    Ok(())
}
