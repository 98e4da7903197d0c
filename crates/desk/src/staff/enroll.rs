//! Enrolment: a staff member opens an enrolment link and sets up a sign-in method.
//!
//! Opening the link does not use it up, as link scanners open links before people do. Earlier
//! sign-in methods and sessions end when the link is used: a staff member who lost a key may not
//! know who has it.

use mamori_model::sign_in::{Credential, SignInLinkKind};
use mamori_model::staff::Staff;
use mamori_model::{CeremonyId, Line, Refusal, Sensitive};

use crate::services::proof;
use crate::staff::credentials::CodeOffer;
use crate::staff::session::NewSession;
use crate::staff::sign_in_passkey::PasskeyChallenge;
use crate::{Desk, Error};

/// What the page of an enrolment link shows.
#[derive(Clone, Debug)]
pub struct Enrollment {
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
pub struct PasswordSetup {
    /// The new password, not yet checked.
    pub password: Sensitive<String>,
    /// The secret of codes that was offered, sealed.
    pub sealed: String,
    /// A code of the offered secret, six digits.
    pub code: Sensitive<String>,
}

impl Desk {
    /// Returns what the page of an enrolment link shows; [`Refusal::LinkUsed`] if the link was
    /// used or has expired, or if its staff account is deactivated.
    pub async fn enrollment(&self, link: &str) -> Result<Enrollment, Error> {
        let staff = self.staff_of_link(link).await?;
        let codes = match self.offer_codes_to(&staff) {
            Ok(codes) => Some(codes),
            Err(Error::Refused(Refusal::VaultClosed)) => None,
            Err(other) => return Err(other),
        };
        Ok(Enrollment { staff, codes, has_passkeys: self.passkeys().is_ok() })
    }

    /// Sets up a password and codes, and signs in. [`Refusal::PasswordWeak`];
    /// [`Refusal::SignInWrong`] if the code is not of the offered secret; [`Refusal::LinkUsed`].
    /// After a refusal the link still works.
    pub async fn enroll_with_password(
        &self,
        link: &str,
        chosen: PasswordSetup,
    ) -> Result<NewSession, Error> {
        let staff = self.staff_of_link(link).await?;
        let codes = self.codes_credential(staff.id, &chosen.sealed, chosen.code.reveal())?;
        let password = self.password_credential(&staff, chosen.password).await?;
        self.finish_enroll(link, &[password, codes]).await
    }

    /// Asks for a new passkey of the staff account that the link was made for.
    pub async fn begin_enroll_passkey(&self, link: &str) -> Result<PasskeyChallenge, Error> {
        let staff = self.staff_of_link(link).await?;
        self.registration_challenge(&staff).await
    }

    /// Takes the passkey with which the browser answered, and signs in.
    pub async fn finish_enroll_passkey(
        &self,
        link: &str,
        ceremony: CeremonyId,
        answer: &str,
        name: Line,
    ) -> Result<NewSession, Error> {
        let staff = self.staff_of_link(link).await?;
        let passkey = self.new_passkey(staff.id, ceremony, answer).await?;
        let credential = self.passkey_credential(staff.id, &passkey, name)?;
        self.finish_enroll(link, &[credential]).await
    }

    /// Returns the staff account of an enrolment link that is valid; [`Refusal::LinkUsed`] otherwise.
    pub(super) async fn staff_of_link(&self, link: &str) -> Result<Staff, Error> {
        let now = self.clock().now();
        let link = self.store().sign_in_link(&proof::digest(link), now).await?;
        let link = link.filter(|link| link.kind == SignInLinkKind::Enroll);
        let link = link.ok_or(Refusal::LinkUsed)?;
        let staff = self.store().staff(link.staff).await?;
        let staff = staff.filter(|staff| staff.ended_at.is_none());
        staff.ok_or(Error::Refused(Refusal::LinkUsed))
    }

    /// Uses an enrolment link: puts `credentials` in place of the earlier ones, and signs in.
    pub(super) async fn finish_enroll(
        &self,
        link: &str,
        credentials: &[Credential],
    ) -> Result<NewSession, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("enroll").await?;
        let taken = tx.take_sign_in_link(&proof::digest(link), SignInLinkKind::Enroll, now).await?;
        let who = taken.ok_or(Refusal::LinkUsed)?.staff;
        tx.delete_credentials_of(who).await?;
        tx.end_sessions_of(who).await?;
        for credential in credentials {
            self.insert_credential(&mut tx, credential).await?;
        }
        let entered = self.open_session(&mut tx, who, now).await?;
        tx.commit().await?;

        Ok(entered)
    }
}
