//! A software authenticator: it answers the challenges of `WebAuthn` as a security key and a
//! browser would together, and gives wrong answers where a test tells it to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// One passkey, and the browser that uses it.
#[derive(Debug)]
pub struct Authenticator {
    /// The origin of the page, as the browser reports it.
    pub origin: String,
    /// Whether it verifies the user (sets the flag UV).
    pub verifies: bool,
    /// Whether it counts its uses; passkeys that are synchronised between devices do not.
    pub counts: bool,
    /// Number of uses so far.
    pub counter: u32,
    id: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Authenticator {
    /// Creates a new passkey, in a browser on a page of `origin`.
    ///
    /// # Panics
    ///
    /// On a machine without randomness.
    #[expect(clippy::expect_used, reason = "a machine without randomness runs no test")]
    pub fn new(origin: &str) -> Self {
        let rng = SystemRandom::new();
        let mut id = vec![0; 32];
        rng.fill(&mut id).expect("randomness");
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &rng).expect("a key");
        Self { origin: origin.to_owned(), verifies: true, counts: true, counter: 0, id, key }
    }

    /// Returns the browser's response to a registration challenge.
    pub fn register(&mut self, challenge: &str) -> String {
        let options = options(challenge);
        let client_data = self.client_data("webauthn.create", &options);
        let authenticator_data = [
            self.authenticator_data(text(&options, "/rp/id"), 0x40),
            vec![0; 16],
            length(&self.id),
            self.id.clone(),
            self.public_key(),
        ]
        .concat();
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(),
            &length(&authenticator_data),
            &authenticator_data,
        ]
        .concat();
        self.answer(
            &json!({ "attestationObject": encode(&object), "clientDataJSON": encode(&client_data) }),
        )
    }

    /// Returns the browser's response to a sign-in challenge for this passkey.
    ///
    /// # Panics
    ///
    /// On a machine without randomness.
    #[expect(clippy::expect_used, reason = "a machine without randomness runs no test")]
    pub fn sign_in(&mut self, challenge: &str) -> String {
        let options = options(challenge);
        let client_data = self.client_data("webauthn.get", &options);
        let authenticator_data = self.authenticator_data(text(&options, "/rpId"), 0);
        let signed =
            [authenticator_data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.answer(&json!({
            "authenticatorData": encode(&authenticator_data),
            "clientDataJSON": encode(&client_data),
            "signature": encode(signature.as_ref()),
            "userHandle": null,
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": response, "clientExtensionResults": {},
        })
        .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = text(options, "/challenge");
        let client_data = json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        client_data.to_string().into_bytes()
    }

    /// Returns the authenticator data up to the counter: digest of the host, flags, number of uses.
    fn authenticator_data(&mut self, host: &str, further: u8) -> Vec<u8> {
        self.counter = self.counter.saturating_add(u32::from(self.counts));
        let flags = further | 0x01 | if self.verifies { 0x04 } else { 0 };
        let host = digest(&SHA256, host.as_bytes());
        [host.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Returns the public key in COSE form, for the curve P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let x = point.get(1..33).unwrap_or_default();
        let y = point.get(33..65).unwrap_or_default();
        let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice();
        [head, x, b"\x22\x58\x20", y].concat()
    }
}

fn options(challenge: &str) -> Value {
    let challenge: Value = serde_json::from_str(challenge).unwrap_or_default();
    challenge.get("publicKey").cloned().unwrap_or_default()
}

fn text<'a>(options: &'a Value, pointer: &str) -> &'a str {
    options.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn length(bytes: &[u8]) -> Vec<u8> {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
