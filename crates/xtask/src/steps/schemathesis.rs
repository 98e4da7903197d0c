//! `schemathesis`: a machine tries what the OpenAPI document allows, as an administrator and as a
//! service, against a real server on a fresh database.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::steps::Step;

/// The peer, pinned.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

/// How long the server may take to answer for the first time.
const START_TIME_MAX: Duration = Duration::from_mins(1);

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

    let program = machine.target().join("debug/mamori");
    let folder = machine.root.join(".cache/schemathesis-server");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let address = free_address()?;
    let config = folder.join("mamori.toml");
    let settings = format!(
        "[server]\nlisten = \"{address}\"\n\n[database]\nurl = \"sqlite:{}\"\n",
        folder.join("mamori.sqlite").display()
    );
    fs::write(&config, settings)?;
    let admin = key(&program, &config, &["admin"])?;
    let service = key(&program, &config, &["service", "schemathesis"])?;

    let _server = Server::start(&program, &config, &folder.join("log"))?;
    wait_for(&address)?;
    for key in [admin, service] {
        let mut schemathesis = Command::new(&python);
        schemathesis.args(["-m", "schemathesis.cli", "--config-file"]);
        schemathesis.arg(machine.root.join("crates/web/tests/schemathesis.toml"));
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

/// An address that was free a moment ago.
fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

fn key(program: &Path, config: &Path, role: &[&str]) -> Result<String> {
    let mut create = Command::new(program);
    create.args(["key", "--config"]).arg(config).arg("create").args(role);
    let output = create.output().context("`mamori key create` did not start")?;
    if !output.status.success() {
        bail!("`mamori key create` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A `mamori serve` that ends with this value.
struct Server {
    child: Child,
}

impl Server {
    fn start(program: &Path, config: &Path, log: &Path) -> Result<Self> {
        let log = File::create(log)?;
        let mut serve = Command::new(program);
        serve.arg("serve").arg("--config").arg(config);
        serve.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Self { child: serve.spawn().context("`mamori serve` did not start")? })
    }
}

fn wait_for(address: &str) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > START_TIME_MAX {
            bail!("`mamori serve` does not answer; its log is in .cache/schemathesis-server");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to keep either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
