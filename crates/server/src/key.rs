//! `mamori key`: manages API keys directly on the database, whether or not nodes are serving.

pub mod create;
pub mod list;
pub mod revoke;

use std::process::ExitCode;

use crate::local_cli::{self, Database};
use crate::serve::ConfigArgs;

/// Creates, lists and revokes API keys.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

const EXAMPLES: &str = "\
Works directly on the database that the configuration names, also while nodes are running: each node
has a change within a second. If the last administrator's key is lost, create another one here. More
than 24 hours after the first key or bank was created, an administrator's key needs a second actor:
it is printed at once (exit status 3), and accepted once its request is approved. See `mamori help
approval`.

Examples:
  mamori key create admin --name 'Ada, on call'
  mamori key create service 'photo sharing'    a key of this service, which is created if it is new
  mamori key create service 'photo sharing' --scope checks,actions:answer --ends 2027-06-30
  mamori key create admin --scope entries:write --network 192.0.2.0/24 --name 'list importer'
  mamori key list
  mamori key revoke key_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(create::Args),
    List(list::Args),
    Revoke(revoke::Args),
}

impl Command {
    /// Only creating the first key may create the database.
    fn database(&self) -> Database {
        match self {
            Self::Create(_) => Database::CreateIfMissing,
            Self::List(_) | Self::Revoke(_) => Database::MustExist,
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let command = &args.command;
    local_cli::run(&args.config, command.database(), async |desk| match command {
        Command::Create(args) => create::run(desk, args).await,
        Command::List(args) => list::run(desk, args).await,
        Command::Revoke(args) => revoke::run(desk, args).await,
    })
}
