//! Creates sessions and their cookies. Who may sign in is checked elsewhere, such as in
//! [`crate::staff::sign_in`].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mamori_model::sign_in::Session;
use mamori_model::{Sensitive, Sha256, StaffId};
use mamori_store::Tx;

use crate::services::proof;
use crate::{Desk, Error, clock};

/// A session that has just begun: what the answer to the sign-in must set.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Text of the cookie: `ms_`, 43 characters of base64 that stay as long as the session, a full
    /// stop, and 43 that change. It is not stored.
    pub cookie: Sensitive<String>,
    /// The CSRF token that forms of this session must carry, 256 bits.
    pub csrf: Sensitive<[u8; 32]>,
}

/// What all cookies of one session begin with. The session is found by it, so that a cookie that
/// was replaced is detected, however often the cookie was replaced since.
#[derive(Clone, Debug)]
pub(super) struct Family(Sensitive<String>);

impl Family {
    /// Generates the family of a new session.
    fn generate() -> Result<Self, Error> {
        Ok(Self(new_text("ms_")?.0))
    }

    /// Returns the family of a cookie that a request showed; `None` if it is not a session cookie.
    pub(crate) fn of(cookie: &str) -> Option<Self> {
        let (family, _) = cookie.split_once('.')?;
        family.starts_with("ms_").then(|| Self(Sensitive::new(family.to_owned())))
    }

    /// Returns the sha-256 digest under which the family is stored.
    pub(crate) fn digest(&self) -> Sha256 {
        proof::digest(self.0.reveal())
    }

    /// Generates the text of another cookie of this family, and the sha-256 digest under which it
    /// is stored.
    pub(super) fn new_cookie(&self) -> Result<(Sensitive<String>, Sha256), Error> {
        new_text(&format!("{}.", self.0.reveal()))
    }
}

/// Generates 256 random bits as text after `prefix`, and the sha-256 digest of the whole, under
/// which it is stored.
pub fn new_text(prefix: &str) -> Result<(Sensitive<String>, Sha256), Error> {
    let secret = clock::secret()?;
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(secret.reveal()));
    let digest = proof::digest(&text);
    Ok((Sensitive::new(text), digest))
}

impl Desk {
    /// Begins a session in the transaction of the sign-in. [`Error::NotFound`] if there is no such
    /// staff account or it is deactivated.
    pub(super) async fn open_session(
        &self,
        tx: &mut Tx,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<NewSession, Error> {
        let family = Family::generate()?;
        let (cookie, digest) = family.new_cookie()?;
        let csrf = clock::secret()?;
        let expires_at = now.checked_add(self.settings().sign_in.session_max);
        let session = Session {
            id: self.clock().mint()?.into(),
            staff,
            family: family.digest(),
            digest,
            digest_before: None,
            csrf: csrf.clone(),
            proved_at: now,
            rotated_at: now,
            confirmed_at: None,
            seen_at: now,
            expires_at: expires_at.unwrap_or(now),
        };
        tx.insert_session(&session).await?;
        Ok(NewSession { cookie, csrf })
    }
}
