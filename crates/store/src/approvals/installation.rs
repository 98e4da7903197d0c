//! Queries for the beginning of the installation, which is stored once and never changed.

use jiff::Timestamp;

use crate::error::{Error, OrCorrupt};
use crate::query::queries;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    BEGIN_INSTALLATION = "-- begin_installation
        INSERT INTO installation (id, began_at, changed_by) VALUES (1, $1, $2)
        ON CONFLICT (id) DO NOTHING";
    INSTALLATION = "-- installation
        SELECT began_at FROM installation WHERE id = 1";
}

impl Tx {
    /// Returns when the installation began. If that is not stored yet, it begins at `now`.
    pub async fn installed_at(&mut self, now: Timestamp) -> Result<Timestamp, Error> {
        self.run(BEGIN_INSTALLATION.bind(now).bind(self.name())).await?;
        let row: Option<(i64,)> = self.row(INSTALLATION.call()).await?;
        let (began_at,) = row.or_corrupt("installation.began_at")?;
        from_micros(began_at, "installation.began_at")
    }
}
