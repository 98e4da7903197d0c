//! Passkeys' questions that wait for their answers. An answered one is gone.

use jiff::Timestamp;
use mamori_model::sign_in::{Ceremony, CeremonyKind};
use mamori_model::{CeremonyId, Sensitive, StaffId};
use uuid::Uuid;

use crate::error::Error;
use crate::query::queries;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    INSERT_CEREMONY = "-- insert_ceremony
        INSERT INTO ceremony (id, staff_id, kind, state, expires_at, changed_by)
        SELECT $1, $2, $3, $4, $5, $6
         WHERE (SELECT count(*) FROM ceremony WHERE expires_at > $7) < $8",
        postgres: "-- insert_ceremony
        INSERT INTO ceremony (id, staff_id, kind, state, expires_at, changed_by)
        SELECT CAST($1 AS UUID), CAST($2 AS UUID), $3, $4, CAST($5 AS BIGINT), $6
         WHERE (SELECT count(*) FROM ceremony WHERE expires_at > CAST($7 AS BIGINT))
             < CAST($8 AS BIGINT)";
    TAKE_CEREMONY = "-- take_ceremony
        DELETE FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at > $3
        RETURNING id, staff_id, state, expires_at";
}

#[derive(sqlx::FromRow)]
struct CeremonyRow {
    id: Uuid,
    staff_id: Option<Uuid>,
    state: String,
    expires_at: i64,
}

impl Tx {
    /// Adds a question; false if `most` wait already.
    pub async fn insert_ceremony(
        &mut self,
        ceremony: &Ceremony,
        most: u32,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = INSERT_CEREMONY
            .bind(ceremony.id)
            .bind(ceremony.staff)
            .bind(ceremony.kind.as_str())
            .bind(ceremony.state.reveal().as_str())
            .bind(ceremony.expires_at)
            .bind(self.name())
            .bind(now)
            .bind(most);
        let rows = self.run(call).await.map_err(|error| error.or_taken("staff", "ceremony"))?;
        Ok(rows == 1)
    }

    /// Takes a question away, as it is being answered; `None` if no answer counts at `now`.
    pub async fn take_ceremony(
        &mut self,
        ceremony: CeremonyId,
        kind: CeremonyKind,
        now: Timestamp,
    ) -> Result<Option<Ceremony>, Error> {
        let call = TAKE_CEREMONY.bind(ceremony).bind(kind.as_str()).bind(now);
        let row: Option<CeremonyRow> = self.row(call).await?;
        row.map(|row| {
            Ok(Ceremony {
                id: row.id.into(),
                staff: row.staff_id.map(StaffId::from),
                kind,
                state: Sensitive::new(row.state),
                expires_at: from_micros(row.expires_at, "ceremony.expires_at")?,
            })
        })
        .transpose()
    }
}
