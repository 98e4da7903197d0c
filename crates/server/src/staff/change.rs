//! `mamori staff roles`, `mamori staff assign` and `mamori staff deactivate`.

use std::process::ExitCode;

use mamori_desk::staff::add_staff::StaffAdmin;
use mamori_desk::{Desk, LocalCli};
use mamori_model::staff::{StaffName, StaffRole};

use super::add::{AssignmentArgs, role};
use super::link::find;
use super::list::warn_of_no_lead;

/// Changes the roles of a staff member, who must sign in again
#[derive(Debug, clap::Args)]
pub struct RolesArgs {
    /// Sign-in name of the staff member
    name: StaffName,
    /// New role, may be repeated: `reviewer`, `lead`, `policy_editor`, `auditor`, `administrator`
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<StaffRole>,
}

/// Replaces the services and policies that a staff member may see and work on; they must sign in again
///
/// Without `--service` and `--policy`, the staff member is not limited.
#[derive(Debug, clap::Args)]
pub struct AssignArgs {
    /// Sign-in name of the staff member
    name: StaffName,
    #[command(flatten)]
    assignment: AssignmentArgs,
}

/// Deactivates a staff account
#[derive(Debug, clap::Args)]
pub struct DeactivateArgs {
    /// Sign-in name of the staff member
    name: StaffName,
}

/// Changes the roles; refuses to leave no administrator.
pub async fn roles(desk: &Desk, args: &RolesArgs) -> anyhow::Result<ExitCode> {
    let who = find(desk, &args.name).await?;
    let here = LocalCli::here();
    let roles = args.roles.iter().copied().collect();
    desk.change_roles(StaffAdmin::LocalCli(&here), who.id, roles).await?;
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}

/// Replaces the assignment; refuses to limit an auditor or an administrator.
pub async fn assign(desk: &Desk, args: &AssignArgs) -> anyhow::Result<ExitCode> {
    let who = find(desk, &args.name).await?;
    let here = LocalCli::here();
    let assignment = args.assignment.assignment();
    desk.change_assignment(StaffAdmin::LocalCli(&here), who.id, assignment).await?;
    Ok(ExitCode::SUCCESS)
}

/// Deactivates the account; refuses to leave no administrator.
pub async fn deactivate(desk: &Desk, args: &DeactivateArgs) -> anyhow::Result<ExitCode> {
    let who = find(desk, &args.name).await?;
    let here = LocalCli::here();
    desk.end_staff(StaffAdmin::LocalCli(&here), who.id).await?;
    warn_of_no_lead(desk).await?;
    Ok(ExitCode::SUCCESS)
}
