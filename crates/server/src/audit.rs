//! `mamori audit`: verifies and exports the audit record, directly on the database.

pub mod export;
pub mod file;
pub mod verify;

use std::process::ExitCode;

use crate::local_cli::{self, Database};
use crate::serve::ConfigArgs;

/// Verifies and exports the audit record: who changed what.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

const EXAMPLES: &str = "\
Each event of the record has a number and the SHA-256 digest of the event before it. `verify` finds
events that were removed or changed in the database. An attacker who can write to the database can
compute all digests anew. To detect this, compare with a copy that the attacker cannot change: give
`verify --log` a copy of the log, or compare a new export with an earlier one.

Examples:
  mamori audit verify
  mamori audit verify --log collected.jsonl
  mamori audit export > audit.ndjson
  mamori audit verify --file audit.ndjson";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(verify::Args),
    Export(export::Args),
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Command::Verify(verify::Args { file: Some(path), log: None }) = &args.command {
        return file::verify(path);
    }
    local_cli::run(&args.config, Database::MustExist, async |desk| match &args.command {
        Command::Verify(args) => verify::run(desk, args).await,
        Command::Export(args) => export::run(desk, args).await,
    })
}
