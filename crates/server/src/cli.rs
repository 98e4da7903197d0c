//! The command line: the subcommands and their exit statuses.
//!
//! A subcommand is a file with `Args` and `run(&Args) -> anyhow::Result<ExitCode>`; here it is one
//! variant and one arm.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::serve::log;
use crate::{
    approval, audit, bank, check_config, config, demo, key, languages, migrate, notify, serve,
    staff, tools, vault,
};

/// Hash matching and review for known abuse material.
#[derive(Parser)]
#[command(name = "mamori", version, long_about = LONG_ABOUT)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

const LONG_ABOUT: &str = "\
Mamori compares what is uploaded to an online service with banks of known hashes.

  mamori demo                                           see it work, on pictures drawn by code
  mamori serve                                          serve, as ./mamori.toml configures
  mamori bank import hotline list.csv                   fill a bank, on the command line
  mamori staff add ada --role administrator             create a staff account

Three of its commands are tools on their own. They need no server, no configuration and no
network, and their JSON is stable:

  mamori hash --json *.jpg                              what are the hashes of these pictures?
  mamori match --json --bank bank.txt --queries q.txt   which hashes are near to a hash in the bank?
  mamori scan --json uploads/ --bank bank.txt           which pictures are near to a hash in it?

`mamori help <command>` explains each, with its exit statuses.";

/// The subcommands. Their help texts are at their arguments.
#[derive(Subcommand)]
pub enum Command {
    Hash(tools::hash::Args),
    Match(tools::matching::Args),
    Scan(tools::scan::Args),
    Serve(serve::Args),
    Demo(demo::Args),
    Bank(bank::Args),
    Key(key::Args),
    Approval(approval::Args),
    Staff(staff::Args),
    Vault(vault::Args),
    Audit(audit::Args),
    Languages(languages::Args),
    Notify(notify::Args),
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
            Self::Approval(args) => approval::run(args),
            Self::Staff(args) => staff::run(args),
            Self::Vault(args) => vault::run(args),
            Self::Audit(args) => audit::run(args),
            Self::Languages(args) => languages::run(args),
            Self::Notify(args) => notify::run(args),
            Self::CheckConfig(args) => check_config::run(args),
            Self::Migrate(args) => migrate::run(args),
            Self::Decode(args) => Ok(tools::decode::run(args)),
        }
    }
}

/// The exit status of a change that waits for a second actor.
pub const WAITS: u8 = 3;

/// Runs the command line and turns an error into a message and a status: 2 if the user gave
/// something unusable (as for an unknown option), [`WAITS`] if the change waits, otherwise 1. A closed standard output, as with
/// `| head`, is no error.
pub fn main() -> ExitCode {
    let _last_lines = log::FlushAtEnd;
    let error = match Cli::parse().command.run() {
        Ok(status) => return status,
        Err(error) => error,
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    if let Some(mamori_desk::Error::Waits(request)) = error.downcast_ref() {
        log::write_to_stderr(&format!("mamori: {}", approval::explain(request)));
        return ExitCode::from(WAITS);
    }
    // If even this message cannot be written, the exit status still reports it.
    log::write_to_stderr(&format!("mamori: {error:#}"));
    if error.is::<tools::UsageError>() || error.is::<config::Error>() {
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

    const README: &str = include_str!("../../../README.md");
    const GUIDE: &str = include_str!("../../../docs/operate.md");
    const UNIT: &str = include_str!("../../../docs/mamori.service");

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Returns the words of a line that calls `mamori`, as a shell or systemd would split them.
    fn called(line: &str) -> Option<Vec<String>> {
        let line = line.split(" #").next()?;
        let line = line.trim_start_matches("ExecStartPre=").trim_start_matches("ExecStart=");
        let line = line.trim_start_matches("sudo -u mamori ");
        let rest = line.strip_prefix("/usr/local/bin/mamori ").or(line.strip_prefix("mamori "))?;
        let mut words = vec!["mamori".to_owned()];
        for (nth, part) in rest.split('\'').enumerate() {
            if nth % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        Some(words)
    }

    #[test]
    fn every_command_in_a_document_is_valid() {
        let in_blocks =
            |text: &'static str| text.split("```").skip(1).step_by(2).flat_map(str::lines);
        let documents = in_blocks(README).chain(in_blocks(GUIDE)).chain(UNIT.lines());
        let commands: Vec<Vec<String>> = documents.filter_map(called).collect();

        assert!(commands.len() >= 8, "{commands:#?}");
        for words in commands {
            let parsed = Cli::try_parse_from(&words);
            assert!(parsed.is_ok(), "{words:?}: {}", parsed.err().unwrap());
        }
    }
}
