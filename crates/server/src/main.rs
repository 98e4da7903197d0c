//! The binary `mamori`.

mod cli;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
