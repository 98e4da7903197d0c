//! Runs a command of the operator directly on the database, whether or not nodes are serving.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use mamori_desk::Desk;
use mamori_store::{Error, Store};

use crate::config::Config;
use crate::serve::ConfigArgs;
use crate::serve::node::{desk_for_local_cli, open_store};
use crate::{languages, process, runtime};

/// The state in which a command expects the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// It exists with this version's schema. For commands that only make sense with existing data.
    MustExist,
    /// It may be created, or migrated to this version's schema.
    CreateIfMissing,
}

/// Opens a desk, runs `command` with it, and closes it.
pub fn run(
    config: &ConfigArgs,
    database: Database,
    command: impl AsyncFnOnce(&Desk) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::load(config.config.as_deref())?;
    process::protect(&config)?;
    languages::add(&config)?;
    runtime::block_on(async {
        let store = match database {
            Database::MustExist => open_unchanged(&config).await?,
            Database::CreateIfMissing => open_store(&config).await?,
        };
        let desk = desk_for_local_cli(&config, store).await?;
        let done = command(&desk).await;
        desk.close().await;
        done
    })
}

async fn open_unchanged(config: &Config) -> anyhow::Result<Store> {
    if let Some(path) = config.database.url.reveal().strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        bail!(
            "there is no database {path}; `mamori serve` or `mamori migrate` creates one, and \
             `--config` or MAMORI_DATABASE_URL names another"
        );
    }
    let settings = config.store();
    match Store::open_unchanged(&settings).await {
        Err(older @ Error::OlderSchema { .. }) => {
            Err(older).context("`mamori migrate` migrates the database to this version's schema")
        }
        opened => opened.with_context(|| format!("{settings:?} cannot be opened")),
    }
}
