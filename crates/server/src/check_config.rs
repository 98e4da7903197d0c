//! `mamori check-config`: is this a configuration, and what does it come to?

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::Config;
use crate::serve::ConfigArgs;

/// Reads the configuration, says what is wrong with it, and begins nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit statuses: 0 it can be used, 2 it cannot; stderr names the line, the key and what is expected.")]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print what every key comes to, without secrets
    #[arg(long)]
    show: bool,
}

/// Reads it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (config, source) = Config::load(args.config.config.as_deref())?;
    let mut out = io::stdout().lock();
    if args.show {
        writeln!(out, "{config:#?}")?;
    }
    writeln!(out, "{source} can be used")?;
    Ok(ExitCode::SUCCESS)
}
