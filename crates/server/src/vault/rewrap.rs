//! `mamori vault rewrap`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{Desk, LocalCli};

use crate::serve::ConfigArgs;

/// Wraps all stored keys and TOTP secrets with the key on the top line of the file, so that the
/// keys below it can be removed
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Wraps them; fails if any are left that no key can open.
pub async fn run(desk: &Desk) -> anyhow::Result<ExitCode> {
    let done = desk.rewrap_vault(&LocalCli::here()).await?;
    writeln!(
        io::stdout(),
        "{} items and the codes of {} staff members are now wrapped by the key on the top line.",
        done.items,
        done.codes
    )?;
    if done.closed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        io::stderr(),
        "{} are wrapped by keys that are missing, and cannot be read without those.",
        done.closed
    )?;
    Ok(ExitCode::FAILURE)
}
