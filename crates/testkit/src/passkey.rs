//! An authenticator made of software: it answers the questions of `WebAuthn` as a security key and a
//! browser would together, and lies where a test tells it to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// One passkey and the browser that it is plugged into.
#[derive(Debug)]
pub struct Authenticator {
    /// The page that the browser says it is on.
    pub origin: String,
    /// Whether it asks who is there.
    pub verifies: bool,
    /// Whether it counts how often it was used: what people's devices copy between them does not.
    pub counts: bool,
    /// How often it was used.
    pub counter: u32,
    id: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Authenticator {
    /// A new one, on a page of `origin`.
    ///
    /// # Panics
    ///
    /// On a machine without randomness.
    #[expect(clippy::expect_used, reason = "a machine without randomness runs no test")]
    pub fn new(origin: &str) -> Self {
        let chance = SystemRandom::new();
        let mut id = vec![0; 32];
        chance.fill(&mut id).expect("randomness");
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &chance).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &chance).expect("a key");
        Self { origin: origin.to_owned(), verifies: true, counts: true, counter: 0, id, key }
    }

    /// The browser's answer to a question for a new passkey.
    pub fn register(&mut self, question: &str) -> String {
        let options = options(question);
        let client = self.client("webauthn.create", &options);
        let about = [
            self.about(text(&options, "/rp/id"), 0x40),
            vec![0; 16],
            length(&self.id),
            self.id.clone(),
            self.public_key(),
        ]
        .concat();
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(),
            &length(&about),
            &about,
        ]
        .concat();
        self.answer(
            &json!({ "attestationObject": encode(&object), "clientDataJSON": encode(&client) }),
        )
    }

    /// The browser's answer to a question for this passkey.
    ///
    /// # Panics
    ///
    /// On a machine without randomness.
    #[expect(clippy::expect_used, reason = "a machine without randomness runs no test")]
    pub fn enter(&mut self, question: &str) -> String {
        let options = options(question);
        let client = self.client("webauthn.get", &options);
        let about = self.about(text(&options, "/rpId"), 0);
        let signed = [about.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.answer(&json!({
            "authenticatorData": encode(&about),
            "clientDataJSON": encode(&client),
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

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = text(options, "/challenge");
        let client = json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    /// Whom it is for, who was there, and how often it was used.
    fn about(&mut self, host: &str, further: u8) -> Vec<u8> {
        self.counter = self.counter.saturating_add(u32::from(self.counts));
        let flags = further | 0x01 | if self.verifies { 0x04 } else { 0 };
        let host = digest(&SHA256, host.as_bytes());
        [host.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// As COSE writes a key on the curve P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let x = point.get(1..33).unwrap_or_default();
        let y = point.get(33..65).unwrap_or_default();
        let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice();
        [head, x, b"\x22\x58\x20", y].concat()
    }
}

fn options(question: &str) -> Value {
    let question: Value = serde_json::from_str(question).unwrap_or_default();
    question.get("publicKey").cloned().unwrap_or_default()
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
