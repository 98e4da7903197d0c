//! `mamori bank`: manages banks directly on the database, whether or not nodes are serving.

pub mod create;
pub mod delete;
pub mod export;
pub mod import;
pub mod list;

use std::process::ExitCode;

use mamori_desk::{Admin, Desk, Error, Proof};
use mamori_model::{Bank, BankName};

use crate::local_cli::{self, Database};
use crate::serve::ConfigArgs;

/// Creates, lists, fills, exports and deletes banks.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

const EXAMPLES: &str = "\
Works on the database of the configuration, also while nodes serve: they follow within a second.
A change that needs a second actor waits (exit status 3): see `mamori help approval`.

Examples:
  mamori bank create rehearsal --purpose rehearsal --source 'drawn by code' \\
      --legal-basis 'none needed' --owner 'trust and safety'
  mamori bank import rehearsal hashes.txt
  mamori bank import rehearsal list.csv --format csv
  mamori bank export rehearsal > rehearsal.ndjson
  mamori bank list --json
  mamori bank delete rehearsal --yes";

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Create(create::Args),
    Import(import::Args),
    Export(export::Args),
    Delete(delete::Args),
}

impl Command {
    /// Only creating the first bank may create the database.
    fn database(&self) -> Database {
        match self {
            Self::Create(_) => Database::CreateIfMissing,
            Self::List(_) | Self::Import(_) | Self::Export(_) | Self::Delete(_) => {
                Database::MustExist
            }
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let command = &args.command;
    local_cli::run(&args.config, command.database(), async |desk| match command {
        Command::List(args) => list::run(desk, args).await,
        Command::Create(args) => create::run(desk, args).await,
        Command::Import(args) => import::run(desk, args).await,
        Command::Export(args) => export::run(desk, args).await,
        Command::Delete(args) => delete::run(desk, args).await,
    })
}

fn proof() -> Proof {
    Proof::Admin(Admin::local_cli())
}

/// Returns the bank of this name, or an error that names the command to list all banks.
async fn named(desk: &Desk, name: &BankName) -> anyhow::Result<Bank> {
    match desk.bank_named(&proof(), name).await {
        Err(Error::NotFound(_)) => {
            anyhow::bail!("there is no bank {name}; `mamori bank list` lists all banks")
        }
        found => Ok(found?),
    }
}
