//! `mamori bank delete`.

use std::process::ExitCode;

use anyhow::bail;
use mamori_desk::{Admin, Desk};
use mamori_model::BankName;

/// Deletes a bank: it stops matching at once, and its entries go.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    name: BankName,
    /// Do it; without this nothing happens
    #[arg(long)]
    yes: bool,
}

/// Deletes it, if the user means it.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let bank = super::named(desk, &args.name).await?;
    if !args.yes {
        let entries = desk.count_entries(&super::proof(), bank.id).await?;
        bail!("{} has {entries} entries; say --yes to delete it", args.name);
    }
    desk.delete_bank(&Admin::at_the_machine(), bank.id).await?;
    // A node that serves removes the entries; if none does now, the next one will.
    Ok(ExitCode::SUCCESS)
}
