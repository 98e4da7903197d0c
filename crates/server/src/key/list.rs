//! `mamori key list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{Admin, Desk};
use mamori_model::key::{Key, Role};
use mamori_model::page::PageSize;
use serde::Serialize;

/// Lists all API keys, including revoked ones, without their texts.
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
    created_at: String,
    waits: bool,
    revoked_at: Option<String>,
}

/// Lists the keys, the oldest first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut after = None;
    loop {
        let page = desk.keys(&Admin::local_cli(), None, after, PageSize::DEFAULT).await?;
        for key in &page.rows {
            let row = row(key);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                let state = match (row.revoked_at.is_some(), row.waits) {
                    (true, _) => "revoked",
                    (false, true) => "waits",
                    (false, false) => "live",
                };
                let whose = row.service.as_deref().unwrap_or("administrator");
                writeln!(out, "{}  {state:<7}  {whose:<36}  {}", row.id, row.name)?;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
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
        created_at: key.created_at.to_string(),
        waits: key.waits,
        revoked_at: key.revoked_at.map(|at| at.to_string()),
    }
}
