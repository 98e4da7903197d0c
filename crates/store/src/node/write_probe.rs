//! Writes the one row that exists to find out whether the database takes writes.

use jiff::Timestamp;

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    WRITE_PROBE = "-- write_probe
        INSERT INTO write_probe (id, written_at, changed_by)
        VALUES (1, $1, $2)
        ON CONFLICT (id) DO UPDATE
           SET written_at = excluded.written_at, changed_by = excluded.changed_by";
}

impl Tx {
    /// Writes the time into the row of the probe. Commit to learn whether it can be stored.
    pub async fn write_probe(&mut self, now: Timestamp) -> Result<(), Error> {
        self.run(WRITE_PROBE.bind(now).bind(self.name())).await?;
        Ok(())
    }
}
