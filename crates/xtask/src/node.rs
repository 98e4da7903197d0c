//! npm packages in `.cache/`, pinned by a lock file, for tools that exist only on npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::machine::{Machine, run};

/// Returns the folder `name` in `.cache/`, whose `node_modules` has exactly the packages of the
/// lock file in `from`.
///
/// Installed once, and again when the lock file changes. Install scripts of packages do not run.
pub fn with_lock(machine: &Machine, name: &str, from: &Path) -> Result<PathBuf> {
    let folder = machine.root.join(".cache").join(name);
    let stamp = folder.join("mamori-packages");
    let wanted = fs::read_to_string(from.join("package-lock.json"))?;

    let is_current = fs::read_to_string(&stamp).is_ok_and(|made| made == wanted);
    if !is_current {
        fs::create_dir_all(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(from.join(file), folder.join(file))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        run(npm.current_dir(&folder))?;
        fs::write(&stamp, wanted).context("the packages are there, but not marked as there")?;
    }
    Ok(folder)
}
