//! `unit`: the systemd unit leaves the server few ways to harm the machine.

use std::fs;
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

/// The settings that keep the server's memory off disks and leave resources to the rest of the
/// machine, which do not count in the exposure. Without a value: any limit will do.
const REQUIRED: [(&str, Option<&str>); 5] = [
    ("MemoryMax", None),
    ("MemorySwapMax", Some("0")),
    ("LimitCORE", Some("0")),
    ("TasksMax", None),
    ("UMask", Some("0077")),
];

/// Fails if the exposure of the unit is larger, the unit has a setting that systemd does not know, or
/// one of [`REQUIRED`] is missing or has another value.
pub const STEP: Step = Step {
    name: "unit",
    about: "the exposure that systemd-analyze computes for the unit file, and its limits",
    needs: &[Need::Systemd],
    run: |machine, _| check(machine),
};

fn check(machine: &Machine) -> Result<()> {
    let unit = fs::read_to_string(machine.root.join(UNIT)).with_context(|| format!("no {UNIT}"))?;
    let missing = missing(&unit);
    anyhow::ensure!(missing.is_empty(), "{UNIT} does not set, or sets otherwise: {missing:?}");

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

/// Returns the names of [`REQUIRED`] that the unit does not set, or sets otherwise.
fn missing(unit: &str) -> Vec<&'static str> {
    // Of several lines, systemd uses the last.
    let set =
        |name: &str| unit.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let is_right = |name: &str, required: Option<&str>| match (set(name), required) {
        (found, Some(_)) => found == required,
        (found, None) => found.is_some_and(|value| !["", "infinity"].contains(&value)),
    };
    let wrong = REQUIRED.into_iter().filter(|(name, required)| !is_right(name, *required));
    wrong.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_without_a_limit_or_with_another_value_is_refused() {
        let unit = include_str!("../../../../docs/mamori.service");
        let without = |line: &str| missing(&unit.replace(line, ""));

        assert!(missing(unit).is_empty());
        assert_eq!(without("MemoryMax=80%\n"), ["MemoryMax"]);
        assert_eq!(without("UMask=0077\n"), ["UMask"]);
        assert_eq!(missing(&unit.replace("LimitCORE=0", "LimitCORE=infinity")), ["LimitCORE"]);
        assert_eq!(missing(&format!("{unit}TasksMax=infinity\n")), ["TasksMax"]);
        assert_eq!(missing(&format!("{unit}MemorySwapMax=1G\n")), ["MemorySwapMax"]);
    }
}
