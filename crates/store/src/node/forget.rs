//! Removes overwritten data from SQLite's files. PostgreSQL does this by itself, in its own time.

use std::time::Duration;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::error::Error;
use crate::open::{Pools, Store};

/// How long to wait for readers of older states; no other transaction writes meanwhile.
const READERS_WAIT: Duration = Duration::from_millis(200);

const EMPTY_LOG: &str = "-- empty_log
     PRAGMA wal_checkpoint(TRUNCATE)";
const HOW_LONG: &str = "-- how_long
     PRAGMA busy_timeout";

impl Store {
    /// Removes data that were overwritten or deleted until now from the write-ahead log: moves its
    /// changes into the database file, where `secure_delete` writes zeros over the old bytes, and
    /// empties it. Returns `false` if a connection still reads an older state; try again then. Does
    /// nothing on PostgreSQL.
    pub async fn forget_overwritten(&self) -> Result<bool, Error> {
        let Pools::Sqlite { writer, .. } = self.pools() else { return Ok(true) };
        let mut connection = writer.pool().acquire().await?;
        let (usual,): (i64,) = sqlx::query_as(HOW_LONG).fetch_one(&mut *connection).await?;

        wait_for(&mut connection, READERS_WAIT.as_millis()).await?;
        let emptied = sqlx::query_as(EMPTY_LOG).fetch_one(&mut *connection).await;
        wait_for(&mut connection, usual).await?;

        let (is_busy, ..): (i64, i64, i64) = emptied?;
        Ok(is_busy == 0)
    }
}

async fn wait_for(
    connection: &mut SqliteConnection,
    milliseconds: impl std::fmt::Display,
) -> Result<(), Error> {
    let text = format!("-- wait_for\n     PRAGMA busy_timeout = {milliseconds}");
    // The text contains nothing but a number.
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}
