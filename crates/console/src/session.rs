//! Cookies: the name of the session's, and how cookies are read from a request and set on an answer.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use mamori_model::Sensitive;

use crate::app::Settings;

/// Name of the cookie with TLS. Because of the prefix, browsers refuse it from a subdomain, with
/// another path, and without TLS.
const HTTPS_COOKIE: &str = "__Host-mamori";

/// Name of the cookie at `http://localhost`, where browsers do not accept the prefix.
const LOCAL_COOKIE: &str = "mamori-local";

/// The attribute that deletes a cookie.
pub const FORGET: &str = "; Max-Age=0";

/// Returns the name of the session's cookie.
pub fn name(settings: &Settings) -> &'static str {
    if is_https(settings) { HTTPS_COOKIE } else { LOCAL_COOKIE }
}

/// Returns the session cookie that the browser sent, if it sent one.
pub fn sent_cookie<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    sent(headers, name(settings))
}

/// Returns the cookie `name` that the browser sent, if it sent one.
pub fn sent<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|p| p.1)
}

/// Creates the `Set-Cookie` value of a session. It has no expiry time: the browser deletes the
/// cookie when it closes, and the server ends the session by its own limits.
pub fn set(cookie: &Sensitive<String>, settings: &Settings) -> HeaderValue {
    header_value(name(settings), cookie.reveal(), "", settings)
}

/// Creates the `Set-Cookie` value that deletes the cookie.
pub fn forget(settings: &Settings) -> HeaderValue {
    header_value(name(settings), "", FORGET, settings)
}

/// Creates the `Set-Cookie` value of a cookie that scripts and other sites cannot use; `end` has
/// further attributes.
pub fn header_value(name: &str, value: &str, end: &str, settings: &Settings) -> HeaderValue {
    let secure = if is_https(settings) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Checks whether browsers reach the console by TLS, so that cookies can have the prefix `__Host-`.
pub fn is_https(settings: &Settings) -> bool {
    settings.origin.starts_with("https://")
}

/// Carries a cookie from the extractor that renews it to the answer.
#[derive(Clone, Debug, Default)]
pub struct SetCookieSlot(Arc<Mutex<Option<HeaderValue>>>);

impl SetCookieSlot {
    /// Sets the `Set-Cookie` value of the answer.
    pub fn set(&self, cookie: HeaderValue) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
    }

    fn take(&self) -> Option<HeaderValue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Adds the carried cookie to the answer.
pub async fn set_cookie(mut request: Request, next: Next) -> Response {
    let slot = SetCookieSlot::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = next.run(request).await;
    if let Some(cookie) = slot.take() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(origin: &str) -> Settings {
        Settings { origin: origin.to_owned(), ..Settings::default() }
    }

    fn read(line: &'static str, settings: &Settings) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(line));
        sent_cookie(&headers, settings).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_bound_to_its_origin_and_hidden_from_scripts() {
        let cookie = Sensitive::new("ms_abc".to_owned());

        let guarded = set(&cookie, &at("https://mamori.example"));
        let local = set(&cookie, &at("http://localhost:8080"));

        let expected = "__Host-mamori=ms_abc; Path=/; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(guarded, expected);
        assert_eq!(local, "mamori-local=ms_abc; Path=/; HttpOnly; SameSite=Strict");
        assert!(guarded.is_sensitive());
        let expected = "mamori-local=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
        assert_eq!(forget(&at("http://localhost:8080")), expected);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_by_its_own_name() {
        let (guarded, local) = (at("https://mamori.example"), at("http://localhost:8080"));

        assert_eq!(read("a=1; mamori-local=x; b=2", &local).as_deref(), Some("x"));
        assert_eq!(read("__Host-mamori=x", &guarded).as_deref(), Some("x"));
        assert_eq!(read("mamori-local=x", &guarded), None);
        assert_eq!(read("xmamori-local=x; mamori-local", &local), None);
    }
}
