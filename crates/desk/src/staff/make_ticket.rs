//! Creates tickets: links that work once, for enrolment or for signing in.

use jiff::Timestamp;
use mamori_model::sign_in::{StaffEventKind, Ticket, TicketKind};
use mamori_model::{Sensitive, StaffId};
use mamori_store::Tx;

use crate::staff::add_staff::StaffAdmin;
use crate::staff::member::AtTheMachine;
use crate::staff::session::new_text;
use crate::{Desk, Error};

impl Desk {
    /// Creates a ticket for a staff member and returns its text, which is not stored: `mt_` and 43
    /// characters of base64. [`Error::NotFound`] if there is no such staff account or it is
    /// deactivated.
    ///
    /// Only this function creates tickets of [`TicketKind::Enter`]: a staff member can be signed in
    /// without a credential of their own only on the command line.
    pub async fn ticket_at_the_machine(
        &self,
        _: &AtTheMachine,
        who: StaffId,
        kind: TicketKind,
    ) -> Result<Sensitive<String>, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("make_ticket").await?;
        let text = self.make_ticket(&mut tx, None, who, kind, now).await?;
        tx.commit().await?;

        Ok(text)
    }

    /// Creates another enrolment link for a staff member who lost their sign-in method; earlier
    /// links of the account stop working. [`Error::NotFound`] if there is no such staff account or
    /// it is deactivated, or if the caller is not an administrator.
    pub async fn welcome_again(
        &self,
        by: StaffAdmin<'_>,
        who: StaffId,
    ) -> Result<Sensitive<String>, Error> {
        let by = by.staff()?;
        let now = self.clock().now();

        let mut tx = self.store().begin("make_ticket").await?;
        tx.delete_tickets_of(who).await?;
        let text = self.make_ticket(&mut tx, by, who, TicketKind::Welcome, now).await?;
        tx.commit().await?;

        Ok(text)
    }

    pub(crate) async fn make_ticket(
        &self,
        tx: &mut Tx,
        by: Option<StaffId>,
        staff: StaffId,
        kind: TicketKind,
        now: Timestamp,
    ) -> Result<Sensitive<String>, Error> {
        let settings = &self.settings().sign_in;
        let lasts = match kind {
            TicketKind::Welcome => settings.welcome_max,
            TicketKind::Enter => settings.enter_max,
        };
        let (text, digest) = new_text("mt_")?;
        let ticket = Ticket {
            id: self.clock().mint()?.into(),
            staff,
            kind,
            digest,
            expires_at: now.checked_add(lasts).unwrap_or(now),
        };
        tx.insert_ticket(&ticket).await?;
        let about = format!(r#"{{"kind":"{}"}}"#, kind.as_str());
        self.note_staff(tx, (staff, by), StaffEventKind::Ticket, Some(about), now).await?;
        Ok(text)
    }
}
