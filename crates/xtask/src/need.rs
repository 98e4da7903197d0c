//! What a step needs on the machine, how to check for it, and which package provides it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::machine::succeeds;

/// A program or package that a fresh machine may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// PostgreSQL's server and `psql`.
    Postgres,
    /// PgBouncer, a pooler of connections to PostgreSQL.
    PgBouncer,
    /// Python with `venv` and `pip`.
    Python,
    /// Python's headers, for packages that are built during installation.
    PythonHeaders,
    /// Node.js 18 or newer, and `npm`.
    Node,
    /// Chromium, for tests of pages.
    Chromium,
    /// A font with Japanese characters: without one, pages in Japanese show boxes.
    JapaneseFont,
    /// `curl`, for the commands in the README.
    Curl,
    /// A C++ compiler, for libFuzzer.
    Cxx,
    /// Valgrind, which counts instructions.
    Valgrind,
    /// `cjpeg` and `jpegtran`, which write JPEG files as cameras and websites do.
    JpegTools,
    /// `tiffcp` and `tiffset`, which write TIFF files.
    TiffTools,
    /// `cwebp` and `gif2webp`, which write WebP files.
    WebpTools,
    /// `nasm`, without which the decoder of JPEG is built without SIMD instructions.
    Nasm,
    /// `wrk`, a load generator for HTTP.
    Wrk,
    /// `systemd-analyze`, which computes the exposure of a unit; systemd need not run.
    Systemd,
    /// `heif-enc`, which makes a HEIC file for a test, and `heif-convert`, with which the server
    /// reads it.
    Heif,
    /// The component `rustfmt`, for `cargo fmt`.
    Rustfmt,
    /// The component `clippy`, for `cargo clippy`.
    Clippy,
}

/// The package or component that provides a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Packages of Debian.
    Debian(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

impl Need {
    /// Checks whether the machine has it.
    pub fn is_met(self) -> bool {
        match self {
            Self::Postgres => has_postgres(),
            Self::PgBouncer => Path::new("/usr/sbin/pgbouncer").exists(),
            Self::Python => {
                succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
            }
            Self::PythonHeaders => {
                let there = "import os.path, sysconfig, sys; \
                    sys.exit(not os.path.exists(sysconfig.get_path('include') + '/Python.h'))";
                succeeds(Command::new("python3").args(["-c", there]))
            }
            Self::Node => {
                let is_new = "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)";
                succeeds(Command::new("node").args(["--eval", is_new]))
                    && succeeds(Command::new("npm").arg("--version"))
            }
            Self::Chromium => succeeds(Command::new("chromium").arg("--version")),
            Self::JapaneseFont => Path::new("/usr/share/fonts/opentype/noto").is_dir(),
            Self::Curl => succeeds(Command::new("curl").arg("--version")),
            Self::Valgrind => succeeds(Command::new("valgrind").arg("--version")),
            Self::JpegTools => ["cjpeg", "jpegtran"].into_iter().all(starts),
            Self::TiffTools => ["tiffcp", "tiffset"].into_iter().all(starts),
            Self::WebpTools => ["cwebp", "gif2webp"].into_iter().all(starts),
            Self::Systemd => succeeds(Command::new("systemd-analyze").arg("--version")),
            Self::Heif => ["heif-enc", "heif-convert"].into_iter().all(starts),
            Self::Nasm => starts("nasm"),
            Self::Wrk => starts("wrk"),
            Self::Cxx => succeeds(Command::new("c++").arg("--version")),
            Self::Rustfmt => succeeds(Command::new("cargo").args(["fmt", "--version"])),
            Self::Clippy => succeeds(Command::new("cargo").args(["clippy", "--version"])),
        }
    }

    /// Returns what provides it.
    pub fn source(self) -> Source {
        match self {
            Self::Postgres => Source::Debian(&["postgresql"]),
            Self::PgBouncer => Source::Debian(&["pgbouncer"]),
            Self::Python => Source::Debian(&["python3", "python3-venv"]),
            Self::PythonHeaders => Source::Debian(&["python3-dev"]),
            Self::Node => Source::Debian(&["nodejs", "npm"]),
            Self::Chromium => Source::Debian(&["chromium"]),
            Self::JapaneseFont => Source::Debian(&["fonts-noto-cjk"]),
            Self::Curl => Source::Debian(&["curl"]),
            Self::Valgrind => Source::Debian(&["valgrind"]),
            Self::JpegTools => Source::Debian(&["libjpeg-turbo-progs"]),
            Self::TiffTools => Source::Debian(&["libtiff-tools"]),
            Self::WebpTools => Source::Debian(&["webp"]),
            Self::Nasm => Source::Debian(&["nasm"]),
            Self::Wrk => Source::Debian(&["wrk"]),
            Self::Systemd => Source::Debian(&["systemd"]),
            Self::Heif => Source::Debian(&["libheif-examples"]),
            Self::Cxx => Source::Debian(&["g++"]),
            Self::Rustfmt => Source::Rustup("rustfmt"),
            Self::Clippy => Source::Rustup("clippy"),
        }
    }
}

/// Checks whether `program` can be started; for programs that print their version and fail.
fn starts(program: &str) -> bool {
    Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok()
}

/// Checks whether Debian's PostgreSQL server programs are installed, in any version.
fn has_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}
