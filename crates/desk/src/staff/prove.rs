//! Authenticates a signed-in staff member again, before operations on staff accounts, sign-in
//! methods and second approvals.
//!
//! The session gets another cookie: a stolen copy of the earlier cookie is not a proof.

use mamori_model::sign_in::AttemptLimits;
use mamori_model::{CeremonyId, Refusal, Sensitive};
use mamori_store::Tx;

use crate::staff::member::Member;
use crate::staff::sign_in::{PasswordSignIn, SignInResult, failed};
use crate::staff::sign_in_passkey::PasskeyChallenge;
use crate::{Desk, Error};

impl Desk {
    /// Authenticates again with password and code, and returns the cookie that the answer must set.
    /// Refused as [`Desk::sign_in`] is, also for the password and code of another staff member;
    /// [`Refusal::CookieReplaced`] if the cookie that the request showed is not the newest.
    pub async fn prove(
        &self,
        me: &Member,
        password: Sensitive<String>,
        code: Sensitive<String>,
    ) -> Result<Sensitive<String>, Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        let name = staff.name.as_str().to_owned();
        // A signed-in staff member does not wait because an attacker guesses at other names.
        let limits = AttemptLimits { of_all: u32::MAX, ..self.settings().sign_in.attempts };
        let right = self.try_password(PasswordSignIn { name, password, code }, limits).await?;
        if right.staff != me.staff() {
            let wrong = SignInResult::Wrong;
            return Err(failed(Refusal::SignInWrong, wrong, Some(me.staff())));
        }

        let mut tx = self.store().begin("prove").await?;
        self.record_password_used(&mut tx, &right).await?;
        let cookie = self.prove_session(&mut tx, me).await?;
        tx.commit().await?;

        Ok(cookie)
    }

    /// Asks for one of the staff member's own passkeys; [`Error::NotFound`] if they have none.
    pub async fn begin_prove_passkey(&self, me: &Member) -> Result<PasskeyChallenge, Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        let keys = self.passkeys_of(me.staff()).await?;
        if keys.is_empty() {
            return Err(Error::NotFound("passkey"));
        }
        self.sign_in_challenge(staff.name.as_str(), &keys).await
    }

    /// Authenticates again with the passkey, and returns the cookie that the answer must set.
    /// Refused as [`Desk::finish_sign_in_passkey`] is, or with [`Refusal::CookieReplaced`].
    pub async fn finish_prove_passkey(
        &self,
        me: &Member,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<Sensitive<String>, Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        let shown = self.check_passkey(staff.name.as_str(), ceremony, answer).await?;
        if shown.staff != me.staff() {
            let wrong = SignInResult::Wrong;
            return Err(failed(Refusal::SignInWrong, wrong, Some(me.staff())));
        }

        let mut tx = self.store().begin("prove").await?;
        self.use_passkey(&mut tx, &shown).await?;
        let cookie = self.prove_session(&mut tx, me).await?;
        tx.commit().await?;

        Ok(cookie)
    }

    /// Records in `tx` that the staff member confirmed their identity, and returns the new cookie.
    pub(super) async fn prove_session(
        &self,
        tx: &mut Tx,
        me: &Member,
    ) -> Result<Sensitive<String>, Error> {
        let (cookie, digest) = me.presented().family.new_cookie()?;
        let now = self.clock().now();
        let is_proved =
            tx.prove_session(me.session(), &me.presented().digest, &digest, now).await?;
        is_proved.then_some(cookie).ok_or(Error::Refused(Refusal::CookieReplaced))
    }
}
