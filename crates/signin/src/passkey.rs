//! Passkeys: the two ceremonies of `WebAuthn`, each a challenge and a response.
//!
//! Registration has a state that the caller stores on the server, never in the browser. Sign-in has
//! no stored state: its challenge is derived from a secret, the id of the challenge and the sign-in
//! name, and derived again when the response arrives. So an attacker who only asks for challenges
//! fills no storage.

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

/// How long a browser may take, in milliseconds: the default of the library, and the
/// specification's advice.
const TIMEOUT_MS: u64 = 300_000;

/// The number of credential ids in every sign-in challenge. A staff member may have up to this
/// number of passkeys; the remaining ids are made up. Enough for two devices, two spare keys, and
/// two more in reserve.
pub const PASSKEYS_MAX: usize = 6;

/// The lengths in bytes of credential ids that authenticators use.
const ID_BYTES: [usize; 4] = [16, 20, 32, 64];

/// One sign-in challenge, for a client that claims to have a sign-in name.
#[derive(Clone, Copy, Debug)]
pub struct SignInChallenge<'a> {
    /// Id of the challenge, which the client cannot choose.
    pub id: Uuid,
    /// The sign-in name that the client claims.
    pub name: &'a str,
    /// The secret from which challenges and made-up ids are derived.
    pub secret: &'a Sensitive<[u8; 32]>,
}

impl SignInChallenge<'_> {
    /// Derives 32 bytes that an attacker cannot guess without the secret. Each `about` gives other
    /// bytes.
    fn digest(&self, about: &str, what: &[u8]) -> Result<[u8; 32], Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.reveal())
            .map_err(Error::internal("make a challenge"))?;
        for part in [about.as_bytes(), b"\0", what, self.name.as_bytes()] {
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    fn encoded(&self) -> Result<String, Error> {
        Ok(URL_SAFE_NO_PAD.encode(self.digest("challenge", self.id.as_bytes())?))
    }

    /// Derives a credential id that no authenticator has; always the same for the same name.
    fn decoy_id(&self, number: u8) -> Result<Vec<u8>, Error> {
        let [first, second, kind] =
            ["first half", "second half", "length"].map(|about| self.digest(about, &[number]));
        let kind = kind?.first().copied().unwrap_or(0);
        let length = ID_BYTES.get(usize::from(kind) % ID_BYTES.len()).copied();
        let mut id = [first?, second?].concat();
        id.truncate(length.unwrap_or(ID_BYTES.len()));
        Ok(id)
    }

    /// Returns the credential ids of the challenge: those of `keys` mixed with made-up ids, in an
    /// order that does not reveal which are real.
    fn ids(&self, keys: &[Passkey]) -> Result<Vec<Vec<u8>>, Error> {
        let mut ids: Vec<Vec<u8>> = keys.iter().map(|key| key.id().to_vec()).collect();
        for number in (0_u8..).take(PASSKEYS_MAX.saturating_sub(keys.len())) {
            ids.push(self.decoy_id(number)?);
        }
        let ordered = ids.into_iter().map(|id| Ok((self.digest("order", &id)?, id)));
        let mut ordered = ordered.collect::<Result<Vec<_>, Error>>()?;
        ordered.sort_unstable();
        Ok(ordered.into_iter().map(|(_, id)| id).collect())
    }
}

/// A registration challenge for a browser, with the state to store until the response arrives.
#[derive(Clone, Debug)]
pub struct RegistrationChallenge {
    /// JSON for `navigator.credentials`.
    pub json: String,
    /// The state to pass to [`Passkeys::finish_registration`].
    pub state: Sensitive<String>,
}

/// The server's half of a passkey. It cannot be used to sign in.
#[derive(Clone)]
pub struct Passkey(rs::Passkey);

impl Passkey {
    /// Restores a passkey from its stored JSON; [`Error::Broken`] if that cannot be read.
    pub fn from_stored(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map(Self).map_err(|_| Error::Broken("passkey"))
    }

    /// Returns the JSON for storage.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(&self.0).map_err(Error::internal("write a passkey"))
    }

    /// Returns the credential id that the authenticator chose.
    pub fn id(&self) -> &[u8] {
        self.0.cred_id()
    }
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passkey(…)")
    }
}

/// The owner of a passkey, as shown to the authenticator.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// Id of the staff member.
    pub id: Uuid,
    /// The sign-in name.
    pub name: &'a str,
    /// The display name.
    pub display_name: &'a str,
}

/// The passkey ceremonies of one console.
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
    /// Creates the ceremonies for a console at `origin`, called `name`. [`Error::Origin`] if its
    /// host is an IP address: browsers create passkeys for host names only.
    pub fn new(origin: &Url, name: &str) -> Result<Self, Error> {
        let host = origin.domain().ok_or_else(|| Error::Origin(origin.to_string()))?.to_owned();
        let built = rs::WebauthnBuilder::new(&host, origin)
            .and_then(|builder| builder.rp_name(name).build());
        let webauthn = built.map_err(|_| Error::Origin(origin.to_string()))?;
        Ok(Self { webauthn, host })
    }

    /// Begins the registration of a new passkey, on another authenticator than those of `known`.
    pub fn begin_registration(
        &self,
        owner: Owner<'_>,
        known: &[Passkey],
    ) -> Result<RegistrationChallenge, Error> {
        let known = known.iter().map(|passkey| passkey.0.cred_id().clone()).collect();
        let (challenge, state) = self
            .webauthn
            .start_passkey_registration(owner.id, owner.name, owner.display_name, Some(known))
            .map_err(Error::internal("ask for a passkey"))?;
        let json =
            serde_json::to_string(&challenge).map_err(Error::internal("write a challenge"))?;
        Ok(RegistrationChallenge { json, state: to_stored(&state)? })
    }

    /// Finishes a registration and returns the passkey; [`Error::Refused`] if the response does not
    /// answer the challenge in `state`.
    pub fn finish_registration(
        &self,
        state: &Sensitive<String>,
        answer: &str,
    ) -> Result<Passkey, Error> {
        let state = serde_json::from_str(state.reveal()).map_err(|_| Error::Broken("ceremony"))?;
        let answer = serde_json::from_str(answer).map_err(Error::refused)?;
        let made = self.webauthn.finish_passkey_registration(&answer, &state);
        made.map(Passkey).map_err(Error::refused)
    }

    /// Returns a sign-in challenge for one of `keys`, as JSON for `navigator.credentials`. Without
    /// keys the challenge looks the same, but no response to it is accepted. Two challenges for one
    /// name contain the same ids.
    pub fn begin_sign_in(
        &self,
        challenge: SignInChallenge<'_>,
        keys: &[Passkey],
    ) -> Result<String, Error> {
        let named = challenge
            .ids(keys)?
            .into_iter()
            .map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
        let options = json!({ "publicKey": {
            "challenge": challenge.encoded()?,
            "timeout": TIMEOUT_MS,
            "rpId": self.host,
            "allowCredentials": named.collect::<Vec<Value>>(),
            "userVerification": "required",
        }});
        Ok(options.to_string())
    }

    /// Returns the one of `keys` that answered the challenge; [`Error::Refused`] if none did.
    pub fn finish_sign_in(
        &self,
        challenge: SignInChallenge<'_>,
        keys: &[Passkey],
        answer: &str,
    ) -> Result<UsedPasskey, Error> {
        if keys.is_empty() {
            return Err(Error::refused("no staff member has a passkey under this name"));
        }
        let state = self.library_state(challenge, keys)?;
        let answer = serde_json::from_str(answer).map_err(Error::refused)?;
        let result = self.webauthn.finish_passkey_authentication(&answer, &state);
        let result = result.map_err(Error::refused)?;
        if !result.user_verified() {
            return Err(Error::refused("the authenticator did not verify the user"));
        }
        let used = keys.iter().find(|key| key.id() == result.cred_id().as_slice());
        let mut passkey = used.cloned().ok_or_else(|| Error::refused("the passkey was removed"))?;
        let has_changed = passkey.0.update_credential(&result) == Some(true);
        Ok(UsedPasskey { passkey, has_changed })
    }

    /// Returns the library's own state of a challenge, with our challenge put into it.
    fn library_state(
        &self,
        challenge: SignInChallenge<'_>,
        keys: &[Passkey],
    ) -> Result<rs::PasskeyAuthentication, Error> {
        let inner: Vec<rs::Passkey> = keys.iter().map(|key| key.0.clone()).collect();
        let (_, state) = self
            .webauthn
            .start_passkey_authentication(&inner)
            .map_err(Error::internal("ask for a passkey"))?;
        let mut state =
            serde_json::to_value(&state).map_err(Error::internal("write a ceremony"))?;
        let slot = state.pointer_mut("/ast/challenge").ok_or(Error::Broken("ceremony"))?;
        *slot = Value::String(challenge.encoded()?);
        serde_json::from_value(state).map_err(|_| Error::Broken("ceremony"))
    }
}

/// A passkey that signed its owner in.
#[derive(Clone, Debug)]
pub struct UsedPasskey {
    /// The passkey, as it must be stored from now on.
    pub passkey: Passkey,
    /// Whether it differs from the stored one: its counter increased, or it was backed up.
    pub has_changed: bool,
}

fn to_stored(state: &impl serde::Serialize) -> Result<Sensitive<String>, Error> {
    let json = serde_json::to_string(state).map_err(Error::internal("write a ceremony"))?;
    Ok(Sensitive::new(json))
}

#[cfg(test)]
mod tests;
