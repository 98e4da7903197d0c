//! `mamori approval list`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::approvals::list_requests::WhichRequests;
use mamori_desk::{Admin, Desk, Overseer};
use mamori_model::ApprovalRequest;
use mamori_model::page::PageSize;
use serde::Serialize;

use super::name_of;

/// Lists changes that wait for a second actor.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also list resolved requests: approved, refused, cancelled, lapsed, or made alone
    #[arg(long)]
    all: bool,
    /// Print one JSON object on each line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    state: &'static str,
    verb: &'static str,
    target: &'a str,
    reasons: Vec<&'static str>,
    requested_by: String,
    requested_at: String,
    agree_until: String,
    alone_from: String,
    resolved_by: Option<String>,
    resolved_at: Option<String>,
}

/// Lists the requests, the newest first.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let (admin, mut out) = (Admin::local_cli(), io::stdout().lock());
    let which = if args.all { WhichRequests::All } else { WhichRequests::Waiting };
    let mut before = None;
    loop {
        let who = Overseer::Admin(&admin);
        let page = desk.approval_requests(who, which, before, PageSize::DEFAULT).await?;
        for request in &page.rows {
            let row = row(request);
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            } else {
                writeln!(
                    out,
                    "{}  {:<10}  {}  {}  by {}  until {}",
                    row.id,
                    row.state.replace('_', " "),
                    row.verb.replace('_', " "),
                    row.target,
                    row.requested_by,
                    request.agree_until.strftime("%Y-%m-%d %H:%M UTC"),
                )?;
            }
        }
        before = page.next;
        if before.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn row(request: &ApprovalRequest) -> Row<'_> {
    Row {
        id: request.id.to_string(),
        state: request.state.as_str(),
        verb: request.verb.as_str(),
        target: request.target.as_str(),
        reasons: request.reasons.iter().map(|reason| reason.as_str()).collect(),
        requested_by: name_of(&request.requested_by),
        requested_at: request.requested_at.to_string(),
        agree_until: request.agree_until.to_string(),
        alone_from: request.alone_from.to_string(),
        resolved_by: request.state.by().map(name_of),
        resolved_at: request.resolved_at.map(|at| at.to_string()),
    }
}
