//! `schemathesis`: generates requests from the OpenAPI document, as an administrator and as a
//! service, and sends them to a real server with a fresh database that holds one record of each
//! kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::serving::{
    Server, create_sign_in_link, free_address, key, origin, server_section, wait_for,
};
use crate::steps::Step;

/// The test generator, pinned.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

/// Fails on a server error, on a response that the document does not describe, and on a refusal of
/// a request that it allows.
pub const STEP: Step = Step {
    name: "schemathesis",
    about: "the OpenAPI document against a running server (needs PyPI)",
    needs: &[Need::Python],
    run: run_schemathesis,
};

fn run_schemathesis(machine: &Machine, args: &[String]) -> Result<()> {
    let python = python::with_packages(machine, "schemathesis", &PACKAGES)?;
    let program = machine.build()?.join("mamori");

    let folder = tempfile::Builder::new().prefix("mamori-schemathesis-").tempdir()?;
    let address = free_address()?;
    let config = write_config(folder.path(), &address)?;
    let admin = key(&program, &config, &["admin"])?;
    let other = key(&program, &config, &["admin"])?;
    let service = key(&program, &config, &["service", "schemathesis"])?;
    let _server = Server::start(&program, &config, folder.path())?;
    wait_for(&address, folder.path())?;

    let tests = machine.root.join("crates/web/tests");
    let mut fill = Command::new(&python);
    fill.arg(tests.join("schemathesis_data.py")).arg(format!("http://{address}"));
    fill.args([&admin, &other, &service]).arg(tests.join("schemathesis.toml")).arg(folder.path());
    fill.arg(create_sign_in_link(&program, &config, "reviewer", "reviewer")?);
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
        // It runs in its own folder, so that the files in which it remembers a run stay out of the
        // checkout.
        run(schemathesis.args(args).current_dir(&folder))?;
    }
    Ok(())
}

/// Writes a configuration with SQLite in `folder`, which allows all the endpoints that are created.
fn write_config(folder: &Path, address: &str) -> Result<PathBuf> {
    let config = folder.join("mamori.toml");
    let settings = format!(
        "{}[database]\nurl = \"sqlite:{}\"\n\n\
         [webhooks]\nendpoints_max = 1000\nresends_minute_max = 10000\nloopback = true\n\n\
         [limits]\nrefused_keys_minute_max = 100000\n\n[console]\norigin = \"{}\"\n",
        server_section(address),
        folder.join("mamori.sqlite").display(),
        origin(address)
    );
    fs::write(&config, settings)?;
    Ok(config)
}
