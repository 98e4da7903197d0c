//! A staff member's own sign-in methods: passkeys, a password, one-time codes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mamori_model::sign_in::{Ceremony, Credential, CredentialKind, can_sign_in};
use mamori_model::staff::Staff;
use mamori_model::{AuditVerb, CeremonyId, CredentialId, Line, Refusal, Sensitive, StaffId};
use mamori_signin::{
    Owner, PASSKEYS_MAX, Passkey, RegistrationChallenge, TotpSecret, hash_password,
};
use mamori_store::Tx;

use crate::audit::{self, Change};
use crate::staff::member::{Member, RecentlyAuthenticated};
use crate::staff::sign_in::bound_to;
use crate::staff::sign_in_passkey::{PasskeyChallenge, json};
use crate::{Desk, Error};

/// The issuer's name, which authenticators show beside the account's name.
pub(crate) const ISSUER: &str = "Mamori";

/// A sign-in method of a staff member, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInMethod {
    /// The id by which the method can be removed.
    pub id: CredentialId,
    /// Its kind.
    pub kind: CredentialKind,
    /// The name that the staff member gave a passkey, that of the sign-in provider, `password` or
    /// `codes`.
    pub name: Line,
    /// When the method was added.
    pub created_at: Timestamp,
    /// When the method was last used to sign in.
    pub used_at: Option<Timestamp>,
}

/// A secret for one-time codes that is offered to a staff member's authenticator. It is stored only
/// after the staff member has entered a code made from it.
#[derive(Clone, Debug)]
pub struct CodeOffer {
    /// The secret as text, for typing by hand.
    pub text: Sensitive<String>,
    /// The secret as `otpauth://…` link, for an authenticator on the same device.
    pub link: Sensitive<String>,
    /// The secret, sealed for this staff member; the form sends it back together with the code.
    pub sealed: Sensitive<String>,
}

impl Desk {
    /// Returns the sign-in methods of `me`, the oldest first.
    pub async fn sign_in_methods(&self, me: &Member) -> Result<Vec<SignInMethod>, Error> {
        let credentials = self.store().credentials_of(me.staff()).await?;
        let method = |credential: Credential| SignInMethod {
            id: credential.id,
            kind: credential.kind,
            name: credential.name,
            created_at: credential.created_at,
            used_at: credential.used_at,
        };
        Ok(credentials.into_iter().map(method).collect())
    }

    /// Starts the registration of a passkey for `me`; [`Error::Conflict`] if there are
    /// [`PASSKEYS_MAX`] already.
    pub async fn begin_add_passkey(
        &self,
        me: &RecentlyAuthenticated,
    ) -> Result<PasskeyChallenge, Error> {
        has_room(&self.store().credentials_of(me.staff()).await?)?;
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        self.registration_challenge(&staff).await
    }

    /// Adds the passkey that the browser registered. [`Refusal::CeremonyOver`] if it took too long,
    /// [`Refusal::SignInWrong`] if the answer is not valid, [`Error::Conflict`] if there are
    /// [`PASSKEYS_MAX`] passkeys already.
    pub async fn finish_add_passkey(
        &self,
        me: &RecentlyAuthenticated,
        ceremony: CeremonyId,
        answer: &str,
        name: Line,
    ) -> Result<CredentialId, Error> {
        let passkey = self.new_passkey(me.staff(), ceremony, answer).await?;
        let credential = self.passkey_credential(me.staff(), &passkey, name)?;
        self.add_credential(me, &credential, false).await?;
        Ok(credential.id)
    }

    /// Sets the password of `me` in place of the previous one, and ends the other sessions.
    /// [`Refusal::PasswordWeak`] if the password is easy to guess.
    pub async fn set_password(
        &self,
        me: &RecentlyAuthenticated,
        password: Sensitive<String>,
    ) -> Result<(), Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        let credential = self.password_credential(&staff, password).await?;
        self.add_credential(me, &credential, true).await
    }

    /// Offers a secret for one-time codes; [`Refusal::VaultClosed`] if no vault can seal it.
    pub async fn offer_codes(&self, me: &Member) -> Result<CodeOffer, Error> {
        let staff = self.store().staff(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        self.offer_codes_to(&staff)
    }

    /// Stores an offered secret for one-time codes in place of the previous one, and ends the other
    /// sessions. [`Refusal::SignInWrong`] if `code` was not made from the secret.
    pub async fn set_codes(
        &self,
        me: &RecentlyAuthenticated,
        sealed: &str,
        code: &str,
    ) -> Result<(), Error> {
        let credential = self.codes_credential(me.staff(), sealed, code)?;
        self.add_credential(me, &credential, true).await
    }

    /// Removes a sign-in method of `me` and ends the other sessions, because one of them may have
    /// been opened with it. [`Error::Conflict`] if the remaining methods do not suffice to sign in,
    /// [`Error::NotFound`] if `me` has no such method.
    pub async fn remove_credential(
        &self,
        me: &RecentlyAuthenticated,
        which: CredentialId,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let who = me.staff();

        let mut tx = self.store().begin("remove_credential").await?;
        let credentials = tx.lock_credentials_of(who).await?;
        let gone = credentials.iter().find(|credential| credential.id == which);
        let gone = gone.ok_or(Error::NotFound("credential"))?;
        let rest = credentials.iter().filter(|credential| credential.id != which);
        if !can_sign_in(rest.map(|credential| credential.kind)) {
            return Err(Error::conflict("this is the last sign-in method: add another one first"));
        }
        tx.delete_credential(which, who).await?;
        tx.end_other_sessions(who, me.member().session()).await?;
        let change = Change::of(who, AuditVerb::CredentialRemoved, who).after(about(gone.kind));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Adds a sign-in method in a session; if it `is_replaced`, in place of the one of its kind, and
    /// the other sessions end.
    pub(super) async fn add_credential(
        &self,
        me: &RecentlyAuthenticated,
        credential: &Credential,
        is_replaced: bool,
    ) -> Result<(), Error> {
        let mut tx = self.store().begin("add_credential").await?;
        if is_replaced {
            tx.delete_credentials_of_kind(me.staff(), credential.kind).await?;
            tx.end_other_sessions(me.staff(), me.member().session()).await?;
        }
        if credential.kind == CredentialKind::Passkey {
            has_room(&tx.lock_credentials_of(me.staff()).await?)?;
        }
        tx.record_method_added(me.staff(), credential.created_at).await?;
        self.insert_credential(&mut tx, credential).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Inserts a sign-in method and records that its owner added it.
    pub(super) async fn insert_credential(
        &self,
        tx: &mut Tx,
        credential: &Credential,
    ) -> Result<(), Error> {
        tx.insert_credential(credential).await?;
        let change = Change::of(credential.staff, AuditVerb::CredentialAdded, credential.staff);
        let change = change.after(about(credential.kind));
        audit::record(self, tx, change, credential.created_at).await
    }

    /// Starts the registration of a passkey for `staff`.
    pub(super) async fn registration_challenge(
        &self,
        staff: &Staff,
    ) -> Result<PasskeyChallenge, Error> {
        let known = self.passkeys_of(staff.id).await?;
        let known: Vec<Passkey> = known.into_iter().map(|(_, passkey)| passkey).collect();
        let (name, display_name) = (staff.name.as_str(), staff.display_name.as_str());
        let owner = Owner { id: staff.id.into(), name, display_name };
        let question = self.passkeys()?.begin_registration(owner, &known);
        let question = question
            .map_err(|cause| Error::internal("a passkey challenge cannot be made", cause))?;
        self.store_challenge(question, staff.id).await
    }

    /// Stores the challenge for a new passkey until it is answered.
    async fn store_challenge(
        &self,
        question: RegistrationChallenge,
        staff: StaffId,
    ) -> Result<PasskeyChallenge, Error> {
        let now = self.clock().now();
        let settings = &self.settings().sign_in;
        let ceremony = Ceremony {
            id: self.clock().mint()?.into(),
            staff,
            state: question.state,
            expires_at: now.checked_add(settings.ceremony_max).unwrap_or(now),
        };

        let mut tx = self.store().begin("ask_for_passkey").await?;
        tx.insert_ceremony(&ceremony, settings.ceremonies_max).await?;
        tx.commit().await?;

        Ok(PasskeyChallenge { ceremony: ceremony.id, json: question.json })
    }

    /// Checks the answer of `staff` to a challenge and returns the new passkey.
    pub(super) async fn new_passkey(
        &self,
        staff: StaffId,
        ceremony: CeremonyId,
        answer: &str,
    ) -> Result<Passkey, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("answer_with_passkey").await?;
        let asked = tx.take_ceremony(ceremony, now).await?;
        tx.commit().await?;

        let asked = asked.filter(|asked| asked.staff == staff).ok_or(Refusal::CeremonyOver)?;
        match self.passkeys()?.finish_registration(&asked.state, answer) {
            Ok(passkey) => Ok(passkey),
            Err(mamori_signin::Error::Refused(cause)) => {
                tracing::info!(cause = %cause, "a new passkey was refused");
                Err(Refusal::SignInWrong.into())
            }
            Err(cause) => Err(Error::internal("a passkey cannot be made", cause)),
        }
    }

    pub(super) fn passkey_credential(
        &self,
        staff: StaffId,
        passkey: &Passkey,
        name: Line,
    ) -> Result<Credential, Error> {
        let kind = CredentialKind::Passkey;
        let credential = self.credential(staff, kind, name, json(passkey)?)?;
        Ok(Credential { passkey_id: Some(passkey.id().to_vec()), ..credential })
    }

    pub(super) async fn password_credential(
        &self,
        staff: &Staff,
        password: Sensitive<String>,
    ) -> Result<Credential, Error> {
        let name = staff.name.as_str().to_owned();
        let hashed =
            self.hash_slowly(move |memory| hash_password(&password, &name, memory)).await?;
        let phc = match hashed {
            Ok(phc) => phc,
            Err(mamori_signin::Error::Weak) => return Err(Refusal::PasswordWeak.into()),
            Err(cause) => return Err(Error::internal("a password cannot be stored", cause)),
        };
        let data = phc.as_str().as_bytes().to_vec();
        self.credential(staff.id, CredentialKind::Password, line("password")?, data)
    }

    pub(super) fn offer_codes_to(&self, staff: &Staff) -> Result<CodeOffer, Error> {
        let failed = "no codes can be offered";
        let secret = TotpSecret::generate().map_err(|cause| Error::internal(failed, cause))?;
        let link = secret.link(ISSUER, staff.name.as_str());
        let link = link.map_err(|cause| Error::internal(failed, cause))?;
        let sealed = self.vault()?.seal_small(&offered_to(staff.id), secret.bytes().reveal());
        let sealed = sealed.map_err(|cause| Error::internal(failed, cause))?;
        let sealed = Sensitive::new(URL_SAFE_NO_PAD.encode(sealed));
        Ok(CodeOffer { text: secret.text(), link, sealed })
    }

    /// Builds the credential of the secret that was offered to `staff`, if `code` is made from it
    /// now. The code then counts as used.
    pub(super) fn codes_credential(
        &self,
        staff: StaffId,
        sealed: &str,
        code: &str,
    ) -> Result<Credential, Error> {
        let wrong = || Error::Refused(Refusal::SignInWrong);
        let vault = self.vault()?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| wrong())?;
        let bytes = vault.unseal_small(&offered_to(staff), &sealed).map_err(|_| wrong())?;
        let secret = TotpSecret::from_stored(bytes).map_err(|_| wrong())?;
        let unix_s = u64::try_from(self.clock().now().as_second()).unwrap_or(0);
        let step = secret.check(code, unix_s, None).ok_or_else(wrong)?;
        let kind = CredentialKind::Totp;
        let mut credential = self.credential(staff, kind, line("codes")?, Vec::new())?;
        let bound_to = bound_to(credential.id);
        let data = vault.seal_small(bound_to.as_bytes(), secret.bytes().reveal());
        let data = data.map_err(|cause| Error::internal("codes cannot be stored", cause))?;
        credential.data = Sensitive::new(data);
        credential.last_step = Some(step);
        Ok(credential)
    }

    pub(super) fn credential(
        &self,
        staff: StaffId,
        kind: CredentialKind,
        name: Line,
        data: Vec<u8>,
    ) -> Result<Credential, Error> {
        Ok(Credential {
            id: self.clock().mint()?.into(),
            staff,
            kind,
            name,
            passkey_id: None,
            identity: None,
            data: Sensitive::new(data),
            last_step: None,
            created_at: self.clock().now(),
            used_at: None,
        })
    }
}

/// Checks whether one more passkey fits. A sign-in challenge always names [`PASSKEYS_MAX`]
/// passkeys, made-up ones included, so that it does not reveal how many there are.
fn has_room(credentials: &[Credential]) -> Result<(), Error> {
    let passkeys = credentials.iter().filter(|known| known.kind == CredentialKind::Passkey);
    if passkeys.count() < PASSKEYS_MAX {
        return Ok(());
    }
    Err(Error::conflict("there are six passkeys already: remove one first"))
}

fn offered_to(staff: StaffId) -> Vec<u8> {
    format!("offered codes {staff}").into_bytes()
}

fn about(kind: CredentialKind) -> serde_json::Value {
    serde_json::json!({ "kind": kind.as_str() })
}

pub(crate) fn line(text: &str) -> Result<Line, Error> {
    text.parse().map_err(|cause| Error::internal("not a line", cause))
}
