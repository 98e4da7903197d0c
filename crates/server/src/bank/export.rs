//! `mamori bank export`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use mamori_desk::{Admin, Desk, EntryFilter};
use mamori_model::page::PageSize;
use mamori_model::{BankName, Entry};
use serde::Serialize;

/// Writes the entries that match now to stdout, in the format that `mamori bank import` reads.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the bank
    name: BankName,
}

/// One entry, with the keys of an import.
#[derive(Serialize)]
struct Line<'a> {
    hash: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

/// Writes the entries, the oldest first, as NDJSON.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let bank = super::named(desk, &args.name).await?;
    let admin = Admin::local_cli();
    desk.begin_export(&admin, bank.id).await?;
    let size = PageSize::new(PageSize::MAX).unwrap_or(PageSize::DEFAULT);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut after = None;
    loop {
        let page = desk.entries(&admin, bank.id, &EntryFilter::default(), after, size).await?;
        for entry in &page.rows {
            writeln!(out, "{}", serde_json::to_string(&line(entry))?)?;
        }
        after = page.next;
        if after.is_none() {
            out.flush()?;
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn line(entry: &Entry) -> Line<'_> {
    Line {
        hash: entry.hash.to_string(),
        kind: entry.hash.kind().as_str(),
        source_id: entry.source_id.as_ref().map(mamori_model::Line::as_str),
        labels: entry.labels.as_slice(),
        expires_at: entry.expires_at.map(|end| end.to_string()),
    }
}
