//! `mamori bank delete`.

use std::process::ExitCode;

use anyhow::bail;
use mamori_desk::{Admin, Desk};
use mamori_model::BankName;

/// Deletes a bank with its entries; it stops matching at once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the bank
    name: BankName,
    /// Confirm; without this option nothing is deleted
    #[arg(long)]
    yes: bool,
}

/// Deletes the bank, if the operator confirmed it.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let bank = super::named(desk, &args.name).await?;
    if !args.yes {
        let entries = desk.count_entries(&super::proof(), bank.id).await?;
        bail!("{} has {entries} entries; confirm with --yes", args.name);
    }
    desk.delete_bank(&Admin::local_cli(), bank.id).await?;
    // A serving node removes the entries; if none is running, the next one will.
    Ok(ExitCode::SUCCESS)
}
