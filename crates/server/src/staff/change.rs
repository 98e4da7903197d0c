//! `mamori staff roles` and `mamori staff end`.

use std::process::ExitCode;

use mamori_desk::add_staff::StaffAdmin;
use mamori_desk::{AtTheMachine, Desk};
use mamori_model::staff::{StaffName, StaffRole};

use super::add::role;
use super::link::find;
use super::list::warn_of_no_lead;

/// Gives somebody other roles; they sign in again
#[derive(Debug, clap::Args)]
pub struct RolesArgs {
    /// What they sign in with
    name: StaffName,
    /// What they may do from now on: `reviewer`, `lead`, `policy_editor`, `auditor`, `administrator`
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<StaffRole>,
}

/// Lets somebody in no more
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// What they sign in with
    name: StaffName,
}

/// Changes them; the last administrator stays one.
pub async fn roles(desk: &Desk, args: &RolesArgs) -> anyhow::Result<ExitCode> {
    let who = find(desk, &args.name).await?;
    let here = AtTheMachine::here();
    let roles = args.roles.iter().copied().collect();
    desk.change_roles(StaffAdmin::AtTheMachine(&here), who.id, roles).await?;
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends it; the last administrator stays.
pub async fn end(desk: &Desk, args: &EndArgs) -> anyhow::Result<ExitCode> {
    let who = find(desk, &args.name).await?;
    let here = AtTheMachine::here();
    desk.end_staff(StaffAdmin::AtTheMachine(&here), who.id).await?;
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}
