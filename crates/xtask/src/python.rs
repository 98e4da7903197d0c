//! Virtual environments of Python in `.cache/`, with pinned packages, for tools that exist only as
//! Python packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::machine::{Machine, run};

/// Returns the Python of the environment `name`, which has exactly `packages` (`name==version`).
///
/// Created once, and again when the list changes.
pub fn with_packages(machine: &Machine, name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = machine.root.join(".cache").join(name);
    let stamp = folder.join("mamori-packages");
    let wanted = packages.join("\n");
    let python = folder.join("bin/python");

    let is_current = fs::read_to_string(&stamp).is_ok_and(|made| made == wanted);
    if !is_current {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        run(pip.args(packages))?;
        fs::write(&stamp, wanted).context("the environment is made, but not marked as made")?;
    }
    Ok(python)
}
