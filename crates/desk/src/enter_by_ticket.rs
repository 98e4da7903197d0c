//! Somebody enters with a link that was made at the machine.

use mamori_model::Refusal;
use mamori_model::sign_in::{StaffEventKind, TicketKind};

use crate::session::Entered;
use crate::{Desk, Error, proof};

impl Desk {
    /// Lets in whoever has the ticket, once; [`Refusal::TicketUsed`] if it was used, ran out, or
    /// never was, or if its person left.
    pub async fn enter_by_ticket(&self, ticket: &str) -> Result<Entered, Error> {
        let now = self.clock().now();
        // Who has no ticket does not keep those who write waiting.
        let ticket_digest = proof::digest(ticket);
        self.store().ticket(&ticket_digest, now).await?.ok_or(Refusal::TicketUsed)?;

        let mut tx = self.store().begin("enter_by_ticket").await?;
        let taken = tx.take_ticket(&ticket_digest, TicketKind::Enter, now).await?;
        let ticket = taken.ok_or(Refusal::TicketUsed)?;
        let entered = match self.open_session(&mut tx, ticket.staff, now).await {
            Err(Error::NotFound(_)) => return Err(Refusal::TicketUsed.into()),
            entered => entered?,
        };
        let about = (ticket.staff, None);
        self.note_staff(&mut tx, about, StaffEventKind::Entered, None, now).await?;
        tx.commit().await?;

        Ok(entered)
    }
}
