//! `mamori key revoke`.

use std::process::ExitCode;

use mamori_desk::{Admin, Desk};
use mamori_model::KeyId;

/// Revokes a key: it opens nothing any more.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its id, as `mamori key list` shows it
    id: KeyId,
}

/// Revokes it; the last administrator's key stays.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    desk.revoke_key(&Admin::at_the_machine(), args.id).await?;
    Ok(ExitCode::SUCCESS)
}
