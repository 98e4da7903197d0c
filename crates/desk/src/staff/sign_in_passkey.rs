//! Signs a staff member in with a passkey.
//!
//! Attempts are not limited by name: a passkey cannot be guessed, and an attacker must not be able
//! to lock a staff member out. A request for a passkey stores nothing, so requests cannot fill the
//! database. A name that no account has gets a request too, always with the same invented passkeys.

use jiff::Timestamp;
use mamori_model::sign_in::{Credential, CredentialKind};
use mamori_model::{CeremonyId, CredentialId, Refusal, Sensitive, StaffId};
use mamori_signin::{Passkey, Passkeys, SignInChallenge, UsedPasskey};
use mamori_store::Tx;
use uuid::Uuid;

use crate::services::proof;
use crate::staff::session::NewSession;
use crate::staff::sign_in::{SignInResult, counted, failed};
use crate::{Desk, Error};

/// The name under which the secret of passkey challenges is stored.
const CHALLENGE_SECRET: &str = "questions for passkeys";

/// What a browser is asked, and the id under which it answers.
#[derive(Clone, Debug)]
pub struct PasskeyChallenge {
    /// Id of the request, to be sent with the answer.
    pub ceremony: CeremonyId,
    /// Options for `navigator.credentials`, as JSON.
    pub json: String,
}

/// A passkey that was shown, and is not yet recorded as used.
pub(super) struct VerifiedPasskey {
    pub staff: StaffId,
    credential: CredentialId,
    ceremony: CeremonyId,
    used: UsedPasskey,
}

/// Refuses a passkey. `staff`: the account of the name that was typed, or the nil id.
fn wrong(staff: StaffId) -> Error {
    let known = Some(staff).filter(|staff| *staff != StaffId::from(Uuid::nil()));
    failed(Refusal::SignInWrong, SignInResult::Wrong, known)
}

impl Desk {
    /// Asks for the passkey of the staff account with this sign-in name, also if there is none.
    pub async fn begin_sign_in_passkey(&self, name: &str) -> Result<PasskeyChallenge, Error> {
        let name = name.trim();
        let (_, keys) = self.passkeys_of_name(name).await?;
        self.sign_in_challenge(name, &keys).await
    }

    /// Signs in the staff member who answered with their passkey, under the name of the request.
    /// [`Refusal::CeremonyOver`] after [`crate::settings::SignInSettings::ceremony_max`];
    /// [`Refusal::SignInWrong`] for every wrong answer, also for one that was used before.
    pub async fn finish_sign_in_passkey(
        &self,
        name: &str,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<NewSession, Error> {
        let shown = self.check_passkey(name, ceremony, answer).await?;
        let now = self.clock().now();

        let mut tx = self.store().begin("sign_in_passkey").await?;
        self.use_passkey(&mut tx, &shown).await?;
        let entered = match self.open_session(&mut tx, shown.staff, now).await {
            Err(Error::NotFound(_)) => return Err(wrong(shown.staff)),
            entered => entered?,
        };
        tx.commit().await?;

        counted(SignInResult::LetIn);
        Ok(entered)
    }

    /// Checks whether an answer shows a passkey of the staff account with this sign-in name.
    pub(super) async fn check_passkey(
        &self,
        name: &str,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<VerifiedPasskey, Error> {
        if !self.is_in_time(ceremony) {
            return Err(Refusal::CeremonyOver.into());
        }
        let name = name.trim();
        let (staff, keys) = self.passkeys_of_name(name).await?;
        let passkeys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let asking =
            SignInChallenge { id: ceremony.into(), name, secret: self.challenge_secret().await? };
        let used = match self.passkeys()?.finish_sign_in(asking, &passkeys, answer) {
            Ok(used) => used,
            Err(mamori_signin::Error::Refused(cause)) => {
                tracing::info!(cause = %cause, "a passkey's answer was refused");
                return Err(wrong(staff));
            }
            Err(cause) => return Err(Error::internal("a passkey cannot be checked", cause)),
        };
        let key = keys.iter().find(|(_, passkey)| passkey.id() == used.passkey.id());
        let credential = key.map(|(credential, _)| credential.id).ok_or_else(|| wrong(staff))?;
        Ok(VerifiedPasskey { staff, credential, ceremony, used })
    }

    /// Checks whether the request was made a short while ago. Its id contains the time, and the
    /// challenge depends on the id.
    fn is_in_time(&self, ceremony: CeremonyId) -> bool {
        let asked = Uuid::from(ceremony).get_timestamp().map(|asked| asked.to_unix());
        let asked = asked.and_then(|(seconds, nanos)| {
            Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
        });
        let age = asked.map(|asked| self.clock().now().duration_since(asked));
        age.is_some_and(|age| age < self.settings().sign_in.ceremony_max)
    }

    /// Records in the transaction of the sign-in that a passkey was used.
    pub(super) async fn use_passkey(
        &self,
        tx: &mut Tx,
        shown: &VerifiedPasskey,
    ) -> Result<(), Error> {
        let data = Sensitive::new(json(&shown.used.passkey)?);
        let now = self.clock().now();
        let until = now.checked_add(self.settings().sign_in.ceremony_max).unwrap_or(now);
        if !tx.answer_ceremony(shown.ceremony, until).await? {
            return Err(wrong(shown.staff));
        }
        if tx.use_passkey(shown.credential, &data, now).await? {
            let id = self.clock().mint()?.into();
            let name = proof::digest(&shown.staff.to_string());
            return Ok(tx.insert_attempt(id, &name, true, now).await?);
        }
        Err(wrong(shown.staff))
    }

    /// Asks the staff account with this sign-in name for one of these passkeys. Stores nothing.
    pub(super) async fn sign_in_challenge(
        &self,
        name: &str,
        keys: &[(Credential, Passkey)],
    ) -> Result<PasskeyChallenge, Error> {
        let keys: Vec<Passkey> = keys.iter().map(|(_, passkey)| passkey.clone()).collect();
        let id = self.clock().mint()?;
        let asking = SignInChallenge { id, name, secret: self.challenge_secret().await? };
        let json = self.passkeys()?.begin_sign_in(asking, &keys);
        let json =
            json.map_err(|cause| Error::internal("a passkey challenge cannot be made", cause))?;
        Ok(PasskeyChallenge { ceremony: id.into(), json })
    }

    /// Returns the staff account with this sign-in name and its passkeys; the nil id and none if no
    /// account has the name.
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

    /// Returns the passkeys of a staff member, as they are stored and as they are read.
    pub(super) async fn passkeys_of(
        &self,
        staff: StaffId,
    ) -> Result<Vec<(Credential, Passkey)>, Error> {
        let mut keys = self.store().credentials_of(staff).await?;
        keys.retain(|credential| credential.kind == CredentialKind::Passkey);
        let read = |credential: Credential| {
            let passkey = Passkey::from_stored(credential.data.reveal())
                .map_err(|cause| Error::internal("a passkey cannot be read", cause))?;
            Ok((credential, passkey))
        };
        keys.into_iter().map(read).collect()
    }

    /// Returns the passkey ceremonies; [`Error::NotFound`] where there is no console.
    pub(crate) fn passkeys(&self) -> Result<&Passkeys, Error> {
        self.inner.passkeys.as_ref().ok_or(Error::NotFound("page"))
    }

    /// Returns the secret from which passkey challenges are derived: the same on all nodes, for
    /// ever.
    async fn challenge_secret(&self) -> Result<&Sensitive<[u8; 32]>, Error> {
        self.shared_secret(&self.inner.challenge_secret, CHALLENGE_SECRET).await
    }
}

/// Writes a passkey as JSON, to be stored.
pub(crate) fn json(passkey: &Passkey) -> Result<Vec<u8>, Error> {
    passkey.to_json().map_err(|cause| Error::internal("a passkey cannot be written", cause))
}
