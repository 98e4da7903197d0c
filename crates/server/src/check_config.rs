//! `mamori check-config`: checks a configuration, warns of its risks and shows its effective values.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::Config;
use crate::process;
use crate::serve::ConfigArgs;

/// Checks the configuration and reports what is wrong with it, without starting anything.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A configuration that can be used may still endanger the installation: each such risk is a line
`warning: NAME: …` on stderr, which says what to do. docs/operate.md has the list.

Exit statuses: 0 the configuration is valid, 1 it is valid but has risks (with --strict), 2 it is
invalid; stderr then names the line, the key and what is expected.")]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print the effective value of every key, without secrets
    #[arg(long)]
    show: bool,
    /// End with status 1 if there are warnings
    #[arg(long)]
    strict: bool,
}

/// Loads the configuration, which checks it, and prints the warnings about it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (config, source) = Config::load(args.config.config.as_deref())?;
    process::protect(&config)?;
    let warnings = config.warnings(&source, process::files_max());
    let mut out = io::stdout().lock();
    if args.show {
        writeln!(out, "{config:#?}")?;
    }
    writeln!(out, "{source} can be used")?;
    for warning in &warnings {
        writeln!(io::stderr(), "warning: {}: {}", warning.risk.as_str(), warning.advice)?;
    }
    let fails = args.strict && !warnings.is_empty();
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
