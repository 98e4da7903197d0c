//! `schemathesis`: a machine tries what the OpenAPI document allows, as an administrator and as a
//! service, against a real server on a fresh database that holds one of each thing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::serving::{Server, free_address, key, let_in, origin, wait_for};
use crate::steps::Step;

/// The peer, pinned.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

/// Fails on a server error, an answer that the document does not describe, or a refusal of what it
/// describes.
pub const STEP: Step = Step {
    name: "schemathesis",
    about: "the OpenAPI document against a running server (needs PyPI)",
    needs: &[Need::Python],
    run: try_everything,
};

fn try_everything(machine: &Machine, args: &[String]) -> Result<()> {
    let python = python::with_packages(machine, "schemathesis", &PACKAGES)?;
    run(&mut machine.cargo(["build", "-p", "mamori-server"]))?;

    let folder = tempfile::Builder::new().prefix("mamori-schemathesis-").tempdir()?;
    let program = machine.target().join("debug/mamori");
    let address = free_address()?;
    let config = write_config(folder.path(), &address)?;
    let admin = key(&program, &config, &["admin"])?;
    let service = key(&program, &config, &["service", "schemathesis"])?;
    let _server = Server::start(&program, &config, folder.path())?;
    wait_for(&address, folder.path())?;

    let tests = machine.root.join("crates/web/tests");
    let mut fill = Command::new(&python);
    fill.arg(tests.join("schemathesis_data.py")).arg(format!("http://{address}"));
    fill.args([&admin, &service]).arg(tests.join("schemathesis.toml")).arg(folder.path());
    fill.arg(let_in(&program, &config, "reviewer", "reviewer")?);
    run(&mut fill)?;
    for (role, key) in [("admin", admin), ("service", service)] {
        let mut schemathesis = Command::new(&python);
        schemathesis.args(["-m", "schemathesis.cli", "--config-file"]);
        schemathesis.arg(folder.path().join(role).with_extension("toml"));
        schemathesis.arg("run").arg(format!("http://{address}/openapi.json"));
        schemathesis.args([
            "--checks",
            "all",
            "--max-examples",
            "15",
            "--generation-deterministic",
        ]);
        schemathesis.arg("--header").arg(format!("Authorization: Bearer {key}"));
        // What it remembers of a run goes to its own folder, not into the checkout.
        run(schemathesis.args(args).current_dir(&folder))?;
    }
    Ok(())
}

/// A Mamori on SQLite in `folder`, which lets a service have all the endpoints that are tried.
fn write_config(folder: &Path, address: &str) -> Result<PathBuf> {
    let config = folder.join("mamori.toml");
    let settings = format!(
        "[server]\nlisten = \"{address}\"\n\n[database]\nurl = \"sqlite:{}\"\n\n\
         [webhooks]\nendpoints_max = 1000\n\n[console]\norigin = \"{}\"\n",
        folder.join("mamori.sqlite").display(),
        origin(address)
    );
    fs::write(&config, settings)?;
    Ok(config)
}
