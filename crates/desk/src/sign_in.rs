//! Somebody signs in with a password and a code.
//!
//! Name, password and code are checked as one: whoever guesses learns neither which was wrong nor
//! whether the name is anybody's, by words or by time. No address of a network is kept.

use mamori_model::sign_in::{AttemptLimits, Credential, CredentialKind};
use mamori_model::{AttemptId, CredentialId, Refusal, Sensitive, StaffId};
use mamori_signin::{CodeSecret, Phc, check_password};
use mamori_store::Tx;
use mamori_vault::Vault;

use crate::session::Entered;
use crate::{Desk, Error, proof};

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What they sign in with.
    pub name: String,
    /// Their password.
    pub password: Sensitive<String>,
    /// Six digits.
    pub code: Sensitive<String>,
}

/// A password and a code that are right, and not written down as used yet.
pub(crate) struct Right {
    pub staff: StaffId,
    attempt: AttemptId,
    password: CredentialId,
    codes: CredentialId,
    step: u64,
}

impl Desk {
    /// Lets in whoever typed what is right.
    ///
    /// [`Refusal::SignInWrong`] whatever is wrong, also a code that let somebody in already;
    /// [`Refusal::SignInWait`] after too many failures of the name, or of all names together;
    /// [`Refusal::VaultClosed`] where no codes can be checked.
    pub async fn sign_in(&self, typed: Typed) -> Result<Entered, Error> {
        let now = self.clock().now();
        if !self.inner.guesses.take(now) {
            return Err(count(Refusal::SignInWait, "wait"));
        }
        let right = self.try_password(typed, self.settings().sign_in.attempts).await?;

        let mut tx = self.store().begin("sign_in").await?;
        self.use_right(&mut tx, &right).await?;
        let entered = match self.open_session(&mut tx, right.staff, now).await {
            Err(Error::NotFound(_)) => return Err(count(Refusal::SignInWrong, "wrong")),
            entered => entered?,
        };
        tx.commit().await?;

        self.inner.guesses.give_back();
        counted("let_in");
        Ok(entered)
    }

    /// Whether what somebody typed is right. The attempt is written down as a failure first, so a
    /// burst of them is counted whatever becomes of each.
    pub(crate) async fn try_password(
        &self,
        typed: Typed,
        limits: AttemptLimits,
    ) -> Result<Right, Error> {
        let vault = self.vault()?;
        let now = self.clock().now();
        let attempt = self.clock().mint()?.into();
        let name = typed.name.trim();

        let mut tx = self.store().begin("sign_in").await?;
        let may_try = tx.begin_attempt(attempt, &proof::digest(name), limits, now).await?;
        tx.commit().await?;
        if !may_try {
            return Err(count(Refusal::SignInWait, "wait"));
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
        let is_password = self.slowly(move || check_password(&shown, kept.as_ref())).await?;
        let secret = codes.map(|codes| open_codes(vault, codes)).transpose()?;
        let last_step = codes.and_then(|codes| codes.last_step);
        let unix_s = u64::try_from(now.as_second()).unwrap_or(0);
        let code = typed.code.reveal();
        let step = secret.as_ref().and_then(|secret| secret.check(code, unix_s, last_step));
        match (is_password, password, codes, step) {
            (true, Some(password), Some(codes), Some(step)) => {
                Ok(Right { staff: id, attempt, password: password.id, codes: codes.id, step })
            }
            (is_password, ..) => {
                let was_used =
                    secret.is_some_and(|secret| secret.check(code, unix_s, None).is_some());
                let result = if is_password && was_used { "code_used" } else { "wrong" };
                Err(count(Refusal::SignInWrong, result))
            }
        }
    }

    /// Writes down that password and code let somebody in, in the transaction that does.
    pub(crate) async fn use_right(&self, tx: &mut Tx, right: &Right) -> Result<(), Error> {
        let now = self.clock().now();
        if !tx.use_code(right.codes, right.step, now).await? {
            return Err(count(Refusal::SignInWrong, "code_used"));
        }
        if !tx.use_password(right.password, now).await? {
            return Err(count(Refusal::SignInWrong, "wrong"));
        }
        Ok(tx.let_in(right.attempt).await?)
    }

    /// The vault, without which no codes can be kept or checked.
    pub(crate) fn vault(&self) -> Result<&Vault, Error> {
        self.settings().vault.as_deref().ok_or(Error::Refused(Refusal::VaultClosed))
    }

    /// Does what is slow by design beside the requests, and only so much of it at once.
    pub(crate) async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let lost = "a password could not be checked";
        let permit = self.inner.hashing.acquire().await;
        let _permit = permit.map_err(|cause| Error::internal(lost, cause))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|cause| Error::internal(lost, cause))
    }
}

pub(crate) fn of_kind(credentials: &[Credential], kind: CredentialKind) -> Option<&Credential> {
    credentials.iter().find(|credential| credential.kind == kind)
}

/// What a secret of codes is sealed for.
pub(crate) fn bound_to(codes: CredentialId) -> String {
    format!("totp {codes}")
}

fn phc(password: &Credential) -> Result<Phc, Error> {
    let text = String::from_utf8(password.data.reveal().clone());
    let text = text.map_err(|cause| Error::internal("a password is not text", cause))?;
    Phc::from_kept(text).map_err(|cause| Error::internal("a password cannot be read", cause))
}

fn open_codes(vault: &Vault, codes: &Credential) -> Result<CodeSecret, Error> {
    let bytes = vault.unseal_small(bound_to(codes.id).as_bytes(), codes.data.reveal());
    let bytes = bytes.map_err(|cause| Error::internal("a secret of codes does not open", cause))?;
    CodeSecret::from_kept(bytes)
        .map_err(|cause| Error::internal("a secret of codes cannot be read", cause))
}

/// A refusal to sign in, counted; the count alone knows why.
pub(crate) fn count(refusal: Refusal, result: &'static str) -> Error {
    counted(result);
    Error::Refused(refusal)
}

/// An attempt to sign in, counted.
pub(crate) fn counted(result: &'static str) {
    metrics::counter!("mamori_sign_ins_total", "result" => result).increment(1);
}
