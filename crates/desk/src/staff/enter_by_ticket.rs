//! A staff member signs in with a one-time link that the operator made at the machine.

use mamori_model::Refusal;
use mamori_model::sign_in::{StaffEventKind, TicketKind};

use crate::services::proof;
use crate::staff::session::Entered;
use crate::{Desk, Error};

impl Desk {
    /// Opens a session with a one-time sign-in link. [`Refusal::TicketUsed`] if the link was used,
    /// has expired or never existed, if it is an enrolment link, or if the account is deactivated.
    pub async fn enter_by_ticket(&self, ticket: &str) -> Result<Entered, Error> {
        let now = self.clock().now();
        // Read before the transaction begins: a request without a valid link must not delay
        // writers.
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
