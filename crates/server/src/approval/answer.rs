//! `mamori approval approve`, `refuse`, `cancel` and `apply`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{Admin, Approver, Desk, Overseer};
use mamori_model::{ApprovalId, ApprovalRequest, FreeText};

/// Approves a change that was requested with an API key, which then takes effect.
#[derive(Debug, clap::Args)]
pub struct ApproveArgs {
    /// Id of the request, as `mamori approval list` shows it
    id: ApprovalId,
}

/// Refuses a change that was requested with an API key: it is not made.
#[derive(Debug, clap::Args)]
pub struct RefuseArgs {
    /// Id of the request, as `mamori approval list` shows it
    id: ApprovalId,
    /// The reason, which the requester can read
    #[arg(long, value_name = "TEXT")]
    reason: FreeText,
}

/// Cancels a request that waits, of the command line or of a key: its change is not made.
#[derive(Debug, clap::Args)]
pub struct CancelArgs {
    /// Id of the request, as `mamori approval list` shows it
    id: ApprovalId,
}

/// Makes a change that was requested on the command line without a second actor, after the delay.
#[derive(Debug, clap::Args)]
pub struct ApplyArgs {
    /// Id of the request, as `mamori approval list` shows it
    id: ApprovalId,
}

/// Approves the request.
pub async fn approve(desk: &Desk, args: &ApproveArgs) -> anyhow::Result<ExitCode> {
    let admin = Admin::local_cli();
    report(&desk.approve_request(Approver::Admin(&admin), args.id).await?)
}

/// Refuses the request.
pub async fn refuse(desk: &Desk, args: &RefuseArgs) -> anyhow::Result<ExitCode> {
    let admin = Admin::local_cli();
    report(&desk.refuse_request(Overseer::Admin(&admin), args.id, &args.reason).await?)
}

/// Cancels the request.
pub async fn cancel(desk: &Desk, args: &CancelArgs) -> anyhow::Result<ExitCode> {
    let admin = Admin::local_cli();
    report(&desk.cancel_request(&admin, args.id).await?)
}

/// Makes the change without a second actor.
pub async fn apply(desk: &Desk, args: &ApplyArgs) -> anyhow::Result<ExitCode> {
    report(&desk.apply_request_alone(&Admin::local_cli(), args.id).await?)
}

/// Prints what became of the request.
fn report(request: &ApprovalRequest) -> anyhow::Result<ExitCode> {
    let (id, target) = (request.id, request.target.as_str());
    writeln!(
        io::stdout(),
        "{id}  {}  {}  {target}",
        request.state.as_str().replace('_', " "),
        request.verb.as_str().replace('_', " ")
    )?;
    Ok(ExitCode::SUCCESS)
}
