//! `mamori bank list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::Desk;
use mamori_model::Bank;
use mamori_model::page::PageSize;
use serde::Serialize;

use crate::table::{Align, lines, table};

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
    let mut table = table(&[
        ("NAME", Align::Left),
        ("PURPOSE", Align::Left),
        ("ACTION", Align::Left),
        ("ENTRIES", Align::Right),
        ("SOURCE", Align::Left),
    ]);
    let mut after = None;
    loop {
        let page = desk.banks(&super::proof(), after, PageSize::DEFAULT).await?;
        for bank in &page.rows {
            let entries = desk.count_entries(&super::proof(), bank.id).await?;
            let row = row(bank, entries);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                let action = if row.is_enabled { row.action } else { "(off)" };
                let entries = entries.to_string();
                table.add_row([row.name, row.purpose, action, &entries, row.source]);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if !args.json {
        for line in lines(&table) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(bank: &Bank, entries: u64) -> Row<'_> {
    Row {
        id: bank.id.to_string(),
        name: bank.name.as_str(),
        purpose: bank.purpose.as_str(),
        action: bank.action.as_str(),
        is_enabled: bank.is_enabled,
        distance_max: bank.distance_max.0,
        entries,
        source: bank.source.as_str(),
    }
}
