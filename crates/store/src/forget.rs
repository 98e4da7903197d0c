//! What was overwritten leaves SQLite's files too. PostgreSQL does that itself, in its own time.

use std::time::Duration;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::error::Error;
use crate::open::{Pools, Store};

/// How long readers of older states are waited for: nobody else writes meanwhile.
const READERS_WAIT: Duration = Duration::from_millis(200);

const EMPTY_LOG: &str = "-- empty_log
     PRAGMA wal_checkpoint(TRUNCATE)";
const HOW_LONG: &str = "-- how_long
     PRAGMA busy_timeout";

impl Store {
    /// Takes what was overwritten or deleted until now out of the write-ahead log: its changes go
    /// into the file, where `secure_delete` wrote zeros over the old bytes, and it is emptied.
    /// False where somebody reads an older state still: then it is to be tried again. Nothing to do
    /// on PostgreSQL.
    pub async fn forget_overwritten(&self) -> Result<bool, Error> {
        let Pools::Sqlite { writer, .. } = self.pools() else { return Ok(true) };
        let mut connection = writer.acquire().await?;
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
    // A number.
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}
