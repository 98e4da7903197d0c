//! `advisories`: security advisories about packages in `Cargo.lock`.

use anyhow::{Result, bail};

use crate::machine::{Machine, run};
use crate::steps::Step;

/// Runs only by name: the database is on another server, and changes without the checkout.
pub const STEP: Step = Step {
    name: "advisories",
    about: "security advisories about our dependencies; `--db DIR` is a copy of the RustSec \
            database, such as a clone of its repository",
    needs: &[],
    run: compare,
};

fn compare(machine: &Machine, args: &[String]) -> Result<()> {
    let [flag, folder] = args else { bail!("`advisories` needs `--db DIR`") };
    if flag != "--db" {
        bail!("`advisories` knows `--db DIR`, not `{flag}`");
    }
    let mut advisories = machine.cargo(["run", "--quiet", "--package", "mamori-tidy"]);
    run(advisories.args(["--bin", "advisories", "--", folder]))
}
