//! `mamori check-config`: checks a configuration and shows its effective values.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::Config;
use crate::serve::ConfigArgs;

/// Checks the configuration and reports what is wrong with it, without starting anything.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit statuses: 0 it can be used, 2 it cannot; stderr names the line, the key and what is expected.")]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print the effective value of every key, without secrets
    #[arg(long)]
    show: bool,
}

/// Loads the configuration, which checks it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (config, source) = Config::load(args.config.config.as_deref())?;
    let mut out = io::stdout().lock();
    if args.show {
        writeln!(out, "{config:#?}")?;
    }
    writeln!(out, "{source} can be used")?;
    Ok(ExitCode::SUCCESS)
}
