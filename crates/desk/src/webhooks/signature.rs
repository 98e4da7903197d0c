//! Signs webhooks by the Standard Webhooks convention. Source: standard-webhooks/spec, 1.0.0.

use std::iter;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use mamori_model::webhook::Endpoint;
use mamori_model::{DeliveryId, Sensitive};
use sha2::Sha256;

/// The headers of a signed webhook.
#[derive(Debug)]
pub struct Headers {
    /// `webhook-id`: the same at every attempt, so that a receiver recognises a repeat.
    pub id: String,
    /// `webhook-timestamp`: of this attempt, in seconds since the Unix epoch.
    pub timestamp: String,
    /// `webhook-signature`: `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`; a second one
    /// after a space while the previous secret is valid.
    pub signature: String,
}

/// Signs `body` with the secrets of an endpoint that are valid now, and returns the headers to send
/// with it.
pub fn sign(
    endpoint: &Endpoint,
    id: DeliveryId,
    now: Timestamp,
    body: &Sensitive<String>,
) -> Headers {
    let previous = endpoint.previous_secret.as_ref().filter(|previous| now < previous.until);
    let secrets = iter::once(&endpoint.secret).chain(previous.map(|previous| &previous.secret));
    sign_with(secrets, id.to_string(), now, body)
}

/// Signs `body` with each of these secrets, and returns the headers to send with it.
pub(super) fn sign_with<'a>(
    secrets: impl Iterator<Item = &'a Sensitive<Vec<u8>>>,
    id: String,
    now: Timestamp,
    body: &Sensitive<String>,
) -> Headers {
    let timestamp = now.as_second().to_string();
    let signed = secrets.map(|secret| {
        let mut mac = keyed(secret.reveal());
        for part in [&id, ".", &timestamp, ".", body.reveal()] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    });
    let signature = signed.collect::<Vec<_>>().join(" ");
    Headers { id, timestamp, signature }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("any length is a key")
}

/// Parses the text of a secret: `whsec_` and the base64 of 24 to 64 bytes, as the convention demands;
/// `None` for any other text.
pub fn parse_secret(text: &str) -> Option<Sensitive<Vec<u8>>> {
    let bytes = STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&bytes.len()).then(|| Sensitive::new(bytes))
}

/// Returns an endpoint's secret as it is shown to the service: `whsec_` and base64.
pub fn secret_text(secret: &Sensitive<Vec<u8>>) -> String {
    format!("whsec_{}", STANDARD.encode(secret.reveal()))
}

#[cfg(test)]
mod tests {
    use mamori_model::webhook::PreviousSecret;
    use uuid::Uuid;

    use super::*;

    fn endpoint(secret: Vec<u8>) -> Endpoint {
        let id = Uuid::from_u128(1);
        Endpoint {
            id: id.into(),
            service: id.into(),
            url: Sensitive::new("https://service.example/".to_owned()),
            secret: Sensitive::new(secret),
            previous_secret: None,
            disabled: None,
            failing_since: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The expected signature was computed with Python's `hmac` over the same text.
    #[test]
    fn a_message_is_signed_as_the_convention_says() {
        let endpoint = endpoint(b"a secret of the endpoint".to_vec());
        let id = DeliveryId::from(Uuid::from_u128(1));
        let now = Timestamp::from_second(1_700_000_000).unwrap();

        let headers = sign(&endpoint, id, now, &Sensitive::new("{}".to_owned()));

        assert_eq!(headers.timestamp, "1700000000");
        assert_eq!(headers.signature, "v1,xD9alWCFnaFIBCLcKjYUqZnsSxb06o5qLUeNsO9P/GA=");
        assert_eq!(secret_text(&endpoint.secret), "whsec_YSBzZWNyZXQgb2YgdGhlIGVuZHBvaW50");
    }

    /// The library is the one that the convention publishes for receivers.
    #[test]
    fn the_library_for_receivers_makes_the_same_signature() {
        for n in 0..200_usize {
            let bytes: Vec<u8> =
                (0..n).map(|at| u8::try_from((at * 31 + n) % 256).unwrap()).collect();
            let endpoint = endpoint(bytes);
            let id = DeliveryId::from(Uuid::from_u128(n.try_into().unwrap()));
            let now = Timestamp::from_second(1_700_000_000 + i64::try_from(n).unwrap()).unwrap();
            let body = format!("{{\"text\":\"{}\"}}", "守り.".repeat(n));

            let headers = sign(&endpoint, id, now, &Sensitive::new(body.clone()));

            let receiver = standardwebhooks::Webhook::new(&secret_text(&endpoint.secret)).unwrap();
            let expected = receiver.sign(&headers.id, now.as_second(), body.as_bytes()).unwrap();
            assert_eq!(headers.signature, expected);
        }
    }

    #[test]
    fn the_text_of_a_secret_is_read_back_if_it_is_long_enough() {
        let secret = Sensitive::new(vec![7; 32]);

        assert_eq!(parse_secret(&format!("{}\n", secret_text(&secret))), Some(secret));
        for wrong in ["", "whsec_", "whsec_AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "whsec_*"] {
            assert_eq!(parse_secret(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_is_signed_with_the_previous_secret_too_until_its_end() {
        let until = Timestamp::from_second(1_700_000_000).unwrap();
        let previous = PreviousSecret { secret: Sensitive::new(vec![1; 32]), until };
        let rotated = Endpoint { previous_secret: Some(previous), ..endpoint(vec![2; 32]) };
        let (id, body) = (DeliveryId::from(Uuid::from_u128(1)), Sensitive::new("{}".to_owned()));
        let signature = |endpoint: &Endpoint, second| {
            let now = Timestamp::from_second(second).unwrap();
            sign(endpoint, id, now, &body).signature
        };
        let with_one = |secret: u8, second| signature(&endpoint(vec![secret; 32]), second);

        let before = format!("{} {}", with_one(2, 1_699_999_999), with_one(1, 1_699_999_999));
        assert_eq!(signature(&rotated, 1_699_999_999), before);
        assert_eq!(signature(&rotated, 1_700_000_000), with_one(2, 1_700_000_000));
    }
}
