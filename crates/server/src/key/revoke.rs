//! `mamori key revoke`.

use std::process::ExitCode;

use mamori_desk::{Admin, Desk};
use mamori_model::KeyId;

/// Revokes an API key: every node refuses it within a second.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the key, as `mamori key list` shows it
    id: KeyId,
}

/// Revokes the key; refuses to revoke the last administrator key.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    desk.revoke_key(&Admin::local_cli(), args.id).await?;
    Ok(ExitCode::SUCCESS)
}
