//! `mamori bank list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::Desk;
use mamori_model::Bank;
use mamori_model::page::PageSize;
use serde::Serialize;

/// Lists all banks.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON object on each line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    name: &'a str,
    purpose: &'static str,
    action: &'static str,
    is_enabled: bool,
    distance_max: u32,
    entries: u64,
    source: &'a str,
}

/// Lists the banks, the oldest first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut after = None;
    if !args.json {
        writeln!(
            out,
            "{:<24} {:<22} {:<6} {:>10}  SOURCE",
            "NAME", "PURPOSE", "ACTION", "ENTRIES"
        )?;
    }
    loop {
        let page = desk.banks(&super::proof(), after, PageSize::DEFAULT).await?;
        for bank in &page.rows {
            let entries = desk.count_entries(&super::proof(), bank.id).await?;
            write(&mut out, bank, entries, args.json)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn write(out: &mut impl Write, bank: &Bank, entries: u64, is_json: bool) -> anyhow::Result<()> {
    let row = Row {
        id: bank.id.to_string(),
        name: bank.name.as_str(),
        purpose: bank.purpose.as_str(),
        action: bank.action.as_str(),
        is_enabled: bank.is_enabled,
        distance_max: bank.distance_max.0,
        entries,
        source: bank.source.as_str(),
    };
    if is_json {
        writeln!(out, "{}", serde_json::to_string(&row)?)?;
        return Ok(());
    }
    let action = if row.is_enabled { row.action } else { "(off)" };
    writeln!(
        out,
        "{:<24} {:<22} {action:<6} {entries:>10}  {}",
        row.name, row.purpose, row.source
    )?;
    Ok(())
}
