//! Queries for passkey challenges: registration challenges that wait for a response, and sign-in
//! challenges whose response was accepted. A sign-in challenge is not stored before that.

use jiff::Timestamp;
use mamori_model::sign_in::Ceremony;
use mamori_model::{CeremonyId, Sensitive, StaffId};
use uuid::Uuid;

use crate::error::Error;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    INSERT_CEREMONY = "-- insert_ceremony
        INSERT INTO ceremony (id, staff_id, state, expires_at, changed_by)
        VALUES ($1, $2, $3, $4, $5)";
    DELETE_CEREMONIES_BEYOND = "-- delete_ceremonies_beyond
        DELETE FROM ceremony
         WHERE staff_id = $1
           AND id NOT IN (SELECT id FROM ceremony WHERE staff_id = $1 ORDER BY id DESC LIMIT $2)";
    TAKE_CEREMONY = "-- take_ceremony
        DELETE FROM ceremony WHERE id = $1 AND expires_at > $2
        RETURNING id, staff_id, state, expires_at";
    ANSWER_CEREMONY = "-- answer_ceremony
        INSERT INTO ceremony_answered (id, expires_at, changed_by) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
}

row! {
    struct CeremonyRow {
        id: Uuid,
        staff_id: Uuid,
        state: String,
        expires_at: i64,
    }
}

impl Tx {
    /// Adds a registration challenge; if the staff member then has more than `most`, removes the
    /// oldest.
    pub async fn insert_ceremony(&mut self, ceremony: &Ceremony, most: u32) -> Result<(), Error> {
        let call = INSERT_CEREMONY
            .bind(ceremony.id)
            .bind(ceremony.staff)
            .bind(ceremony.state.reveal().as_str())
            .bind(ceremony.expires_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "ceremony"))?;
        self.run(DELETE_CEREMONIES_BEYOND.bind(ceremony.staff).bind(most)).await?;
        Ok(())
    }

    /// Removes and returns a challenge that is being answered; `None` if it does not exist or has
    /// expired at `now`.
    pub async fn take_ceremony(
        &mut self,
        ceremony: CeremonyId,
        now: Timestamp,
    ) -> Result<Option<Ceremony>, Error> {
        let row: Option<CeremonyRow> = self.row(TAKE_CEREMONY.bind(ceremony).bind(now)).await?;
        row.map(|row| {
            Ok(Ceremony {
                id: row.id.into(),
                staff: StaffId::from(row.staff_id),
                state: Sensitive::new(row.state),
                expires_at: from_micros(row.expires_at, "ceremony.expires_at")?,
            })
        })
        .transpose()
    }

    /// Records that a sign-in challenge, which is valid until `expires_at`, was answered; returns
    /// `false` if it was answered before.
    pub async fn answer_ceremony(
        &mut self,
        ceremony: CeremonyId,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(ANSWER_CEREMONY.bind(ceremony).bind(expires_at).bind(self.name())).await? == 1)
    }
}
