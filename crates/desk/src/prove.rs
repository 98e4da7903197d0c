//! Somebody who is signed in proves once more who they are, before they do what matters most.

use mamori_model::sign_in::CeremonyKind;
use mamori_model::{CeremonyId, Refusal, Sensitive};

use crate::member::Member;
use crate::sign_in::{Typed, count};
use crate::sign_in_passkey::Asked;
use crate::{Desk, Error};

impl Desk {
    /// Proves it with password and code; refused as at [`Desk::sign_in`], and so is anybody else's.
    pub async fn prove(
        &self,
        me: &Member,
        password: Sensitive<String>,
        code: Sensitive<String>,
    ) -> Result<(), Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        let name = staff.name.as_str().to_owned();
        let right = self.try_password(Typed { name, password, code }).await?;
        if right.staff != me.staff() {
            return Err(count(Refusal::SignInWrong, "wrong"));
        }

        let mut tx = self.store().begin("prove").await?;
        self.use_right(&mut tx, &right).await?;
        let is_live = tx.prove_session(me.session(), self.clock().now()).await?;
        tx.commit().await?;

        is_live.then_some(()).ok_or(Error::Refused(Refusal::SessionEnded))
    }

    /// Asks for one of one's own passkeys; [`Error::NotFound`] if one has none.
    pub async fn begin_prove_passkey(&self, me: &Member) -> Result<Asked, Error> {
        let keys = self.passkeys_of(me.staff()).await?;
        if keys.is_empty() {
            return Err(Error::NotFound("passkey"));
        }
        let question = self.ask_for(&keys)?;
        self.keep_question(question, Some(me.staff()), CeremonyKind::Enter).await
    }

    /// Proves it with the passkey; refused as at [`Desk::finish_sign_in_passkey`].
    pub async fn finish_prove_passkey(
        &self,
        me: &Member,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<(), Error> {
        let shown = self.check_passkey(ceremony, answer).await?;
        if shown.staff != me.staff() {
            return Err(count(Refusal::SignInWrong, "wrong"));
        }

        let mut tx = self.store().begin("prove").await?;
        self.use_passkey(&mut tx, &shown).await?;
        let is_live = tx.prove_session(me.session(), self.clock().now()).await?;
        tx.commit().await?;

        is_live.then_some(()).ok_or(Error::Refused(Refusal::SessionEnded))
    }
}
