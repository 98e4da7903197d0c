//! `mamori decode`: a decoding process of the pool. It uses an internal protocol on its standard
//! input and output; users do not run it.

use std::process::ExitCode;

/// Decodes pictures for another `mamori`, inside a sandbox. Internal.
#[derive(clap::Args)]
pub struct Args {}

/// Decodes until the pool closes standard input. Must run before this process does anything else.
pub fn run(_: &Args) -> ExitCode {
    mamori_media::run_worker()
}
