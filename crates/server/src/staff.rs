//! `mamori staff`: manages staff accounts directly on the database, whether or not nodes are
//! serving.

mod add;
mod change;
pub mod link;
mod list;

use std::process::ExitCode;

use crate::local_cli::{self, Database};
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
Works on the database of the configuration, also while nodes serve. Create the first administrator
here, who adds all other staff members in the console.

Examples:
  mamori staff add ada --role administrator    prints an enrolment link, which works once
  mamori staff add rei --role reviewer --role policy_editor --display-name 'Rei Tanaka' --language ja
  mamori staff list
  mamori staff enroll ada                      a new link; using it deletes earlier sign-in methods
  mamori staff sign-in-link ada                signs Ada in, once, within `staff.sign_in_link_min`
                                               minutes, 5 by default
  mamori staff roles rei --role lead
  mamori staff assign rei --service svc_0189… --policy rehearsal
                                               Rei sees and decides only these cases
  mamori staff deactivate rei                  takes effect at Rei's next request";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    /// Prints a new enrolment link for a staff member who lost their sign-in methods
    Enroll(link::Args),
    /// Prints a link that signs a staff member in once; valid for `staff.sign_in_link_min` (default 5)
    /// minutes
    SignInLink(link::Args),
    Roles(change::RolesArgs),
    Assign(change::AssignArgs),
    Deactivate(change::DeactivateArgs),
}

impl Command {
    /// Only creating the first account may create the database.
    fn database(&self) -> Database {
        match self {
            Self::Add(_) => Database::CreateIfMissing,
            Self::List(_)
            | Self::Enroll(_)
            | Self::SignInLink(_)
            | Self::Roles(_)
            | Self::Assign(_)
            | Self::Deactivate(_) => Database::MustExist,
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let command = &args.command;
    local_cli::run(&args.config, command.database(), async |desk| match command {
        Command::Add(args) => add::run(desk, args).await,
        Command::List(args) => list::run(desk, args).await,
        Command::Enroll(args) => link::enroll(desk, args).await,
        Command::SignInLink(args) => link::sign_in(desk, args).await,
        Command::Roles(args) => change::roles(desk, args).await,
        Command::Assign(args) => change::assign(desk, args).await,
        Command::Deactivate(args) => change::deactivate(desk, args).await,
    })
}
