//! Signs webhooks by the Standard Webhooks convention. Source: standard-webhooks/spec, 1.0.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use mamori_model::{DeliveryId, Sensitive};
use sha2::Sha256;

/// The headers of a signed webhook.
#[derive(Debug)]
pub struct Headers {
    /// `webhook-id`: the same at every attempt, so that a receiver recognises a repeat.
    pub id: String,
    /// `webhook-timestamp`: of this attempt, in seconds since the Unix epoch.
    pub timestamp: String,
    /// `webhook-signature`: `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`.
    pub signature: String,
}

/// Signs `body` with an endpoint's secret, and returns the headers to send with it.
pub fn sign(
    secret: &Sensitive<Vec<u8>>,
    id: DeliveryId,
    now: Timestamp,
    body: &Sensitive<String>,
) -> Headers {
    let id = id.to_string();
    let timestamp = now.as_second().to_string();
    let mut mac = keyed(secret.reveal());
    for part in [&id, ".", &timestamp, ".", body.reveal()] {
        mac.update(part.as_bytes());
    }
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    Headers { id, timestamp, signature }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("any length is a key")
}

/// Returns an endpoint's secret as it is shown to the service: `whsec_` and base64.
pub fn secret_text(secret: &Sensitive<Vec<u8>>) -> String {
    format!("whsec_{}", STANDARD.encode(secret.reveal()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// The expected signature was computed with Python's `hmac` over the same text.
    #[test]
    fn a_message_is_signed_as_the_convention_says() {
        let secret = Sensitive::new(b"a secret of the endpoint".to_vec());
        let id = DeliveryId::from(Uuid::from_u128(1));
        let now = Timestamp::from_second(1_700_000_000).unwrap();

        let headers = sign(&secret, id, now, &Sensitive::new("{}".to_owned()));

        assert_eq!(headers.timestamp, "1700000000");
        assert_eq!(headers.signature, "v1,xD9alWCFnaFIBCLcKjYUqZnsSxb06o5qLUeNsO9P/GA=");
        assert_eq!(secret_text(&secret), "whsec_YSBzZWNyZXQgb2YgdGhlIGVuZHBvaW50");
    }

    /// The library is the one that the convention publishes for receivers.
    #[test]
    fn the_library_for_receivers_makes_the_same_signature() {
        for n in 0..200_usize {
            let bytes: Vec<u8> =
                (0..n).map(|at| u8::try_from((at * 31 + n) % 256).unwrap()).collect();
            let secret = Sensitive::new(bytes);
            let id = DeliveryId::from(Uuid::from_u128(n.try_into().unwrap()));
            let now = Timestamp::from_second(1_700_000_000 + i64::try_from(n).unwrap()).unwrap();
            let body = format!("{{\"text\":\"{}\"}}", "守り.".repeat(n));

            let headers = sign(&secret, id, now, &Sensitive::new(body.clone()));

            let receiver = standardwebhooks::Webhook::new(&secret_text(&secret)).unwrap();
            let expected = receiver.sign(&headers.id, now.as_second(), body.as_bytes()).unwrap();
            assert_eq!(headers.signature, expected);
        }
    }
}
