//! `test`: every test of every crate, on SQLite and on a throw-away PostgreSQL.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use anyhow::Result;
use tempfile::TempDir;

use crate::machine::{Machine, run, succeeds};
use crate::need::Need;
use crate::postgres::SERVER;
use crate::steps::{Step, peers};

/// The tests about the code (`tidy`, `licences`) are separate steps.
pub const STEP: Step = Step {
    name: "test",
    about: "every test, on SQLite and on a throw-away PostgreSQL; arguments filter (needs PyPI)",
    needs: &[
        Need::Postgres,
        Need::PgBouncer,
        Need::Curl,
        Need::Heif,
        Need::JpegTools,
        Need::Nasm,
        Need::Python,
    ],
    run: tests,
};

fn tests(machine: &Machine, args: &[String]) -> Result<()> {
    let url = machine.postgres()?;
    peers::install(machine)?;
    let has_nextest = succeeds(&mut machine.cargo(["nextest", "--version"]));
    if !has_nextest {
        let mut all = machine.cargo(["test", "--workspace", "--all-features", "--no-fail-fast"]);
        return run(all.args(args).env(SERVER, url));
    }

    let mut nextest = machine.cargo(["nextest", "run", "--workspace", "--all-features"]);
    nextest.args(["--no-fail-fast", "-E", "not package(mamori-tidy)"]);
    let memory = in_memory();
    if let Some(folder) = &memory {
        nextest.env("TMPDIR", folder.path());
    }
    run(nextest.args(args).env(SERVER, url))?;

    let mut examples = machine.cargo(["test", "--doc", "--workspace", "--all-features"]);
    run(examples.args(args).env(SERVER, url))
}

/// Creates a folder in memory for the tests' files, if this machine has one for that: SQLite waits
/// for the disk at every commit, and no test survives a power failure anyway. Every user may write
/// there, because PostgreSQL does not run as root.
fn in_memory() -> Option<TempDir> {
    let folder = tempfile::Builder::new().prefix("mamori-test-").tempdir_in("/dev/shm").ok()?;
    // Set afterwards: at its creation the process's mask would take the right to write away.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).ok()?;
    Some(folder)
}
