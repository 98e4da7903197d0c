//! Signs a staff member in with a password and a code.
//!
//! Name, password and code are checked as one: neither the answer nor its timing tells an attacker
//! which of them was wrong, or whether the name exists. Network addresses are not stored.

use mamori_model::sign_in::{AttemptLimits, Credential, CredentialKind};
use mamori_model::{AttemptId, CredentialId, Refusal, Sensitive, StaffId};
use mamori_signin::{Phc, TotpSecret, check_password};
use mamori_store::Tx;
use mamori_vault::Vault;
use strum::{IntoStaticStr, VariantArray};

use crate::services::proof;
use crate::staff::session::NewSession;
use crate::{Desk, Error};

/// What was typed into the sign-in form.
#[derive(Clone, Debug)]
pub struct PasswordSignIn {
    /// The sign-in name; spaces around it are ignored.
    pub name: String,
    /// The password, not yet checked.
    pub password: Sensitive<String>,
    /// The code of an authenticator, six digits.
    pub code: Sensitive<String>,
}

/// The result of an attempt to sign in, as the metric and the log name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SignInResult {
    /// The staff member is signed in.
    LetIn,
    /// The name, the password, the code or the passkey is wrong.
    Wrong,
    /// The code is right, but was used before.
    CodeUsed,
    /// Refused without checking the password or asking the sign-in provider, after too many failures.
    Wait,
    /// The account at the sign-in provider is connected to no active staff account, or to another one
    /// than that of the session.
    Unknown,
    /// The sign-in provider does not answer as expected.
    ProviderSilent,
}

impl SignInResult {
    /// Every result, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the metric and the log use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A password and a code that are right, and not yet recorded as used.
pub(super) struct VerifiedPassword {
    pub staff: StaffId,
    attempt: AttemptId,
    password: CredentialId,
    codes: CredentialId,
    step: u64,
}

impl Desk {
    /// Signs in the staff member whose name, password and code are right.
    ///
    /// [`Refusal::SignInWrong`] whichever of them is wrong, also for a code that was used before;
    /// [`Refusal::SignInWait`] after too many failures of the name, or of all names together;
    /// [`Refusal::VaultClosed`] where codes cannot be checked.
    pub async fn sign_in(&self, typed: PasswordSignIn) -> Result<NewSession, Error> {
        let now = self.clock().now();
        if !self.inner.password_attempts.take(self.clock().running()) {
            return Err(failed(Refusal::SignInWait, SignInResult::Wait, None));
        }
        let right = self.try_password(typed, self.settings().sign_in.attempts).await?;

        let mut tx = self.store().begin("sign_in").await?;
        self.record_password_used(&mut tx, &right).await?;
        let entered = match self.open_session(&mut tx, right.staff, now).await {
            Err(Error::NotFound(_)) => {
                let wrong = SignInResult::Wrong;
                return Err(failed(Refusal::SignInWrong, wrong, Some(right.staff)));
            }
            entered => entered?,
        };
        tx.commit().await?;

        self.inner.password_attempts.refund();
        counted(SignInResult::LetIn);
        Ok(entered)
    }

    /// Checks name, password and code. The attempt is recorded as a failure first, so that a burst
    /// of attempts is counted, however each of them ends.
    pub(super) async fn try_password(
        &self,
        typed: PasswordSignIn,
        limits: AttemptLimits,
    ) -> Result<VerifiedPassword, Error> {
        let vault = self.vault()?;
        let now = self.clock().now();
        let attempt = self.clock().mint()?.into();
        let name = typed.name.trim();

        let mut tx = self.store().begin("sign_in").await?;
        let may_try = tx.begin_attempt(attempt, &proof::digest(name), limits, now).await?;
        tx.commit().await?;
        if !may_try {
            return Err(failed(Refusal::SignInWait, SignInResult::Wait, None));
        }

        let staff = match name.parse() {
            Ok(name) => self.store().staff_by_name(&name).await?,
            Err(_) => None,
        };
        let id = staff.as_ref().map_or(StaffId::from(uuid::Uuid::nil()), |staff| staff.id);
        let credentials = self.store().credentials_of(id).await?;
        let password = of_kind(&credentials, CredentialKind::Password);
        let codes = of_kind(&credentials, CredentialKind::Totp);

        let kept = password.map(phc).transpose()?;
        let shown = typed.password;
        let is_password =
            self.hash_slowly(move |memory| check_password(&shown, kept.as_ref(), memory)).await?;
        let secret = codes.map(|codes| open_codes(vault, codes)).transpose()?;
        let last_step = codes.and_then(|codes| codes.last_step);
        let unix_s = u64::try_from(now.as_second()).unwrap_or(0);
        let code = typed.code.reveal();
        let step = secret.as_ref().and_then(|secret| secret.check(code, unix_s, last_step));
        match (is_password, password, codes, step) {
            (true, Some(password), Some(codes), Some(step)) => Ok(VerifiedPassword {
                staff: id,
                attempt,
                password: password.id,
                codes: codes.id,
                step,
            }),
            (is_password, ..) => {
                let was_used =
                    secret.is_some_and(|secret| secret.check(code, unix_s, None).is_some());
                let result = if is_password && was_used {
                    SignInResult::CodeUsed
                } else {
                    SignInResult::Wrong
                };
                Err(failed(Refusal::SignInWrong, result, staff.map(|staff| staff.id)))
            }
        }
    }

    /// Records in the transaction of the sign-in that password and code were used.
    pub(super) async fn record_password_used(
        &self,
        tx: &mut Tx,
        right: &VerifiedPassword,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        if !tx.use_code(right.codes, right.step, now).await? {
            let used = SignInResult::CodeUsed;
            return Err(failed(Refusal::SignInWrong, used, Some(right.staff)));
        }
        if !tx.use_password(right.password, now).await? {
            let wrong = SignInResult::Wrong;
            return Err(failed(Refusal::SignInWrong, wrong, Some(right.staff)));
        }
        Ok(tx.mark_attempt_succeeded(right.attempt).await?)
    }

    /// Returns the vault; [`Refusal::VaultClosed`] without one, as codes cannot be stored or
    /// checked then.
    pub(crate) fn vault(&self) -> Result<&Vault, Error> {
        self.settings().vault.as_deref().ok_or(Error::Refused(Refusal::VaultClosed))
    }
}

pub(super) fn of_kind(credentials: &[Credential], kind: CredentialKind) -> Option<&Credential> {
    credentials.iter().find(|credential| credential.kind == kind)
}

/// Returns the name that a secret of codes is sealed for.
pub(crate) fn bound_to(codes: CredentialId) -> String {
    format!("totp {codes}")
}

fn phc(password: &Credential) -> Result<Phc, Error> {
    let text = String::from_utf8(password.data.reveal().clone());
    let text = text.map_err(|cause| Error::internal("a password is not text", cause))?;
    Phc::from_stored(text).map_err(|cause| Error::internal("a password cannot be read", cause))
}

fn open_codes(vault: &Vault, codes: &Credential) -> Result<TotpSecret, Error> {
    let bytes = vault.unseal_small(bound_to(codes.id).as_bytes(), codes.data.reveal());
    let bytes = bytes.map_err(|cause| Error::internal("a secret of codes does not open", cause))?;
    TotpSecret::from_stored(bytes)
        .map_err(|cause| Error::internal("a secret of codes cannot be read", cause))
}

/// Counts and logs a failed sign-in by its reason, which only the counter and the log know, and
/// returns the refusal. `staff`: the account of the name that was typed, if there is one. The name
/// itself is never logged: people type passwords into its field.
pub(crate) fn failed(refusal: Refusal, result: SignInResult, staff: Option<StaffId>) -> Error {
    counted(result);
    let (result, staff) = (result.as_str(), staff.map(tracing::field::display));
    tracing::warn!(target: "security", result, staff, "a sign-in failed");
    Error::Refused(refusal)
}

/// Counts an attempt to sign in by its result.
pub(crate) fn counted(result: SignInResult) {
    metrics::counter!("mamori_sign_ins_total", "result" => result.as_str()).increment(1);
}
