//! A session begins. Which verb lets somebody in is another matter.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mamori_model::sign_in::Session;
use mamori_model::{Sensitive, Sha256, StaffId};
use mamori_store::Tx;

use crate::{Desk, Error, clock, proof};

/// Somebody was let in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The cookie's text: `ms_`, 43 characters of base64 that stay as long as the session, a full
    /// stop, and 43 that change. It is not kept anywhere.
    pub cookie: Sensitive<String>,
    /// What their forms must carry.
    pub csrf: Sensitive<[u8; 32]>,
}

/// What all cookies of one session begin with. Whoever shows a cookie that was replaced is found
/// out by it, however often it was replaced since.
#[derive(Clone, Debug)]
pub(crate) struct Family(Sensitive<String>);

impl Family {
    /// A new session's.
    fn generate() -> Result<Self, Error> {
        Ok(Self(new_text("ms_")?.0))
    }

    /// The family of a cookie that somebody shows; `None` if it is none of ours.
    pub(crate) fn of(cookie: &str) -> Option<Self> {
        let (family, _) = cookie.split_once('.')?;
        family.starts_with("ms_").then(|| Self(Sensitive::new(family.to_owned())))
    }

    /// The digest by which it is known.
    pub(crate) fn digest(&self) -> Sha256 {
        proof::digest(self.0.reveal())
    }

    /// Another cookie's text, and the digest by which it is known.
    pub(crate) fn new_cookie(&self) -> Result<(Sensitive<String>, Sha256), Error> {
        new_text(&format!("{}.", self.0.reveal()))
    }
}

/// 256 random bits as text, and the digest by which it is known.
pub fn new_text(prefix: &str) -> Result<(Sensitive<String>, Sha256), Error> {
    let secret = clock::secret()?;
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(secret.reveal()));
    let digest = proof::digest(&text);
    Ok((Sensitive::new(text), digest))
}

impl Desk {
    /// Begins a session in the transaction that let somebody in.
    pub(crate) async fn open_session(
        &self,
        tx: &mut Tx,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<Entered, Error> {
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
        Ok(Entered { cookie, csrf })
    }
}
