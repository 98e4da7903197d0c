//! `mamori notify`: tries the addresses of the people on duty.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::notifications::test_contacts::ContactTest;
use mamori_desk::{Desk, LocalCli};
use mamori_model::notification::Channel;

use crate::local_cli::{self, Database};
use crate::serve::ConfigArgs;

/// Try the addresses in `[notify]`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  mamori notify test     send a test to each webhook and each address of both contacts

Exit statuses: 0 each was accepted, 1 one was not, or no address is configured.";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Sends a test to each address of both contacts, and prints the answers
    Test,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    local_cli::run(&args.config, Database::MustExist, async |desk| match args.command {
        Command::Test => test(desk).await,
    })
}

/// Prints a line for each address; mail is named by its place in the list.
async fn test(desk: &Desk) -> anyhow::Result<ExitCode> {
    let tests = desk.test_contacts(&LocalCli::here()).await?;
    let mut out = io::stdout();
    for ContactTest { to, is_accepted, result } in &tests {
        let outcome = if *is_accepted { "accepted" } else { "FAILED" };
        let place = match to.channel {
            Channel::Webhook => String::new(),
            Channel::Mail => format!(" {}", to.place.saturating_add(1)),
        };
        let (contact, channel) = (to.contact.as_str(), to.channel.as_str());
        writeln!(out, "{contact} {channel}{place}: {outcome} ({result})")?;
    }
    if tests.is_empty() {
        writeln!(io::stderr(), "`notify.first` has no address")?;
    }
    let is_good = !tests.is_empty() && tests.iter().all(|test| test.is_accepted);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
