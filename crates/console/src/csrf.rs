//! Protection against cross-site request forgery: a form is accepted only if its origin is the
//! console's and it carries the token of the session.

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, ORIGIN};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mamori_model::Sensitive;
use sha2::{Digest, Sha256};

use crate::app::Settings;
use crate::fault::Fault;

/// Name of the form field that carries the token.
pub const FIELD: &str = "csrf";

/// Name of the header that carries the token when a script sends a request without a form.
pub const HEADER: HeaderName = HeaderName::from_static("x-csrf");

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Encodes a session's token for its forms: base64url without padding.
pub fn token(csrf: &Sensitive<[u8; 32]>) -> String {
    URL_SAFE_NO_PAD.encode(csrf.reveal())
}

/// Checks whether `shown` is the session's token; [`Fault::form_forged`] if not. Compares SHA-256
/// digests, so that the time taken reveals nothing about the token.
pub fn require_token(shown: Option<&str>, csrf: &Sensitive<[u8; 32]>) -> Result<(), Fault> {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    let is_right = shown.is_some_and(|shown| digest(shown) == digest(&token(csrf)));
    is_right.then_some(()).ok_or_else(Fault::form_forged)
}

/// Checks whether a page of the console sent the request; [`Fault::form_forged`] if not. Browsers
/// send `Origin` with every request that is not a GET; without it, `Sec-Fetch-Site` must be
/// `same-origin`.
pub fn require_origin(headers: &HeaderMap, settings: &Settings) -> Result<(), Fault> {
    let is_ours = match headers.get(ORIGIN) {
        Some(origin) => *origin == *settings.origin,
        None => headers.get(FETCH_SITE).is_some_and(|site| site == "same-origin"),
    };
    is_ours.then_some(()).ok_or_else(Fault::form_forged)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_from_another_origin_is_refused() {
        let settings =
            Settings { origin: "https://mamori.example".to_owned(), ..Settings::default() };
        let from = |pairs: &[(HeaderName, &'static str)]| {
            let pairs = pairs.iter().cloned();
            let headers = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
            require_origin(&headers.collect(), &settings).is_ok()
        };

        assert!(from(&[(ORIGIN, "https://mamori.example")]));
        assert!(from(&[(FETCH_SITE, "same-origin")]));
        for elsewhere in [
            "null",
            "",
            "http://mamori.example",
            "https://mamori.example.com",
            "https://mamori.example:444",
            "https://evil.mamori.example",
        ] {
            let sent = [(ORIGIN, elsewhere), (FETCH_SITE, "same-origin")];
            assert!(!from(&sent), "{elsewhere}");
        }
        assert!(!from(&[(FETCH_SITE, "same-site")]));
        assert!(!from(&[]));
    }

    #[test]
    fn only_the_token_of_the_session_is_accepted() {
        let csrf = Sensitive::new([7; 32]);

        assert!(require_token(Some(&token(&csrf)), &csrf).is_ok());
        let other = token(&Sensitive::new([8; 32]));
        for wrong in [None, Some(""), Some("x"), Some(other.as_str())] {
            assert_eq!(require_token(wrong, &csrf), Err(Fault::form_forged()));
        }
    }
}
