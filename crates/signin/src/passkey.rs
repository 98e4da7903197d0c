//! Passkeys: the two ceremonies of `WebAuthn`, each a question and an answer.
//!
//! What must be kept until somebody makes a passkey is kept here, never with the browser. Of a
//! question for one, nothing is kept: its challenge is made of a secret, of the question's id and of
//! the name, and made anew when the answer comes. So whoever asks for nothing but questions fills
//! nothing.

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

/// How long a browser may take, in milliseconds: the library's own, and the specification's advice.
const TIMEOUT_MS: u64 = 300_000;

/// How many ids a question names, whoever is asked: so many passkeys one person may have, and the
/// rest are made up. Enough for two devices, their two spares, and two in a drawer.
pub const PASSKEYS_MAX: usize = 6;

/// Lengths that authenticators' ids have.
const ID_BYTES: [usize; 4] = [16, 20, 32, 64];

/// One question to whoever says that they have a name.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The question's id, which nobody may choose.
    pub id: Uuid,
    /// What they say they sign in with.
    pub name: &'a str,
    /// What challenges and made-up ids are made of.
    pub secret: &'a Sensitive<[u8; 32]>,
}

impl Asking<'_> {
    /// 32 bytes that nobody can guess without the secret. Each `about` has its own.
    fn digest(&self, about: &str, what: &[u8]) -> Result<[u8; 32], Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.reveal())
            .map_err(Error::internal("make a challenge"))?;
        for part in [about.as_bytes(), b"\0", what, self.name.as_bytes()] {
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    fn challenge(&self) -> Result<String, Error> {
        Ok(URL_SAFE_NO_PAD.encode(self.digest("challenge", self.id.as_bytes())?))
    }

    /// An id that no authenticator has: always the same for the same name.
    fn made_up(&self, number: u8) -> Result<Vec<u8>, Error> {
        let [first, second, kind] =
            ["first half", "second half", "length"].map(|about| self.digest(about, &[number]));
        let kind = kind?.first().copied().unwrap_or(0);
        let length = ID_BYTES.get(usize::from(kind) % ID_BYTES.len()).copied();
        let mut id = [first?, second?].concat();
        id.truncate(length.unwrap_or(ID_BYTES.len()));
        Ok(id)
    }

    /// The ids that the question names: those of `keys` among made-up ones, in an order that says
    /// nothing.
    fn ids(&self, keys: &[Passkey]) -> Result<Vec<Vec<u8>>, Error> {
        let mut ids: Vec<Vec<u8>> = keys.iter().map(|key| key.id().to_vec()).collect();
        for number in (0_u8..).take(PASSKEYS_MAX.saturating_sub(keys.len())) {
            ids.push(self.made_up(number)?);
        }
        let ordered = ids.into_iter().map(|id| Ok((self.digest("order", &id)?, id)));
        let mut ordered = ordered.collect::<Result<Vec<_>, Error>>()?;
        ordered.sort_unstable();
        Ok(ordered.into_iter().map(|(_, id)| id).collect())
    }
}

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

    /// Asks for one of `keys`; JSON for `navigator.credentials`. Without any, the question looks
    /// the same, and no answer to it is right. Asking twice names the same ids.
    pub fn begin_enter(&self, asking: Asking<'_>, keys: &[Passkey]) -> Result<String, Error> {
        let named = asking
            .ids(keys)?
            .into_iter()
            .map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
        let question = json!({ "publicKey": {
            "challenge": asking.challenge()?,
            "timeout": TIMEOUT_MS,
            "rpId": self.host,
            "allowCredentials": named.collect::<Vec<Value>>(),
            "userVerification": "required",
        }});
        Ok(question.to_string())
    }

    /// Which of `keys` answered the question.
    pub fn finish_enter(
        &self,
        asking: Asking<'_>,
        keys: &[Passkey],
        answer: &str,
    ) -> Result<Used, Error> {
        if keys.is_empty() {
            return Err(Error::refused("nobody has a passkey under this name"));
        }
        let state = self.asked(asking, keys)?;
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

    /// The library's own state of a question, with our challenge in it.
    fn asked(
        &self,
        asking: Asking<'_>,
        keys: &[Passkey],
    ) -> Result<rs::PasskeyAuthentication, Error> {
        let inner: Vec<rs::Passkey> = keys.iter().map(|key| key.0.clone()).collect();
        let (_, state) = self
            .webauthn
            .start_passkey_authentication(&inner)
            .map_err(Error::internal("ask for a passkey"))?;
        let mut state =
            serde_json::to_value(&state).map_err(Error::internal("write a ceremony"))?;
        let challenge = state.pointer_mut("/ast/challenge").ok_or(Error::Broken("ceremony"))?;
        *challenge = Value::String(asking.challenge()?);
        serde_json::from_value(state).map_err(|_| Error::Broken("ceremony"))
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
