//! `mamori decode`: a decoding process of the pool. It speaks a private language on its standard
//! input and output; no person runs it.

use std::process::ExitCode;

/// Decodes pictures for another `mamori`, inside a cage. Internal.
#[derive(clap::Args)]
pub struct Args {}

/// Decodes until the other side closes. Nothing may have happened in this process before.
pub fn run(_: &Args) -> ExitCode {
    mamori_media::run_worker()
}
