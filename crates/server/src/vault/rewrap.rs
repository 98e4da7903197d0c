//! `mamori vault rewrap`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{AtTheMachine, Desk};

use crate::serve::ConfigArgs;

/// Wraps what is kept by the first key, so that older ones can be removed
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Does it; fails if anything is left that no key opens.
pub async fn run(desk: &Desk) -> anyhow::Result<ExitCode> {
    let done = desk.rewrap_vault(&AtTheMachine::here()).await?;
    writeln!(
        io::stdout(),
        "{} items and {} people's codes are under the first key now.",
        done.items,
        done.codes
    )?;
    if done.closed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        io::stderr(),
        "{} are under keys that are not there, and stay closed until these are back.",
        done.closed
    )?;
    Ok(ExitCode::FAILURE)
}
