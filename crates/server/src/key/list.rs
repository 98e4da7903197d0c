//! `mamori key list`.

use std::io::{self, Write};
use std::process::ExitCode;

use jiff::Timestamp;
use mamori_desk::{Admin, Desk};
use mamori_model::key::{Key, Role, Scope};
use mamori_model::page::PageSize;
use serde::Serialize;

use crate::table::{Align, lines, table};

/// Lists all API keys, including revoked ones, without the text of the key.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON object on each line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    role: &'static str,
    service: Option<String>,
    name: &'a str,
    scopes: Vec<&'static str>,
    ends_at: Option<String>,
    networks: Vec<String>,
    created_by: String,
    created_at: String,
    waits: bool,
    last_used_on: Option<String>,
    revoked_at: Option<String>,
}

/// Lists the keys, the oldest first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut table = table(&[
        ("KEY", Align::Left),
        ("STATE", Align::Left),
        ("OF", Align::Left),
        ("ENDS", Align::Left),
        ("LAST USED", Align::Left),
        ("NAME", Align::Left),
        ("SCOPES", Align::Left),
        ("NETWORKS", Align::Left),
    ]);
    let mut after = None;
    loop {
        let page = desk.keys(&Admin::local_cli(), None, after, PageSize::DEFAULT).await?;
        for key in &page.rows {
            let row = row(key);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                let state = state(key, desk.clock().now());
                let (scopes, networks) = (row.scopes.join(","), row.networks.join(","));
                table.add_row([
                    row.id.as_str(),
                    state,
                    row.service.as_deref().unwrap_or("administrator"),
                    row.ends_at.as_deref().unwrap_or("never"),
                    row.last_used_on.as_deref().unwrap_or("never"),
                    row.name,
                    &scopes,
                    if networks.is_empty() { "any" } else { &networks },
                ]);
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

fn state(key: &Key, now: Timestamp) -> &'static str {
    if key.revoked_at.is_some() {
        "revoked"
    } else if key.waits {
        "waits"
    } else if key.has_ended(now) {
        "ended"
    } else {
        "live"
    }
}

fn row(key: &Key) -> Row<'_> {
    let (role, service) = match key.role {
        Role::Admin => ("admin", None),
        Role::Service(service) => ("service", Some(service.to_string())),
    };
    Row {
        id: key.id.to_string(),
        role,
        service,
        name: key.name.as_str(),
        scopes: key.scopes.iter().map(Scope::as_str).collect(),
        ends_at: key.ends_at.map(|at| at.to_string()),
        networks: key.networks.iter().map(ToString::to_string).collect(),
        created_by: key.created_by.id().unwrap_or_else(|| key.created_by.kind().to_owned()),
        created_at: key.created_at.to_string(),
        waits: key.waits,
        last_used_on: key.last_used_on.map(|day| day.to_string()),
        revoked_at: key.revoked_at.map(|at| at.to_string()),
    }
}
