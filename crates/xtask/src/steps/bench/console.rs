//! Measures the console with many reviewers at the same time, each with their own case.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::figures::Figures;
use super::row::{Goal, Row, short};
use crate::machine::{Machine, run};
use crate::serving::{
    Server, create_sign_in_link, free_address, key, origin, server_section, wait_for,
};

/// The program that simulates the reviewers.
pub const EXAMPLE: &str = "load-console";

/// Number of reviewers who work at the same time.
const REVIEWERS: u32 = 200;
/// Number of cases for each reviewer; half of them are decided.
const CASES_EACH: u32 = 10;

/// The PDQ hash of every item.
const KNOWN: &str = "f0f0f0f00f0f0f0ff0f0f0f00f0f0f0ff0f0f0f00f0f0f0ff0f0f0f00f0f0f0f";

/// The steps of a reviewer, with their names in the table.
const STEPS: [(&str, &str); 4] = [
    ("queue", "the queue"),
    ("next", "taking the next case"),
    ("case", "a case"),
    ("decide", "deciding it, and taking the next one"),
];

/// Measures a server of its own whose workers are running, because each decision sends a request to
/// the service.
pub fn measure(machine: &Machine, work: &Path) -> Result<Figures> {
    let program = machine.target().join("dist/mamori");
    let folder = tempfile::Builder::new().prefix("mamori-bench-").tempdir()?;
    let address = free_address()?;
    let config = folder.path().join("mamori.toml");
    fs::write(
        &config,
        format!(
            "{}[database]\nurl = \"sqlite:{}\"\n\n\
             [log]\nlevel = \"warn\"\n\n[console]\norigin = \"{}\"\n\n[staff]\nsign_in_link_min = 60\n",
            server_section(&address),
            folder.path().join("mamori.sqlite").display(),
            origin(&address)
        ),
    )?;
    key(&program, &config, &["admin"])?;
    let service = key(&program, &config, &["service", "bench"])?;
    fill(&program, &config, work)?;
    let mut links = String::new();
    for number in 0..REVIEWERS {
        writeln!(
            links,
            "{}",
            create_sign_in_link(&program, &config, &format!("reviewer-{number}"), "reviewer")?
        )?;
    }
    let list = work.join("links");
    fs::write(&list, links)?;
    let _server = Server::start(&program, &config, folder.path())?;
    wait_for(&address, folder.path())?;

    let mut load = Command::new(machine.target().join("dist/examples").join(EXAMPLE));
    load.arg(format!("http://{address}")).arg(origin(&address)).arg(service).arg(list);
    load.arg(KNOWN).arg((REVIEWERS * CASES_EACH).to_string());
    Figures::of(&mut load)
}

/// Creates a bank with this one hash.
fn fill(program: &Path, config: &Path, work: &Path) -> Result<()> {
    let path = work.join("known.txt");
    fs::write(&path, format!("{KNOWN}\n"))?;
    let mut create = Command::new(program);
    create.args(["bank", "create", "bench", "--config"]).arg(config);
    create.args(["--purpose", "rehearsal", "--source", "drawn by code", "--owner", "bench"]);
    run(create.args(["--legal-basis", "none is needed", "--action", "hold"]))?;
    let mut import = Command::new(program);
    run(import.args(["bank", "import", "bench"]).arg(&path).arg("--config").arg(config))
}

/// Returns the rows of the table.
pub fn rows(console: &Figures) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (step, called) in STEPS {
        let ms = |name: &str| {
            Ok::<_, anyhow::Error>(console.get(&format!("console_{step}_{name}_us"))? / 1e3)
        };
        let (middle, most, worst) = (ms("p50")?, ms("p95")?, ms("p99")?);
        rows.push(Row {
            what: format!("{REVIEWERS} reviewers at once: {called}"),
            ours: format!("50 % in {} ms, 99 % in {} ms", short(middle), short(worst)),
            peer: "95 % of answers".to_owned(),
            figure: most,
            unit: " ms",
            goal: Goal::Most(250.0),
        });
    }
    Ok(rows)
}
