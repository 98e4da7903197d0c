//! What a step needs of the machine, how to see whether it is there, and which package brings it.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use crate::machine::succeeds;

/// Something that a fresh machine may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// `initdb` and `pg_ctl`.
    Postgres,
    /// Python with `venv` and `pip`.
    Python,
    /// A C++ compiler, for libFuzzer.
    Cxx,
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
}

/// Who brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Packages of Debian.
    Debian(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

impl Need {
    /// Whether the machine has it.
    pub fn is_met(self) -> bool {
        match self {
            Self::Postgres => postgres_folder().is_some(),
            Self::Python => {
                succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
            }
            Self::Cxx => succeeds(Command::new("c++").arg("--version")),
            Self::Rustfmt => succeeds(Command::new("cargo").args(["fmt", "--version"])),
            Self::Clippy => succeeds(Command::new("cargo").args(["clippy", "--version"])),
        }
    }

    /// Who brings it.
    pub fn source(self) -> Source {
        match self {
            Self::Postgres => Source::Debian(&["postgresql"]),
            Self::Python => Source::Debian(&["python3", "python3-venv"]),
            Self::Cxx => Source::Debian(&["g++"]),
            Self::Rustfmt => Source::Rustup("rustfmt"),
            Self::Clippy => Source::Rustup("clippy"),
        }
    }
}

/// The folder of PostgreSQL's server programs: Debian's, the newest, else one in `PATH`.
pub fn postgres_folder() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let debian = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    let mut debian: Vec<_> = debian.collect();
    debian.sort();
    let newest_first = debian.into_iter().rev().map(|(_, folder)| folder);

    let path = env::var_os("PATH").unwrap_or_default();
    let in_path: Vec<PathBuf> = env::split_paths(&path).collect();
    newest_first.chain(in_path).find(|folder| folder.join("initdb").is_file())
}
