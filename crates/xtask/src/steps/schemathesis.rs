//! `schemathesis`: a machine tries what the OpenAPI document allows, as an administrator and as a
//! service, against a real server on a fresh database that holds one of each thing.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
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

/// An address that was free a moment ago.
fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

/// A Mamori on SQLite in `folder`, which lets a service have all the endpoints that are tried.
fn write_config(folder: &Path, address: &str) -> Result<PathBuf> {
    let config = folder.join("mamori.toml");
    let settings = format!(
        "[server]\nlisten = \"{address}\"\n\n[database]\nurl = \"sqlite:{}\"\n\n\
         [webhooks]\nendpoints_max = 1000\n",
        folder.join("mamori.sqlite").display()
    );
    fs::write(&config, settings)?;
    Ok(config)
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

/// A `mamori serve` that ends with this value, or with this program, however that ends.
struct Server {
    keeper: Child,
}

/// `$1` the program, `$2` its configuration, `$3` its folder, which goes with it. Its input closes
/// when we end.
const KEEPER: &str = r#"
trap '' HUP INT TERM
"$1" serve --config "$2" >"$3/log" 2>&1 </dev/null &
cat >/dev/null
kill -KILL $!
rm -rf "$3"
"#;

impl Server {
    fn start(program: &Path, config: &Path, folder: &Path) -> Result<Self> {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(program).arg(config).arg(folder);
        let keeper = keeper.stdin(Stdio::piped()).process_group(0).spawn();
        Ok(Self { keeper: keeper.context("`mamori serve` did not start")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // There is nothing to keep, however it ended.
        let _ = self.keeper.wait();
    }
}

fn wait_for(address: &str, folder: &Path) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > START_TIME_MAX {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("`mamori serve` does not answer; it said:\n{log}");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
