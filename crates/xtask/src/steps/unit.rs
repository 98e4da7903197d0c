//! `unit`: the systemd unit leaves the server few ways to harm the machine.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::Step;

/// The unit that we ship, from the checkout.
const UNIT: &str = "docs/mamori.service";

/// The largest exposure that systemd may compute for the unit, in tenths: from 0 (isolated) to 100
/// (a service of root with all rights). What is left is mostly that it has a network.
const EXPOSURE_MAX: u8 = 19;

/// Fails if the exposure of the unit is larger, or the unit has a setting that systemd does not
/// know.
pub const STEP: Step = Step {
    name: "unit",
    about: "the exposure that systemd-analyze computes for the unit file",
    needs: &[Need::Systemd],
    run: |machine, _| check(machine),
};

fn check(machine: &Machine) -> Result<()> {
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--no-pager"]);
    analyze.arg(format!("--threshold={EXPOSURE_MAX}")).arg(UNIT).current_dir(&machine.root);
    run(&mut analyze).context("the exposure is too large, or cannot be computed")?;

    let output = analyze.output().context("`systemd-analyze` did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let unknown: Vec<&str> = said.lines().filter(|line| line.contains(UNIT)).collect();
    anyhow::ensure!(unknown.is_empty(), "systemd does not know what is in the unit: {unknown:#?}");
    Ok(())
}
