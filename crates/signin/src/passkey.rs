//! Passkeys: the two ceremonies of `WebAuthn`, each a question and an answer.
//!
//! The state between the two is a secret of ours: it is kept here, never with the browser.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use mamori_model::Sensitive;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude as rs;

use crate::Error;
use crate::error::chance;

/// How long a browser may take, in milliseconds: the library's own, and the specification's advice.
const TIMEOUT_MS: u64 = 300_000;

/// Lengths that authenticators' ids have.
const ID_BYTES: [usize; 4] = [16, 20, 32, 64];

/// What is asked of a browser, and what must be kept until it answers.
#[derive(Clone, Debug)]
pub struct Question {
    /// JSON for `navigator.credentials`.
    pub json: String,
    /// For the one who finishes the ceremony.
    pub state: Sensitive<String>,
}

/// The half of a passkey that we keep. It opens nothing by itself.
#[derive(Clone)]
pub struct Passkey(rs::Passkey);

impl Passkey {
    /// What was kept.
    pub fn from_kept(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map(Self).map_err(|_| Error::Broken("passkey"))
    }

    /// For keeping.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(&self.0).map_err(Error::internal("write a passkey"))
    }

    /// The authenticator's own id of it.
    pub fn id(&self) -> &[u8] {
        self.0.cred_id()
    }
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passkey(…)")
    }
}

/// Whoever owns a passkey, as it is told to the authenticator.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// Their id.
    pub id: Uuid,
    /// What they sign in with.
    pub name: &'a str,
    /// How they are shown.
    pub shown: &'a str,
}

/// The ceremonies of one console.
pub struct Passkeys {
    webauthn: rs::Webauthn,
    host: String,
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Passkeys {
    /// For a console at `origin`, called `name`. [`Error::Origin`] where its host is an address:
    /// browsers make passkeys for names only.
    pub fn new(origin: &Url, name: &str) -> Result<Self, Error> {
        let host = origin.domain().ok_or_else(|| Error::Origin(origin.to_string()))?.to_owned();
        let built = rs::WebauthnBuilder::new(&host, origin)
            .and_then(|builder| builder.rp_name(name).build());
        let webauthn = built.map_err(|_| Error::Origin(origin.to_string()))?;
        Ok(Self { webauthn, host })
    }

    /// Asks for a new passkey, on another authenticator than those of `known`.
    pub fn begin_register(&self, owner: Owner<'_>, known: &[Passkey]) -> Result<Question, Error> {
        let known = known.iter().map(|passkey| passkey.0.cred_id().clone()).collect();
        let (asked, state) = self
            .webauthn
            .start_passkey_registration(owner.id, owner.name, owner.shown, Some(known))
            .map_err(Error::internal("ask for a passkey"))?;
        let json = serde_json::to_string(&asked).map_err(Error::internal("write a question"))?;
        Ok(Question { json, state: keep(&state)? })
    }

    /// The passkey, if the answer is one to the question of `state`.
    pub fn finish_register(
        &self,
        state: &Sensitive<String>,
        answer: &str,
    ) -> Result<Passkey, Error> {
        let state = serde_json::from_str(state.reveal()).map_err(|_| Error::Broken("ceremony"))?;
        let answer = serde_json::from_str(answer).map_err(Error::refused)?;
        let made = self.webauthn.finish_passkey_registration(&answer, &state);
        made.map(Passkey).map_err(Error::refused)
    }

    /// Asks for one of `keys`, of which there is at least one.
    pub fn begin_enter(&self, keys: &[Passkey]) -> Result<Question, Error> {
        let inner: Vec<rs::Passkey> = keys.iter().map(|key| key.0.clone()).collect();
        let (asked, state) = self
            .webauthn
            .start_passkey_authentication(&inner)
            .map_err(Error::internal("ask for a passkey"))?;
        let asked = serde_json::to_value(&asked).map_err(Error::internal("write a question"))?;
        let challenge = asked.pointer("/publicKey/challenge").and_then(Value::as_str);
        let challenge = challenge.ok_or(Error::Broken("challenge"))?;
        let ids = keys.iter().map(|key| key.id().to_vec());
        Ok(Question { json: self.question(challenge, ids), state: keep(&state)? })
    }

    /// A question for a name that nobody has, or who has no passkey: always the same key for the
    /// same name, so that asking twice tells nothing. No answer to it is right.
    pub fn decoy(&self, name: &str, secret: &Sensitive<[u8; 32]>) -> Result<String, Error> {
        let digest = |about: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal())
                .map_err(Error::internal("make a decoy"))?;
            mac.update(about.as_bytes());
            mac.update(name.as_bytes());
            Ok::<[u8; 32], Error>(mac.finalize().into_bytes().into())
        };
        let mut id = [digest("first half of ")?, digest("second half of ")?].concat();
        let kind = digest("length for ")?.first().copied().unwrap_or(0);
        let length = ID_BYTES.get(usize::from(kind) % ID_BYTES.len()).copied();
        id.truncate(length.unwrap_or(ID_BYTES.len()));
        let challenge = URL_SAFE_NO_PAD.encode(chance::<32>()?);
        Ok(self.question(&challenge, std::iter::once(id)))
    }

    /// Which of `keys` answered the question of `state`.
    pub fn finish_enter(
        &self,
        keys: &[Passkey],
        state: &Sensitive<String>,
        answer: &str,
    ) -> Result<Used, Error> {
        let state = serde_json::from_str(state.reveal()).map_err(|_| Error::Broken("ceremony"))?;
        let answer = serde_json::from_str(answer).map_err(Error::refused)?;
        let shown = self.webauthn.finish_passkey_authentication(&answer, &state);
        let shown = shown.map_err(Error::refused)?;
        if !shown.user_verified() {
            return Err(Error::refused("the authenticator did not ask who is there"));
        }
        let used = keys.iter().find(|key| key.id() == shown.cred_id().as_slice());
        let mut passkey = used.cloned().ok_or_else(|| Error::refused("the passkey was removed"))?;
        let has_changed = passkey.0.update_credential(&shown) == Some(true);
        Ok(Used { passkey, has_changed })
    }

    /// One text for real questions and decoys, so that they cannot differ.
    fn question(&self, challenge: &str, ids: impl Iterator<Item = Vec<u8>>) -> String {
        let allowed: Vec<Value> = ids
            .map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }))
            .collect();
        let question = json!({ "publicKey": {
            "challenge": challenge,
            "timeout": TIMEOUT_MS,
            "rpId": self.host,
            "allowCredentials": allowed,
            "userVerification": "required",
        }});
        question.to_string()
    }
}

/// A passkey that let somebody in.
#[derive(Clone, Debug)]
pub struct Used {
    /// The passkey, as it is to be kept from now on.
    pub passkey: Passkey,
    /// Whether it differs from what was kept: its counter went on, or it was backed up.
    pub has_changed: bool,
}

fn keep(state: &impl serde::Serialize) -> Result<Sensitive<String>, Error> {
    let json = serde_json::to_string(state).map_err(Error::internal("write a ceremony"))?;
    Ok(Sensitive::new(json))
}

#[cfg(test)]
mod tests;
