//! Prints the security advisories about our dependencies: `advisories DIR`, where `DIR` is a copy
//! of the RustSec database. Fails if there are any.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for people at a terminal")]

use std::env;
use std::path::Path;
use std::process::ExitCode;

use mamori_tidy::{advisories, checkout};

fn main() -> ExitCode {
    let Some(database) = env::args_os().nth(1) else {
        eprintln!("usage: advisories DIR, a copy of the RustSec database");
        return ExitCode::from(2);
    };
    match advisories::found(Path::new(&database), &checkout::root().join("Cargo.lock")) {
        Ok(found) if found.is_empty() => {
            println!("no advisory is about a package in Cargo.lock");
            ExitCode::SUCCESS
        }
        Ok(found) => {
            println!("{} advisories:\n  {}", found.len(), found.join("\n  "));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{}: {error}", Path::new(&database).display());
            ExitCode::from(2)
        }
    }
}
