//! `mamori staff list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::{Desk, LocalCli};
use mamori_model::page::PageSize;
use mamori_model::staff::{Assignment, Staff, StaffRole};
use serde::Serialize;

use crate::table::{Align, lines, table};

/// Lists all staff accounts, including deactivated ones
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
    display_name: &'a str,
    roles: Vec<&'static str>,
    assignment: &'a Assignment,
    created_at: String,
    ended_at: Option<String>,
}

/// Lists the accounts, the oldest first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let here = LocalCli::here();
    let mut out = io::stdout().lock();
    let heads = ["ID", "STATE", "NAME", "ROLES", "LIMITED TO"];
    let mut table = table(&heads.map(|head| (head, Align::Left)));
    let mut after = None;
    loop {
        let reader = StaffReader::LocalCli(&here);
        let page = desk.staff_page(reader, after, PageSize::DEFAULT).await?;
        for staff in &page.rows {
            let row = row(staff);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                let state = if row.ended_at.is_some() { "deactivated" } else { "active" };
                let limited = limited_to(row.assignment);
                table.add_row([&row.id, state, row.name, &row.roles.join(", "), &limited]);
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
    drop(out);
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}

/// Warns if cases are decided here and there is no lead. On stderr, because a program may read
/// stdout.
pub async fn warn_of_no_lead(desk: &Desk) -> anyhow::Result<()> {
    if desk.lacks_lead(StaffReader::LocalCli(&LocalCli::here())).await? {
        writeln!(io::stderr(), "{NO_LEAD}")?;
    }
    Ok(())
}

const NO_LEAD: &str = "\
there is no lead: a suspension waits for one, and no case can be escalated. Give a staff member the
role (`mamori staff roles NAME --role lead`), or set `[staff] single_person = true` if one person does
everything";

/// Returns the services and policies, separated by commas; empty if there is no limit.
fn limited_to(assignment: &Assignment) -> String {
    let services = assignment.services.iter().flatten().map(ToString::to_string);
    let purposes = assignment.purposes.iter().flatten().map(|one| one.as_str().to_owned());
    services.chain(purposes).collect::<Vec<_>>().join(", ")
}

fn row(staff: &Staff) -> Row<'_> {
    Row {
        id: staff.id.to_string(),
        name: staff.name.as_str(),
        display_name: staff.display_name.as_str(),
        roles: staff.roles.iter().map(StaffRole::as_str).collect(),
        assignment: &staff.assignment,
        created_at: staff.created_at.to_string(),
        ended_at: staff.ended_at.map(|at| at.to_string()),
    }
}
