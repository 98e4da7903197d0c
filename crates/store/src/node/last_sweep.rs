//! When a sweep last ran, and the time at the database: what a node compares its clock with.

use jiff::Timestamp;

use crate::error::Error;
use crate::open::{Engine, Store};
use crate::query::queries;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    LAST_SWEEP = "-- last_sweep
        SELECT swept_at FROM last_sweep WHERE id = 1";
    SET_LAST_SWEEP = "-- set_last_sweep
        INSERT INTO last_sweep (id, swept_at, changed_by)
        VALUES (1, $1, $2)
        ON CONFLICT (id) DO UPDATE
           SET swept_at = excluded.swept_at, changed_by = excluded.changed_by";
    DATABASE_TIME = "-- database_time
        SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
        postgres: "-- database_time
        SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
}

impl Store {
    /// Returns when a sweep last ran, by the clock of its node; `None` if none ever did.
    pub async fn last_sweep(&self) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64,)> = self.row(LAST_SWEEP.call()).await?;
        row.map(|(swept_at,)| from_micros(swept_at, "last_sweep.swept_at")).transpose()
    }

    /// Returns the time at the server of the database; `None` on SQLite, which has no other clock
    /// than this machine's.
    pub async fn database_time(&self) -> Result<Option<Timestamp>, Error> {
        match self.engine() {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => {
                let row: Option<(i64,)> = self.row(DATABASE_TIME.call()).await?;
                row.map(|(now,)| from_micros(now, "clock_timestamp")).transpose()
            }
        }
    }
}

impl Tx {
    /// Stores that a sweep runs, at `now` by the clock of its node.
    pub async fn set_last_sweep(&mut self, now: Timestamp) -> Result<(), Error> {
        self.run(SET_LAST_SWEEP.bind(now).bind(self.name())).await?;
        Ok(())
    }
}
