//! `bench`: compares the speed of Mamori with its peers, in one run on this machine, and writes the
//! page with the results.
//!
//! The ratios are the claims; seconds differ from machine to machine. No figure here is a test with
//! a time limit: the step `instructions` guards against slow-downs by counting instructions.

mod capacity;
mod console;
mod figures;
mod floods;
mod hashing;
mod index;
mod page;
mod row;
mod service;

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::python;
use crate::steps::Step;

/// The peers and their dependencies, pinned.
const PACKAGES: [&str; 4] =
    ["threatexchange==1.2.17", "faiss-cpu==1.15.1", "pdqhash==0.2.8", "numpy==2.4.6"];

/// The page with the results.
const PAGE: &str = "docs/performance.md";

/// `--quick` leaves out ten million hashes and does not write the page. `--floods` measures only the
/// floods, and renews only their section of the page; `--console` does so with the rows about many
/// reviewers.
pub const STEP: Step = Step {
    name: "bench",
    about: "speed beside the peers, into docs/performance.md [--quick | --floods | --console] (needs PyPI)",
    needs: &[Need::Python, Need::PythonHeaders, Need::Cxx, Need::Nasm, Need::Wrk],
    run: bench,
};

fn bench(machine: &Machine, args: &[String]) -> Result<()> {
    let is_quick = match args {
        [] => false,
        [flag] if flag == "--quick" => true,
        [flag] if flag == "--floods" => return renew_floods(machine),
        [flag] if flag == "--console" => return renew_console(machine),
        _ => bail!("`bench` takes nothing, `--quick`, `--floods` or `--console`"),
    };
    let begun = Instant::now();
    let python = python::with_packages(machine, "bench", &PACKAGES)?;
    // Build everything before anything is timed: a compiler on another processor disturbs the
    // measurement.
    build(machine)?;
    let prepared = begun.elapsed();
    let work = machine.root.join(".cache/bench-work");
    fs::create_dir_all(&work)?;

    let hashing = hashing::measure(machine, &python, &work)?;
    let sizes: &[u32] =
        if is_quick { &[100_000, 1_000_000] } else { &[100_000, 1_000_000, 10_000_000] };
    let index = index::measure(machine, &python, &work, sizes)?;
    let service = service::measure(machine, &work)?;
    let console = console::measure(machine, &work)?;
    let floods = floods::measure(machine)?;
    fs::remove_dir_all(&work)?;

    let mut rows = hashing::rows(&hashing)?;
    rows.extend(index::rows(&index)?);
    rows.extend(service::rows(&service, &hashing)?);
    rows.extend(console::rows(&console)?);
    println!("\n{}{}", row::table(&rows), row::table(&floods::rows(&floods)?));
    let measured = begun.elapsed().saturating_sub(prepared);
    println!("{} s to build, {} s to measure", prepared.as_secs(), measured.as_secs());
    if !is_quick {
        let page = page::write(&rows, &hashing, &index, (&service, &floods), measured)?;
        fs::write(machine.root.join(PAGE), page)?;
    }
    Ok(())
}

/// Measures the floods, and writes the page with a new section about them.
fn renew_floods(machine: &Machine) -> Result<()> {
    build_server(machine, floods::EXAMPLE)?;
    let floods = floods::measure(machine)?;
    println!("\n{}", row::table(&floods::rows(&floods)?));
    let path = machine.root.join(PAGE);
    let page = page::with_floods(&fs::read_to_string(&path)?, &floods)?;
    Ok(fs::write(path, page)?)
}

/// Measures many reviewers at once, and writes the page with the new rows.
fn renew_console(machine: &Machine) -> Result<()> {
    build_server(machine, console::EXAMPLE)?;
    let work = machine.root.join(".cache/bench-work");
    fs::create_dir_all(&work)?;
    let rows = console::rows(&console::measure(machine, &work)?)?;
    fs::remove_dir_all(&work)?;
    println!("\n{}", row::table(&rows));
    let path = machine.root.join(PAGE);
    let page = row::renew(&fs::read_to_string(&path)?, &rows).context(
        "docs/performance.md has no row about many reviewers; run `cargo xtask bench` without \
         `--console`",
    )?;
    Ok(fs::write(path, page)?)
}

/// Builds the server and one measuring program.
fn build_server(machine: &Machine, example: &str) -> Result<()> {
    let mut build = machine.cargo(["build", "--profile", "dist", "-p", "mamori-server"]);
    build.args(["--bin", "mamori", "--example", example]);
    run(build.arg("--target-dir").arg(machine.target()))
}

/// Builds the server and the measuring programs.
fn build(machine: &Machine) -> Result<()> {
    let mut build = machine.cargo(["build", "--profile", "dist", "--bins"]);
    for package in ["mamori-media", "mamori-matching", "mamori-server"] {
        build.args(["-p", package]);
    }
    for example in [hashing::EXAMPLE, index::EXAMPLE, console::EXAMPLE, floods::EXAMPLE] {
        build.args(["--example", example]);
    }
    run(build.arg("--target-dir").arg(machine.target()))
}
