//! `alerts`: Prometheus' own tool accepts the alert rules, their tests, and the metrics of a node.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::promtool;
use crate::serving::{Server, free_address, wait_for};
use crate::steps::Step;

/// The rules that we ship, from the checkout.
const RULES: &str = "docs/alerts.yml";

/// The tests of the rules. They name the file of the rules relative to their own folder.
const TESTS: &str = "docs/alerts-test.yml";

/// Fails if Prometheus cannot read the rules, if an alert does not fire when its test says so, or if a
/// metric has no text or a name against the conventions.
pub const STEP: Step = Step {
    name: "alerts",
    about: "the alert rules, their tests and the metrics of a node, by promtool",
    needs: &[Need::Curl],
    run: |machine, _| check(machine),
};

fn check(machine: &Machine) -> Result<()> {
    let promtool = promtool::path(machine)?;
    for words in [["check", "rules", RULES], ["test", "rules", TESTS]] {
        run(Command::new(&promtool).args(words).current_dir(&machine.root))?;
    }
    let mut metrics = tempfile::tempfile()?;
    metrics.write_all(&metrics_of_a_node(machine)?)?;
    metrics.rewind()?;
    let output = Command::new(&promtool).args(["check", "metrics"]).stdin(metrics).output();
    let output = output.context("`promtool` did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`promtool check metrics` found:\n{said}");
    Ok(())
}

/// Starts a node, and returns what its `/metrics` shows after one request.
fn metrics_of_a_node(machine: &Machine) -> Result<Vec<u8>> {
    let folder = tempfile::Builder::new().prefix("mamori-alerts-").tempdir()?;
    let folder = folder.path();
    let program = machine.build()?.join("mamori");
    let (address, admin_address) = (free_address()?, free_address()?);
    let config = folder.join("mamori.toml");
    let settings = format!(
        "[server]\nallow_root = true\nlisten = \"{address}\"\nadmin_listen = \"{admin_address}\"\n\n\
         [database]\nurl = \"sqlite:{}\"\n",
        folder.join("mamori.sqlite").display()
    );
    fs::write(&config, settings)?;
    let _server = Server::start(&program, &config, folder)?;
    wait_for(&admin_address, folder)?;

    // `/metrics` shows the times of requests only after the first request.
    get(&address, "/healthz")?;
    get(&admin_address, "/metrics")
}

/// Returns the body of the answer; fails unless it is a success.
fn get(address: &str, path: &str) -> Result<Vec<u8>> {
    let url = format!("http://{address}{path}");
    let output = Command::new("curl").args(["-sS", "--fail", "--max-time", "60", &url]).output();
    let output = output.context("`curl` did not start")?;
    ensure!(output.status.success(), "{url}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
