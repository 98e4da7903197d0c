//! `mamori staff`: manages staff accounts directly on the database, whether or not nodes are
//! serving.

mod add;
mod change;
pub mod link;
mod list;

use std::process::ExitCode;

use crate::at_the_machine::{self, Database};
use crate::serve::ConfigArgs;

/// Creates, lists and deactivates staff accounts, and prints their one-time links.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

const EXAMPLES: &str = "\
It works on the database of the configuration, also while nodes serve. The first administrator is
made here; they let everybody else in, in the console.

Examples:
  mamori staff add ada --role administrator    prints a link that lets Ada set up a way in, once
  mamori staff add rei --role reviewer --role policy_editor --shown 'Rei Tanaka' --language ja
  mamori staff list
  mamori staff ticket ada                      another such link; the ways in before it are gone then
  mamori staff enter ada                       a link that lets Ada in once, within five minutes
  mamori staff roles rei --role lead
  mamori staff end rei                         they open nothing any more, from now on";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    /// Prints a new enrolment link for a staff member who lost their sign-in methods
    Ticket(link::Args),
    /// Prints a link that signs a staff member in once; valid for `staff.enter_min` (default 5)
    /// minutes
    Enter(link::Args),
    Roles(change::RolesArgs),
    End(change::EndArgs),
}

impl Command {
    /// Only creating the first account may create the database.
    fn database(&self) -> Database {
        match self {
            Self::Add(_) => Database::MayBeNew,
            Self::List(_) | Self::Ticket(_) | Self::Enter(_) | Self::Roles(_) | Self::End(_) => {
                Database::IsThere
            }
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let command = &args.command;
    at_the_machine::run(&args.config, command.database(), async |desk| match command {
        Command::Add(args) => add::run(desk, args).await,
        Command::List(args) => list::run(desk, args).await,
        Command::Ticket(args) => link::welcome(desk, args).await,
        Command::Enter(args) => link::enter(desk, args).await,
        Command::Roles(args) => change::roles(desk, args).await,
        Command::End(args) => change::end(desk, args).await,
    })
}
