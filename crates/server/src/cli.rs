//! The command line: which subcommands there are, and how each of them ends.
//!
//! A subcommand is a file with `Args` and `run(&Args) -> anyhow::Result<ExitCode>`; here it is one
//! variant and one arm.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{bank, check_config, config, demo, key, migrate, serve, tools};

/// Finds known abuse in what a service is about to publish, and keeps nothing of the rest.
#[derive(Parser)]
#[command(name = "mamori", version, long_about = LONG_ABOUT)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const LONG_ABOUT: &str = "\
Mamori compares what is uploaded to an online service with banks of known hashes.

  mamori demo                                           see it work, on pictures drawn by code
  mamori serve                                          run it; ./mamori.toml says how
  mamori bank import hotline list.csv                   fill a bank, at the machine

Three of its commands are tools on their own. They need no server, no configuration and no
network, and their JSON is stable:

  mamori hash --json *.jpg                              what are the hashes of these pictures?
  mamori match --json --bank bank.txt --queries q.txt   which of these hashes are near to a bank's?
  mamori scan --json uploads/ --bank bank.txt           which pictures in this folder are?

`mamori help <command>` explains each, with its exit statuses.";

/// The subcommands. Their texts stand with their arguments.
#[derive(Subcommand)]
pub enum Command {
    Hash(tools::hash::Args),
    Match(tools::matching::Args),
    Scan(tools::scan::Args),
    Serve(serve::Args),
    Demo(demo::Args),
    Bank(bank::Args),
    Key(key::Args),
    CheckConfig(check_config::Args),
    Migrate(migrate::Args),
    #[command(hide = true)]
    Decode(tools::decode::Args),
}

impl Command {
    fn run(&self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Hash(args) => tools::hash::run(args),
            Self::Match(args) => tools::matching::run(args),
            Self::Scan(args) => tools::scan::run(args),
            Self::Serve(args) => serve::run(args),
            Self::Demo(args) => demo::run(args),
            Self::Bank(args) => bank::run(args),
            Self::Key(args) => key::run(args),
            Self::CheckConfig(args) => check_config::run(args),
            Self::Migrate(args) => migrate::run(args),
            Self::Decode(args) => Ok(tools::decode::run(args)),
        }
    }
}

/// Reads the command line, does what it says, and turns an error into a sentence and a status:
/// 2 where the user gave something that cannot be used (as for a wrong option), else 1. Nobody
/// reading any more, as after `| head`, is no error.
pub fn main() -> ExitCode {
    let error = match Cli::parse().command.run() {
        Ok(status) => return status,
        Err(error) => error,
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    // If even this cannot be written, the status still says it.
    let _ = writeln!(io::stderr(), "mamori: {error:#}");
    if error.is::<tools::Misuse>() || error.is::<config::Error>() {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
