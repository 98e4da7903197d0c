//! `mamori staff ticket` and `mamori staff enter`: links that let somebody in once.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use mamori_desk::add_staff::StaffAdmin;
use mamori_desk::list_staff::StaffReader;
use mamori_desk::{AtTheMachine, Desk};
use mamori_model::Sensitive;
use mamori_model::sign_in::TicketKind;
use mamori_model::staff::{Staff, StaffName};

/// For whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What they sign in with
    name: StaffName,
}

/// A welcome link for somebody who lost their way in.
pub async fn welcome(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    prefix(desk)?;
    let who = find(desk, &args.name).await?;
    let here = AtTheMachine::here();
    let ticket = desk.welcome_again(StaffAdmin::AtTheMachine(&here), who.id).await?;
    writeln!(io::stderr(), "{} comes in here, once, until tomorrow:", args.name)?;
    print(desk, &ticket)
}

/// A link that lets them in at once.
pub async fn enter(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    prefix(desk)?;
    let who = find(desk, &args.name).await?;
    let here = AtTheMachine::here();
    let ticket = desk.ticket_at_the_machine(&here, who.id, TicketKind::Enter).await?;
    writeln!(io::stderr(), "{} enters here, once, within five minutes:", args.name)?;
    print(desk, &ticket)
}

/// Somebody who did not leave.
pub async fn find(desk: &Desk, name: &StaffName) -> anyhow::Result<Staff> {
    let here = AtTheMachine::here();
    Ok(desk.staff_by_name(StaffReader::AtTheMachine(&here), name).await?)
}

/// What a link begins with.
pub fn prefix(desk: &Desk) -> anyhow::Result<String> {
    let origin = desk.settings().sign_in.origin.as_ref();
    let origin = origin.context("there is no console here: `console.enabled` is false")?;
    Ok(format!("{}console/welcome/", origin.as_str()))
}

/// Prints a link: stdout, and nothing else there.
pub fn print(desk: &Desk, ticket: &Sensitive<String>) -> anyhow::Result<ExitCode> {
    writeln!(io::stdout(), "{}{}", prefix(desk)?, ticket.reveal())?;
    Ok(ExitCode::SUCCESS)
}
