//! Queries for one-time links ([`Ticket`]). Only their digests are stored; a used link is removed.

use jiff::Timestamp;
use mamori_model::sign_in::{Ticket, TicketKind};
use mamori_model::{Sha256, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    TICKET_BY_DIGEST = "-- ticket_by_digest
        SELECT id, staff_id, kind, digest, expires_at FROM ticket
         WHERE digest = $1 AND expires_at > $2";
    INSERT_TICKET = "-- insert_ticket
        INSERT INTO ticket (id, staff_id, kind, digest, expires_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    TAKE_TICKET = "-- take_ticket
        DELETE FROM ticket WHERE digest = $1 AND kind = $2 AND expires_at > $3
        RETURNING id, staff_id, kind, digest, expires_at";
    DELETE_TICKETS_OF = "-- delete_tickets_of
        DELETE FROM ticket WHERE staff_id = $1";
}

row! {
    struct TicketRow {
        id: Uuid,
        staff_id: Uuid,
        kind: String,
        digest: Vec<u8>,
        expires_at: i64,
    }
}

impl TicketRow {
    fn read(self) -> Result<Ticket, Error> {
        Ok(Ticket {
            id: self.id.into(),
            staff: self.staff_id.into(),
            kind: TicketKind::parse(&self.kind).or_corrupt("ticket.kind")?,
            digest: Sha256::try_from(self.digest.as_slice()).or_corrupt("ticket.digest")?,
            expires_at: from_micros(self.expires_at, "ticket.expires_at")?,
        })
    }
}

impl Store {
    /// Returns the link, if it is valid at `now`.
    pub async fn ticket(&self, digest: &Sha256, now: Timestamp) -> Result<Option<Ticket>, Error> {
        let call = TICKET_BY_DIGEST.bind(digest.as_bytes().as_slice()).bind(now);
        self.row::<TicketRow>(call).await?.map(TicketRow::read).transpose()
    }
}

impl Tx {
    /// Adds a link. [`Error::NotFound`] if the staff account is deactivated or does not exist.
    pub async fn insert_ticket(&mut self, ticket: &Ticket) -> Result<(), Error> {
        self.lock_staff(ticket.staff).await?;
        let call = INSERT_TICKET
            .bind(ticket.id)
            .bind(ticket.staff)
            .bind(ticket.kind.as_str())
            .bind(ticket.digest.as_bytes().as_slice())
            .bind(ticket.expires_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "ticket"))?;
        Ok(())
    }

    /// Removes and returns a link that is being used; `None` if it is not valid at `now`, or is of
    /// another kind.
    pub async fn take_ticket(
        &mut self,
        digest: &Sha256,
        kind: TicketKind,
        now: Timestamp,
    ) -> Result<Option<Ticket>, Error> {
        let call = TAKE_TICKET.bind(digest.as_bytes().as_slice()).bind(kind.as_str()).bind(now);
        self.row::<TicketRow>(call).await?.map(TicketRow::read).transpose()
    }

    /// Removes every link of a staff member; returns how many there were.
    pub async fn delete_tickets_of(&mut self, staff: StaffId) -> Result<u64, Error> {
        self.run(DELETE_TICKETS_OF.bind(staff)).await
    }
}
