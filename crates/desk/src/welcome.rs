//! Somebody comes with a welcome link, and sets up a way in of their own.
//!
//! Opening the link spends nothing: programs that look at links before people do open it too. What
//! they had before goes when the link is used: whoever lost a key may not know who has it.

use mamori_model::sign_in::{Credential, TicketKind};
use mamori_model::staff::Staff;
use mamori_model::{CeremonyId, Line, Refusal, Sensitive};

use crate::credentials::CodeOffer;
use crate::session::Entered;
use crate::sign_in_passkey::Asked;
use crate::{Desk, Error, proof};

/// What the page of a welcome link shows.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// Who is welcome.
    pub staff: Staff,
    /// Codes to go with a password; `None` where none can be kept, as the vault has no key.
    pub codes: Option<CodeOffer>,
    /// Whether passkeys can be made.
    pub has_passkeys: bool,
}

/// A password and codes, as somebody set them up.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The password.
    pub password: Sensitive<String>,
    /// The codes that were offered, sealed.
    pub sealed: String,
    /// A code of them.
    pub code: Sensitive<String>,
}

impl Desk {
    /// Who is welcome with this ticket; [`Refusal::TicketUsed`] if nobody is.
    pub async fn welcome(&self, ticket: &str) -> Result<Welcome, Error> {
        let staff = self.welcomed(ticket).await?;
        let codes = match self.offer_codes_to(&staff) {
            Ok(codes) => Some(codes),
            Err(Error::Refused(Refusal::VaultClosed)) => None,
            Err(other) => return Err(other),
        };
        Ok(Welcome { staff, codes, has_passkeys: self.passkeys().is_ok() })
    }

    /// Sets a password and codes up, and lets in. [`Refusal::PasswordWeak`],
    /// [`Refusal::SignInWrong`] if the code is none of the offered ones, [`Refusal::TicketUsed`];
    /// in each case nothing is spent.
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

    /// Asks whoever is welcome for a new passkey.
    pub async fn begin_welcome_passkey(&self, ticket: &str) -> Result<Asked, Error> {
        let staff = self.welcomed(ticket).await?;
        self.ask_for_new(&staff).await
    }

    /// Takes the passkey with which the browser answered, and lets in.
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
