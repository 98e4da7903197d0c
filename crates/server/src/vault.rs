//! `mamori vault`: manages the keys of the vault, in which items that a policy keeps are stored.

pub mod init;
mod rewrap;

use std::process::ExitCode;

use crate::local_cli::{self, Database};

/// Creates and rotates the keys of the vault.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Items that a policy keeps are in the folder `vault.folder`, each sealed under a key of its own.
Those keys are wrapped by the one that is created here. Keep a copy of the file where you keep
passwords, and never beside the database's backup: without it the stored items cannot be read, and
with both every reader of the backup can read them.

Examples:
  mamori vault init /etc/mamori-vault.key          then name the file in `vault.key_file`
  mamori vault init new.key --name 2027            a new key; put its line above the old one's
  mamori vault rewrap                              when all nodes have both; then remove the old one";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Init(init::Args),
    Rewrap(rewrap::Args),
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Init(args) => init::run(args),
        Command::Rewrap(args) => local_cli::run(&args.config, Database::MustExist, rewrap::run),
    }
}
