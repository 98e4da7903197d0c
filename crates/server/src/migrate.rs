//! `mamori migrate`: migrates the database to this version's schema, without serving.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_store::Store;

use crate::config::Config;
use crate::serve::ConfigArgs;
use crate::{process, runtime};

/// Migrates the database to this version's schema, and does nothing else.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
`mamori serve` does the same when it starts. A schema that is newer than this version is refused.")]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Migrates the schema and prints the versions before and after.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::load(args.config.config.as_deref())?;
    process::protect(&config)?;
    runtime::block_on(async {
        let migrated = Store::migrate_only(&config.store()).await?;
        let (from, to) = (migrated.from, migrated.to);
        let text = if from == to {
            format!("the schema is at version {to}, which is this version's")
        } else {
            format!("the schema went from version {from} to {to}")
        };
        writeln!(io::stdout(), "{text}")?;
        Ok(ExitCode::SUCCESS)
    })
}
