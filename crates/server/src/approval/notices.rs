//! `mamori approval notices` and `mamori approval acknowledge`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{Admin, Desk, Overseer};
use mamori_model::NoticeId;
use mamori_model::page::PageSize;

use super::name_of;

/// Lists change notices: changes that narrowed what a bank does, which another actor must
/// acknowledge.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Acknowledges a change notice, which is then no longer listed.
#[derive(Debug, clap::Args)]
pub struct AcknowledgeArgs {
    /// Id of the notice, as `mamori approval notices` shows it
    id: NoticeId,
}

/// Lists the notices, the newest first.
pub async fn run(desk: &Desk, _: &Args) -> anyhow::Result<ExitCode> {
    let (admin, mut out) = (Admin::local_cli(), io::stdout().lock());
    let mut before = None;
    loop {
        let who = Overseer::Admin(&admin);
        let page = desk.change_notices(who, before, PageSize::DEFAULT).await?;
        for notice in &page.rows {
            writeln!(
                out,
                "{}  {}  {}  by {}  {}×, last {}",
                notice.id,
                notice.what.as_str().replace('_', " "),
                notice.bank,
                name_of(&notice.actor),
                notice.times,
                notice.last_at.strftime("%Y-%m-%d %H:%M UTC"),
            )?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Acknowledges the notice.
pub async fn acknowledge(desk: &Desk, args: &AcknowledgeArgs) -> anyhow::Result<ExitCode> {
    desk.acknowledge_notice(Overseer::Admin(&Admin::local_cli()), args.id).await?;
    Ok(ExitCode::SUCCESS)
}
