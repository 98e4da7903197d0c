//! `compare-corpus`: compares our PDQ with Python's `pdqhash` on the test pictures of other
//! projects.
//!
//! The pictures come from source packages and stay in `target/corpus`; none of them may be
//! committed.

use std::process::Command;

use anyhow::Result;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::{Step, grid};

/// Writes docs/corpus.md. Not a test: the page lists every difference with its cause.
pub const STEP: Step = Step {
    name: "compare-corpus",
    about: "our PDQ on other projects' test pictures, into docs/corpus.md (needs PyPI, Debian)",
    needs: &[Need::Python, Need::PythonHeaders, Need::Cxx],
    run: compare,
};

fn compare(machine: &Machine, args: &[String]) -> Result<()> {
    let python = grid::python_with_peer(machine)?;
    let hash = grid::hashing_program(machine)?;

    let mut corpus = Command::new(python);
    corpus.arg(machine.root.join("crates/media/compare/corpus.py"));
    corpus.arg("--hash").arg(hash).arg("--work").arg(machine.target().join("corpus"));
    run(corpus.arg("--page").arg(machine.root.join("docs/corpus.md")).args(args))
}
