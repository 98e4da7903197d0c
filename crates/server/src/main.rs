//! The binary `mamori`.

mod approval;
mod audit;
mod bank;
mod check_config;
mod cli;
mod config;
mod demo;
mod key;
mod languages;
mod local_cli;
mod migrate;
mod notify;
mod process;
mod runtime;
mod serve;
mod staff;
mod table;
mod tools;
mod vault;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
