//! The cookie of a browser that is at the organisation's sign-in provider: what the desk wants back
//! from this browser, and the page to open afterwards.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mamori_model::Sensitive;

use crate::app::Settings;
use crate::guard::next_path;
use crate::session;

/// Name of the cookie with TLS.
const HTTPS_COOKIE: &str = "__Host-mamori-oidc";

/// Name of the cookie at `http://localhost`.
const LOCAL_COOKIE: &str = "mamori-local-oidc";

/// The longest path of a page to open afterwards, in bytes; after a longer one, the start page is
/// opened. Browsers refuse cookies of more than 4 KiB.
const NEXT_BYTES_MAX: usize = 2000;

/// The content of the cookie.
#[derive(Clone, Debug)]
pub struct OidcCookie {
    /// The text that the desk wants back.
    pub desk: Sensitive<String>,
    /// Path of the page to open afterwards.
    pub next: String,
}

impl OidcCookie {
    /// Creates the `Set-Cookie` value. The browser keeps the cookie for `seconds`.
    pub fn set(&self, seconds: i64, settings: &Settings) -> HeaderValue {
        let next = if self.next.len() > NEXT_BYTES_MAX { "" } else { &self.next };
        let value = format!("{}~{}", self.desk.reveal(), URL_SAFE_NO_PAD.encode(next));
        let end = format!("; Max-Age={seconds}");
        session::header_value(name(settings), &value, &end, settings)
    }

    /// Reads the cookie that the browser sent; `None` if it sent none.
    pub fn sent(headers: &HeaderMap, settings: &Settings) -> Option<Self> {
        let (desk, next) = session::sent(headers, name(settings))?.split_once('~')?;
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let next = next_path(&next).unwrap_or("/console").to_owned();
        Some(Self { desk: Sensitive::new(desk.to_owned()), next })
    }
}

/// Creates the `Set-Cookie` value that deletes the cookie.
pub fn forget(settings: &Settings) -> HeaderValue {
    session::header_value(name(settings), "", session::FORGET, settings)
}

fn name(settings: &Settings) -> &'static str {
    if session::is_https(settings) { HTTPS_COOKIE } else { LOCAL_COOKIE }
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    fn cookie(next: &str) -> OidcCookie {
        OidcCookie { desk: Sensitive::new("mo_1.x.sign_in.".to_owned()), next: next.to_owned() }
    }

    /// The next page that is read from the cookie that was set.
    fn next_of(set: &HeaderValue, settings: &Settings) -> String {
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = [(COOKIE, HeaderValue::from_str(&pair).unwrap())].into_iter().collect();
        let read = OidcCookie::sent(&headers, settings).unwrap();
        assert_eq!(read.desk.reveal(), "mo_1.x.sign_in.");
        read.next
    }

    #[test]
    fn a_cookie_reads_back_as_itself_and_leads_to_no_other_site() {
        let https = Settings { origin: "https://mamori.example".to_owned(), ..Settings::default() };

        for settings in [&https, &Settings::default()] {
            let next = |next: &str| next_of(&cookie(next).set(600, settings), settings);
            assert_eq!(next("/console/find?q=a;b~c"), "/console/find?q=a;b~c");
            assert_eq!(next(""), "/console");
            assert_eq!(next("https://evil.example"), "/console");
            assert_eq!(next(&format!("/console/{}", "x".repeat(NEXT_BYTES_MAX))), "/console");
        }
    }

    #[test]
    fn a_cookie_is_bound_to_its_origin_hidden_from_scripts_and_short_lived() {
        let https = Settings { origin: "https://mamori.example".to_owned(), ..Settings::default() };

        let set = cookie("").set(600, &https);

        let rest = "Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=600";
        assert_eq!(set, format!("__Host-mamori-oidc=mo_1.x.sign_in.~; {rest}"));
        assert!(set.is_sensitive());
        let local = forget(&Settings::default());
        assert_eq!(local, "mamori-local-oidc=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    }
}
