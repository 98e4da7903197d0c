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
    /// The cookie's text: `ms_` and 43 characters of base64. It is not kept anywhere.
    pub cookie: Sensitive<String>,
    /// What their forms must carry.
    pub csrf: Sensitive<[u8; 32]>,
}

/// A cookie's text, and the digest by which it is known.
pub fn new_cookie() -> Result<(Sensitive<String>, Sha256), Error> {
    new_text("ms_")
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
        let (cookie, digest) = new_cookie()?;
        let csrf = clock::secret()?;
        let expires_at = now.checked_add(self.settings().sign_in.session_max);
        let session = Session {
            id: self.clock().mint()?.into(),
            staff,
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
