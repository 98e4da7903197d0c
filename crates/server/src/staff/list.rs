//! `mamori staff list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::list_staff::StaffReader;
use mamori_desk::{AtTheMachine, Desk};
use mamori_model::page::PageSize;
use mamori_model::staff::{Staff, StaffRole};
use serde::Serialize;

/// Shows everybody, who left too
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    name: &'a str,
    shown: &'a str,
    roles: Vec<&'static str>,
    created_at: String,
    ended_at: Option<String>,
}

/// Shows them; who came first comes first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let here = AtTheMachine::here();
    let mut out = io::stdout().lock();
    let mut after = None;
    loop {
        let reader = StaffReader::AtTheMachine(&here);
        let page = desk.staff_page(reader, after, PageSize::DEFAULT).await?;
        for staff in &page.rows {
            let row = row(staff);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                let state = if row.ended_at.is_some() { "left" } else { "here" };
                writeln!(out, "{}  {state}  {:<16}  {}", row.id, row.name, row.roles.join(", "))?;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    drop(out);
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}

/// Says it where cases are decided and nobody is a lead: to stderr, as the rest can be read by a
/// program.
pub async fn warn_of_no_lead(desk: &Desk) -> anyhow::Result<()> {
    if desk.lacks_lead(StaffReader::AtTheMachine(&AtTheMachine::here())).await? {
        writeln!(io::stderr(), "{NO_LEAD}")?;
    }
    Ok(())
}

const NO_LEAD: &str = "\
nobody is a lead: a suspension waits for one, and nothing can be escalated. Make somebody a lead
(`mamori staff roles NAME --role lead`), or say in the configuration that somebody works alone
(`[staff] alone = true`)";

fn row(staff: &Staff) -> Row<'_> {
    Row {
        id: staff.id.to_string(),
        name: staff.name.as_str(),
        shown: staff.shown.as_str(),
        roles: staff.roles.iter().map(StaffRole::as_str).collect(),
        created_at: staff.created_at.to_string(),
        ended_at: staff.ended_at.map(|at| at.to_string()),
    }
}
