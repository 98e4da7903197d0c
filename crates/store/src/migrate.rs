//! The schema and its versions. Migrations only go forward: expand first, contract a release later.

use sqlx::Executor;

use crate::call::Link;
use crate::error::Error;
use crate::group_commit::Sharing;
use crate::open::{Pools, Settings, Store};
use crate::query::{Query, queries};

queries! {
    PING = "-- ping
        SELECT CAST(1 AS BIGINT)";
    HAS_VERSIONS = "-- has_versions
        SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'",
        postgres: "-- has_versions
        SELECT count(*) FROM pg_tables
         WHERE schemaname = current_schema() AND tablename = 'schema_version'";
}

// These cannot be prepared before the table exists, so they are not in `QUERIES`.
const VERSION: Query = same(
    "-- version
     SELECT COALESCE(max(version), 0) FROM schema_version",
);
const ADD_VERSION: Query = same(
    "-- add_version
     INSERT INTO schema_version (version, changed_by) VALUES ($1, 'migration')",
);
const CREATE_VERSIONS: &str = "-- create_versions
     CREATE TABLE IF NOT EXISTS schema_version (
        version    BIGINT NOT NULL PRIMARY KEY, -- of the schema; each file of migrations adds one
        changed_by TEXT   NOT NULL              -- name of the transaction
     )";

/// An arbitrary number of an advisory lock that keeps two nodes from migrating at the same time.
const LOCK: &str = "-- lock
     SELECT pg_advisory_xact_lock(7308613679165170529)";

const fn same(text: &'static str) -> Query {
    Query { name: "", sqlite: text, postgres: text }
}

struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

/// All migrations; the first makes version 1. A file that was released never changes.
const MIGRATIONS: &[Migration] = &[Migration {
    sqlite: include_str!("../migrations/sqlite/0001_initial.sql"),
    postgres: include_str!("../migrations/postgres/0001_initial.sql"),
}];

/// The result of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The schema's version before; 0 for an empty database.
    pub from: i64,
    /// The schema's version now.
    pub to: i64,
}

/// Returns the newest schema version that this binary knows.
pub fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

impl Store {
    /// Connects and migrates the schema to this binary's version; [`Error::NewerSchema`] if it is
    /// newer.
    pub async fn open(settings: &Settings) -> Result<Self, Error> {
        let store = Self::connect(settings).await?;
        migrate(&store).await?;
        Ok(store)
    }

    /// Connects without changing anything; refuses any schema version but this binary's.
    pub async fn open_unchanged(settings: &Settings) -> Result<Self, Error> {
        let store = Self::connect(settings).await?;
        check(&store).await?;
        Ok(store)
    }

    /// Migrates the schema to this binary's version and disconnects. [`Error::NewerSchema`] if it
    /// is newer.
    pub async fn migrate_only(settings: &Settings) -> Result<Migrated, Error> {
        let store = Self::connect(settings).await?;
        let migrated = migrate(&store).await;
        store.close().await;
        migrated
    }

    /// Checks that the database answers, within the time that a caller waits for a connection.
    pub async fn ping(&self) -> Result<(), Error> {
        self.rows::<(i64,)>(PING.call()).await?;
        Ok(())
    }

    /// Returns the schema's version in the database; 0 for an empty one.
    pub async fn schema_version(&self) -> Result<i64, Error> {
        let has_versions: Option<(i64,)> = self.row(HAS_VERSIONS.call()).await?;
        if has_versions.is_none_or(|(count,)| count == 0) {
            return Ok(0);
        }
        let version: Option<(i64,)> = self.row(VERSION.call()).await?;
        Ok(version.map_or(0, |(version,)| version))
    }
}

/// Refuses any schema version but this binary's.
pub async fn check(store: &Store) -> Result<(), Error> {
    let (found, known) = (store.schema_version().await?, known());
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    if found < known { Err(Error::OlderSchema { found, known }) } else { Ok(()) }
}

/// Migrates the schema to this binary's version, in one transaction: completely or not at all.
pub async fn migrate(store: &Store) -> Result<Migrated, Error> {
    // The usual case takes no lock, so that a node can start while another one writes.
    let found = store.schema_version().await?;
    if found == known() {
        return Ok(Migrated { from: found, to: found });
    }
    let from = match store.pools() {
        Pools::Sqlite { writer, .. } => {
            let mut tx = writer.begin(Sharing::Alone).await?;
            let connection = tx.connection()?;
            connection.execute(CREATE_VERSIONS).await?;
            let from = apply(&mut Link::Sqlite(connection)).await?;
            tx.commit().await?;
            from
        }
        Pools::Postgres(pool, statements) => {
            let mut tx = pool.begin().await?;
            tx.execute(LOCK).await?;
            tx.execute(CREATE_VERSIONS).await?;
            let from = apply(&mut Link::Postgres(&mut tx, *statements)).await?;
            tx.commit().await?;
            from
        }
    };
    let to = known();
    tracing::info!(from, to, "the schema was migrated");
    Ok(Migrated { from, to })
}

/// Applies the missing migrations and returns the version before.
async fn apply(link: &mut Link<'_>) -> Result<i64, Error> {
    let versions: Vec<(i64,)> = VERSION.call().rows(link.again()).await?.read()?;
    let (found, known) = (versions.first().map_or(0, |(version,)| *version), known());
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    for (version, migration) in (1_i64..).zip(MIGRATIONS) {
        if version <= found {
            continue;
        }
        match link.again() {
            Link::Sqlite(connection) => {
                sqlx::raw_sql(migration.sqlite).execute(connection).await?;
            }
            Link::Postgres(connection, _) => {
                sqlx::raw_sql(migration.postgres).execute(connection).await?;
            }
        }
        ADD_VERSION.bind(version).run(link.again()).await?;
    }
    Ok(found)
}
