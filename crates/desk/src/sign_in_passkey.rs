//! Somebody signs in with a passkey.
//!
//! Attempts are not limited by name: a passkey cannot be guessed, and nobody should be able to lock
//! a colleague out. A name that nobody has is asked for a passkey too, always for the same one.

use mamori_model::sign_in::{Ceremony, CeremonyKind, Credential, CredentialKind};
use mamori_model::{CeremonyId, CredentialId, Refusal, Sensitive, StaffId};
use mamori_signin::{Passkey, Passkeys, Question, Used};
use mamori_store::Tx;

use crate::session::Entered;
use crate::sign_in::{count, counted};
use crate::{Desk, Error, clock, proof};

/// The name under which the secret of decoys is kept.
const DECOYS: &str = "decoys of passkeys";

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
    used: Used,
}

impl Desk {
    /// Asks whoever says that they have this name for their passkey.
    /// [`Refusal::SignInWait`] where too many questions wait for their answers.
    pub async fn begin_sign_in_passkey(&self, name: &str) -> Result<Asked, Error> {
        let name = name.trim();
        let staff = match name.parse() {
            Ok(name) => self.store().staff_by_name(&name).await?,
            Err(_) => None,
        };
        let id = staff.as_ref().map_or(StaffId::from(uuid::Uuid::nil()), |staff| staff.id);
        let keys = self.passkeys_of(id).await?;
        let question = if keys.is_empty() {
            let decoy = self.passkeys()?.decoy(name, &self.decoys().await?);
            let json = decoy.map_err(|cause| Error::internal("no decoy", cause))?;
            Question { json, state: Sensitive::new(String::new()) }
        } else {
            self.ask_for(&keys)?
        };
        let staff = staff.filter(|_| !keys.is_empty()).map(|staff| staff.id);
        self.keep_question(question, staff, CeremonyKind::Enter).await
    }

    /// Lets in whoever answered with their passkey. [`Refusal::CeremonyOver`] after five minutes or
    /// a first answer, [`Refusal::SignInWrong`] for whatever is no right answer.
    pub async fn finish_sign_in_passkey(
        &self,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<Entered, Error> {
        let shown = self.check_passkey(ceremony, answer).await?;
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

    /// Whether an answer shows somebody's passkey. The question is used up either way.
    pub(crate) async fn check_passkey(
        &self,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<ShownPasskey, Error> {
        let asked = self.take_question(ceremony, CeremonyKind::Enter).await?;
        let wrong = || count(Refusal::SignInWrong, "wrong");
        let staff = asked.staff.ok_or_else(wrong)?;
        let keys = self.passkeys_of(staff).await?;
        let passkeys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let used = match self.passkeys()?.finish_enter(&passkeys, &asked.state, answer) {
            Ok(used) => used,
            Err(mamori_signin::Error::Refused(cause)) => {
                tracing::info!(cause = %cause, "a passkey's answer was refused");
                return Err(wrong());
            }
            Err(cause) => return Err(Error::internal("a passkey cannot be checked", cause)),
        };
        let key = keys.iter().find(|(_, passkey)| passkey.id() == used.passkey.id());
        let credential = key.map(|(credential, _)| credential.id).ok_or_else(wrong)?;
        Ok(ShownPasskey { staff, credential, used })
    }

    /// Writes down that a passkey let somebody in, in the transaction that does.
    pub(crate) async fn use_passkey(&self, tx: &mut Tx, shown: &ShownPasskey) -> Result<(), Error> {
        let data = Sensitive::new(json(&shown.used.passkey)?);
        let now = self.clock().now();
        if tx.use_passkey(shown.credential, &data, now).await? {
            let id = self.clock().mint()?.into();
            let name = proof::digest(&shown.staff.to_string());
            return Ok(tx.insert_attempt(id, &name, true, now).await?);
        }
        Err(count(Refusal::SignInWrong, "wrong"))
    }

    /// A question for one of these passkeys.
    pub(crate) fn ask_for(&self, keys: &[(Credential, Passkey)]) -> Result<Question, Error> {
        let keys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let question = self.passkeys()?.begin_enter(&keys);
        question.map_err(|cause| Error::internal("nobody can be asked for a passkey", cause))
    }

    /// Keeps a question until it is answered.
    pub(crate) async fn keep_question(
        &self,
        question: Question,
        staff: Option<StaffId>,
        kind: CeremonyKind,
    ) -> Result<Asked, Error> {
        let now = self.clock().now();
        let settings = &self.settings().sign_in;
        let ceremony = Ceremony {
            id: self.clock().mint()?.into(),
            staff,
            kind,
            state: question.state,
            expires_at: now.checked_add(settings.ceremony_max).unwrap_or(now),
        };

        let mut tx = self.store().begin("ask_for_passkey").await?;
        let is_kept = tx.insert_ceremony(&ceremony, settings.ceremonies_max, now).await?;
        tx.commit().await?;

        is_kept
            .then_some(Asked { ceremony: ceremony.id, json: question.json })
            .ok_or_else(|| count(Refusal::SignInWait, "wait"))
    }

    /// Takes a question away, as it is being answered.
    pub(crate) async fn take_question(
        &self,
        ceremony: CeremonyId,
        kind: CeremonyKind,
    ) -> Result<Ceremony, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("answer_with_passkey").await?;
        let asked = tx.take_ceremony(ceremony, kind, now).await?;
        tx.commit().await?;

        asked.ok_or(Error::Refused(Refusal::CeremonyOver))
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

    /// The secret from which decoys are made: the same on all nodes, for ever.
    async fn decoys(&self) -> Result<Sensitive<[u8; 32]>, Error> {
        if let Some(secret) = self.store().secret(DECOYS).await? {
            return Ok(secret);
        }

        let mut tx = self.store().begin("make_secret").await?;
        tx.insert_secret(DECOYS, &clock::secret()?).await?;
        tx.commit().await?;

        self.store().secret(DECOYS).await?.ok_or(Error::NotFound("secret"))
    }
}

/// A passkey, for keeping.
pub(crate) fn json(passkey: &Passkey) -> Result<Vec<u8>, Error> {
    passkey.to_json().map_err(|cause| Error::internal("a passkey cannot be written", cause))
}
