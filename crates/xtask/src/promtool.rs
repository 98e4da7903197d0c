//! Prometheus' `promtool`, unpacked into `.cache/` from Debian's package `prometheus`. The package is not
//! installed, because that would start a server and also install the packages of its web pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::machine::{Machine, run, succeeds};
use crate::packages::is_root;

/// The package.
const PACKAGE: &str = "prometheus";

/// Returns the path of the machine's own `promtool`, or of the unpacked one.
pub fn path(machine: &Machine) -> Result<PathBuf> {
    let own = PathBuf::from("promtool");
    if succeeds(Command::new(&own).arg("--version")) {
        return Ok(own);
    }
    let folder = machine.root.join(".cache/promtool");
    let program = folder.join("usr/bin/promtool");
    if !program.is_file() {
        unpack(&folder).with_context(|| {
            format!("`promtool` is missing; please install it, or make `apt-get download {PACKAGE}` work")
        })?;
    }
    Ok(program)
}

/// Downloads the package, and unpacks it into `folder`.
fn unpack(folder: &Path) -> Result<()> {
    let cache = folder.parent().context("the folder is a root")?;
    fs::create_dir_all(cache)?;
    let work = tempfile::Builder::new().prefix("promtool-").tempdir_in(cache)?;
    let download = || run(Command::new("apt-get").args(["download", PACKAGE]).current_dir(&work));
    if let Err(error) = download() {
        // A fresh machine has no lists of packages yet.
        anyhow::ensure!(is_root(), error);
        run(Command::new("apt-get").arg("update"))?;
        download()?;
    }
    let file = fs::read_dir(&work)?.next().context("nothing was downloaded")??.path();
    let unpacked = work.path().join("unpacked");
    run(Command::new("dpkg-deb").arg("--extract").arg(file).arg(&unpacked))?;
    Ok(fs::rename(unpacked, folder)?)
}
