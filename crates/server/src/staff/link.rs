//! `mamori staff enroll` and `mamori staff sign-in-link`: one-time links for staff.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::staff::list_staff::StaffReader;
use mamori_desk::{Desk, LocalCli};
use mamori_model::Sensitive;
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{Staff, StaffName};

/// The staff member that the link is for.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sign-in name of the staff member
    name: StaffName,
}

/// Prints an enrolment link for a staff member who lost their sign-in methods.
pub async fn enroll(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    prefix(desk)?;
    let who = find(desk, &args.name).await?;
    let here = LocalCli::here();
    let link = desk.enroll_again(StaffAdmin::LocalCli(&here), who.id).await?;
    writeln!(io::stderr(), "{} enrols with this link, once, until tomorrow:", args.name)?;
    print(desk, &link)
}

/// Prints a link that signs the staff member in at once.
pub async fn sign_in(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    prefix(desk)?;
    let who = find(desk, &args.name).await?;
    let here = LocalCli::here();
    let link = desk.local_sign_in_link(&here, who.id, SignInLinkKind::SignIn).await?;
    let minutes = desk.settings().sign_in.sign_in_link_max.as_mins();
    let name = &args.name;
    writeln!(io::stderr(), "{name} signs in with this link, once, within {minutes} minutes:")?;
    print(desk, &link)
}

/// Returns the active staff member with this name.
pub async fn find(desk: &Desk, name: &StaffName) -> anyhow::Result<Staff> {
    let here = LocalCli::here();
    Ok(desk.staff_by_name(StaffReader::LocalCli(&here), name).await?)
}

/// Returns the part of a link before its token.
pub fn prefix(desk: &Desk) -> anyhow::Result<String> {
    let origin = desk.settings().sign_in.origin.as_ref();
    let origin = origin.context("there is no console here: `console.enabled` is false")?;
    Ok(format!("{}console/enroll/", origin.as_str()))
}

/// Prints a link to stdout, and nothing else there.
pub fn print(desk: &Desk, link: &Sensitive<String>) -> anyhow::Result<ExitCode> {
    writeln!(io::stdout(), "{}{}", prefix(desk)?, link.reveal())?;
    Ok(ExitCode::SUCCESS)
}
