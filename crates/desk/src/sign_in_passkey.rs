//! Somebody signs in with a passkey.
//!
//! Attempts are not limited by name: a passkey cannot be guessed, and nobody should be able to lock
//! a colleague out. Asking writes nothing down, so there is nothing to fill either. A name that
//! nobody has is asked for a passkey too, always for the same ones.

use jiff::Timestamp;
use mamori_model::sign_in::{Credential, CredentialKind};
use mamori_model::{CeremonyId, CredentialId, Refusal, Sensitive, StaffId};
use mamori_signin::{Asking, Passkey, Passkeys, Used};
use mamori_store::Tx;
use uuid::Uuid;

use crate::session::Entered;
use crate::sign_in::{count, counted};
use crate::{Desk, Error, clock, proof};

/// The name under which the secret of questions is kept.
const QUESTIONS: &str = "questions for passkeys";

/// What a browser is asked, and under which id it answers.
#[derive(Clone, Debug)]
pub struct Asked {
    /// For the answer.
    pub ceremony: CeremonyId,
    /// JSON for `navigator.credentials`.
    pub json: String,
}

/// A passkey that was shown, and is not written down as used yet.
pub(crate) struct ShownPasskey {
    pub staff: StaffId,
    credential: CredentialId,
    ceremony: CeremonyId,
    used: Used,
}

impl Desk {
    /// Asks whoever says that they have this name for their passkey.
    pub async fn begin_sign_in_passkey(&self, name: &str) -> Result<Asked, Error> {
        let name = name.trim();
        let (_, keys) = self.passkeys_of_name(name).await?;
        self.ask_for(name, &keys).await
    }

    /// Lets in whoever answered with their passkey, under the name that they were asked by.
    /// [`Refusal::CeremonyOver`] after five minutes, [`Refusal::SignInWrong`] for whatever is no right
    /// answer, also for one that let somebody in already.
    pub async fn finish_sign_in_passkey(
        &self,
        name: &str,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<Entered, Error> {
        let shown = self.check_passkey(name, ceremony, answer).await?;
        let now = self.clock().now();

        let mut tx = self.store().begin("sign_in_passkey").await?;
        self.use_passkey(&mut tx, &shown).await?;
        let entered = match self.open_session(&mut tx, shown.staff, now).await {
            Err(Error::NotFound(_)) => return Err(count(Refusal::SignInWrong, "wrong")),
            entered => entered?,
        };
        tx.commit().await?;

        counted("let_in");
        Ok(entered)
    }

    /// Whether an answer shows the passkey of whoever has this name.
    pub(crate) async fn check_passkey(
        &self,
        name: &str,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<ShownPasskey, Error> {
        if !self.is_in_time(ceremony) {
            return Err(Refusal::CeremonyOver.into());
        }
        let wrong = || count(Refusal::SignInWrong, "wrong");
        let name = name.trim();
        let (staff, keys) = self.passkeys_of_name(name).await?;
        let passkeys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let asking = Asking { id: ceremony.into(), name, secret: self.questions().await? };
        let used = match self.passkeys()?.finish_enter(asking, &passkeys, answer) {
            Ok(used) => used,
            Err(mamori_signin::Error::Refused(cause)) => {
                tracing::info!(cause = %cause, "a passkey's answer was refused");
                return Err(wrong());
            }
            Err(cause) => return Err(Error::internal("a passkey cannot be checked", cause)),
        };
        let key = keys.iter().find(|(_, passkey)| passkey.id() == used.passkey.id());
        let credential = key.map(|(credential, _)| credential.id).ok_or_else(wrong)?;
        Ok(ShownPasskey { staff, credential, ceremony, used })
    }

    /// Whether the question was asked a short while ago: its id says when, and with another id the
    /// challenge would be another.
    fn is_in_time(&self, ceremony: CeremonyId) -> bool {
        let asked = Uuid::from(ceremony).get_timestamp().map(|asked| asked.to_unix());
        let asked = asked.and_then(|(seconds, nanos)| {
            Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
        });
        let age = asked.map(|asked| self.clock().now().duration_since(asked));
        age.is_some_and(|age| age < self.settings().sign_in.ceremony_max)
    }

    /// Writes down that a passkey let somebody in, in the transaction that does.
    pub(crate) async fn use_passkey(&self, tx: &mut Tx, shown: &ShownPasskey) -> Result<(), Error> {
        let data = Sensitive::new(json(&shown.used.passkey)?);
        let now = self.clock().now();
        let until = now.checked_add(self.settings().sign_in.ceremony_max).unwrap_or(now);
        if !tx.answer_ceremony(shown.ceremony, until).await? {
            return Err(count(Refusal::SignInWrong, "wrong"));
        }
        if tx.use_passkey(shown.credential, &data, now).await? {
            let id = self.clock().mint()?.into();
            let name = proof::digest(&shown.staff.to_string());
            return Ok(tx.insert_attempt(id, &name, true, now).await?);
        }
        Err(count(Refusal::SignInWrong, "wrong"))
    }

    /// Asks whoever has this name for one of these passkeys. Nothing is written down.
    pub(crate) async fn ask_for(
        &self,
        name: &str,
        keys: &[(Credential, Passkey)],
    ) -> Result<Asked, Error> {
        let keys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let id = self.clock().mint()?;
        let asking = Asking { id, name, secret: self.questions().await? };
        let json = self.passkeys()?.begin_enter(asking, &keys);
        let json =
            json.map_err(|cause| Error::internal("nobody can be asked for a passkey", cause))?;
        Ok(Asked { ceremony: id.into(), json })
    }

    /// Whoever has this name, and their passkeys; nobody, and none, if nobody has it.
    async fn passkeys_of_name(
        &self,
        name: &str,
    ) -> Result<(StaffId, Vec<(Credential, Passkey)>), Error> {
        let staff = match name.parse() {
            Ok(name) => self.store().staff_by_name(&name).await?,
            Err(_) => None,
        };
        let id = staff.map_or(StaffId::from(Uuid::nil()), |staff| staff.id);
        Ok((id, self.passkeys_of(id).await?))
    }

    /// Somebody's passkeys, as they are kept and as they are read.
    pub(crate) async fn passkeys_of(
        &self,
        staff: StaffId,
    ) -> Result<Vec<(Credential, Passkey)>, Error> {
        let mut keys = self.store().credentials_of(staff).await?;
        keys.retain(|credential| credential.kind == CredentialKind::Passkey);
        let read = |credential: Credential| {
            let passkey = Passkey::from_kept(credential.data.reveal())
                .map_err(|cause| Error::internal("a passkey cannot be read", cause))?;
            Ok((credential, passkey))
        };
        keys.into_iter().map(read).collect()
    }

    /// The ceremonies; [`Error::NotFound`] where there is no console.
    pub(crate) fn passkeys(&self) -> Result<&Passkeys, Error> {
        self.inner.passkeys.as_ref().ok_or(Error::NotFound("page"))
    }

    /// The secret of which questions are made: the same on all nodes, for ever.
    async fn questions(&self) -> Result<&Sensitive<[u8; 32]>, Error> {
        let secret = async || {
            if let Some(secret) = self.store().secret(QUESTIONS).await? {
                return Ok(secret);
            }

            let mut tx = self.store().begin("make_secret").await?;
            tx.insert_secret(QUESTIONS, &clock::secret()?).await?;
            tx.commit().await?;

            self.store().secret(QUESTIONS).await?.ok_or(Error::NotFound("secret"))
        };
        self.inner.questions.get_or_try_init(secret).await
    }
}

/// A passkey, for keeping.
pub(crate) fn json(passkey: &Passkey) -> Result<Vec<u8>, Error> {
    passkey.to_json().map_err(|cause| Error::internal("a passkey cannot be written", cause))
}
