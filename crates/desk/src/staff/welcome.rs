//! Enrolment: a staff member opens an enrolment link and sets up a sign-in method.
//!
//! Opening the link does not use it up, as link scanners open links before people do. Earlier
//! sign-in methods and sessions end when the link is used: a staff member who lost a key may not
//! know who has it.

use mamori_model::sign_in::{Credential, TicketKind};
use mamori_model::staff::Staff;
use mamori_model::{CeremonyId, Line, Refusal, Sensitive};

use crate::services::proof;
use crate::staff::credentials::CodeOffer;
use crate::staff::session::Entered;
use crate::staff::sign_in_passkey::Asked;
use crate::{Desk, Error};

/// What the page of an enrolment link shows.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The staff account that the link was made for.
    pub staff: Staff,
    /// An offered secret of codes, to go with a password; `None` if the vault has no key to store
    /// one.
    pub codes: Option<CodeOffer>,
    /// Whether passkeys can be made here.
    pub has_passkeys: bool,
}

/// A password and codes, as the staff member set them up.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The new password, not yet checked.
    pub password: Sensitive<String>,
    /// The secret of codes that was offered, sealed.
    pub sealed: String,
    /// A code of the offered secret, six digits.
    pub code: Sensitive<String>,
}

impl Desk {
    /// Returns what the page of an enrolment link shows; [`Refusal::TicketUsed`] if the link was
    /// used or has expired, or if its staff account is deactivated.
    pub async fn welcome(&self, ticket: &str) -> Result<Welcome, Error> {
        let staff = self.welcomed(ticket).await?;
        let codes = match self.offer_codes_to(&staff) {
            Ok(codes) => Some(codes),
            Err(Error::Refused(Refusal::VaultClosed)) => None,
            Err(other) => return Err(other),
        };
        Ok(Welcome { staff, codes, has_passkeys: self.passkeys().is_ok() })
    }

    /// Sets up a password and codes, and signs in. [`Refusal::PasswordWeak`];
    /// [`Refusal::SignInWrong`] if the code is not of the offered secret; [`Refusal::TicketUsed`].
    /// After a refusal the link still works.
    pub async fn welcome_with_password(
        &self,
        ticket: &str,
        chosen: Chosen,
    ) -> Result<Entered, Error> {
        let staff = self.welcomed(ticket).await?;
        let codes = self.codes_credential(staff.id, &chosen.sealed, chosen.code.reveal())?;
        let password = self.password_credential(&staff, chosen.password).await?;
        self.settle_in(ticket, &[password, codes]).await
    }

    /// Asks for a new passkey of the staff account that the link was made for.
    pub async fn begin_welcome_passkey(&self, ticket: &str) -> Result<Asked, Error> {
        let staff = self.welcomed(ticket).await?;
        self.ask_for_new(&staff).await
    }

    /// Takes the passkey with which the browser answered, and signs in.
    pub async fn finish_welcome_passkey(
        &self,
        ticket: &str,
        ceremony: CeremonyId,
        answer: &str,
        name: Line,
    ) -> Result<Entered, Error> {
        let staff = self.welcomed(ticket).await?;
        let passkey = self.new_passkey(staff.id, ceremony, answer).await?;
        let credential = self.passkey_credential(staff.id, &passkey, name)?;
        self.settle_in(ticket, &[credential]).await
    }

    async fn welcomed(&self, ticket: &str) -> Result<Staff, Error> {
        let now = self.clock().now();
        let ticket = self.store().ticket(&proof::digest(ticket), now).await?;
        let ticket = ticket.filter(|ticket| ticket.kind == TicketKind::Welcome);
        let ticket = ticket.ok_or(Refusal::TicketUsed)?;
        let staff = self.store().staff(ticket.staff).await?;
        let staff = staff.filter(|staff| staff.ended_at.is_none());
        staff.ok_or(Error::Refused(Refusal::TicketUsed))
    }

    async fn settle_in(&self, ticket: &str, credentials: &[Credential]) -> Result<Entered, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("welcome").await?;
        let taken = tx.take_ticket(&proof::digest(ticket), TicketKind::Welcome, now).await?;
        let who = taken.ok_or(Refusal::TicketUsed)?.staff;
        tx.delete_credentials_of(who).await?;
        tx.end_sessions_of(who).await?;
        for credential in credentials {
            self.put_credential(&mut tx, credential, Some(who)).await?;
        }
        let entered = self.open_session(&mut tx, who, now).await?;
        tx.commit().await?;

        Ok(entered)
    }
}
