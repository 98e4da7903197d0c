//! Installs what the machine lacks: Debian packages through apt if we are root, components of the
//! toolchain through rustup. Otherwise reports everything that must be installed, in one message.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::machine::{run, succeeds};
use crate::need::{Need, Source};

/// Meets `needs`, or reports in one message what the developer must install.
pub fn install(needs: impl Iterator<Item = Need>) -> Result<()> {
    let unmet: BTreeSet<Need> = needs.collect::<BTreeSet<_>>();
    let unmet: Vec<Need> = unmet.into_iter().filter(|need| !need.is_met()).collect();
    let missing = Missing::of(&unmet);

    if !missing.components.is_empty() {
        let mut rustup = Command::new("rustup");
        run(rustup.args(["component", "add"]).args(&missing.components))
            .with_context(|| missing.advice())?;
    }
    if !missing.packages.is_empty() {
        if !is_root() || !succeeds(Command::new("apt-get").arg("--version")) {
            bail!("{}", missing.advice());
        }
        run(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install.args(["install", "-y", "--no-install-recommends"]).args(&missing.packages);
        run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    }

    let still: Vec<Need> = unmet.into_iter().filter(|need| !need.is_met()).collect();
    if !still.is_empty() {
        bail!("still missing after the installation: {still:?}; {}", Missing::of(&still).advice());
    }
    Ok(())
}

/// Checks whether this program has the rights of root.
pub fn is_root() -> bool {
    let answer = Command::new("id").arg("-u").output();
    answer.is_ok_and(|answer| answer.stdout == b"0\n")
}

/// What is missing, by installer.
#[derive(Default)]
struct Missing {
    packages: BTreeSet<&'static str>,
    components: BTreeSet<&'static str>,
}

impl Missing {
    fn of(needs: &[Need]) -> Self {
        let mut missing = Self::default();
        for need in needs {
            match need.source() {
                Source::Debian(packages) => missing.packages.extend(packages),
                Source::Rustup(component) => {
                    missing.components.insert(component);
                }
            }
        }
        missing
    }

    /// Returns the commands that a person with sufficient rights must run.
    fn advice(&self) -> String {
        let join = |words: &BTreeSet<&str>| words.iter().copied().collect::<Vec<_>>().join(" ");
        let mut commands = Vec::new();
        if !self.packages.is_empty() {
            commands.push(format!("sudo apt-get install {}", join(&self.packages)));
        }
        if !self.components.is_empty() {
            commands.push(format!("rustup component add {}", join(&self.components)));
        }
        format!("something is missing; please run: {}", commands.join(" && "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_names_everything_at_once() {
        let missing = Missing::of(&[Need::Postgres, Need::Python, Need::Clippy]);

        assert_eq!(
            missing.advice(),
            "something is missing; please run: \
             sudo apt-get install postgresql python3 python3-venv && rustup component add clippy"
        );
    }
}
