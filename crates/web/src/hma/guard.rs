//! Proofs of who calls: every endpoint except the status takes one as its first argument, which names
//! the scopes of which the key needs one.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mamori_desk::{Admin, Proof, Quota};

use super::Hma;
use super::fault::Fault;
use crate::browser;
use crate::guard::scope::Needs;
use crate::peer::client_address;
use crate::request_limit;

/// Headers that proxies add, beside those that begin with `x-forwarded-`.
const ADDED_BY_PROXIES: [&str; 7] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-original-host",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Proof that the client sent a valid key with one of the scopes of `N`, or runs on this machine
/// while no keys are required.
pub struct Anyone<N>(pub Proof, pub PhantomData<N>);

/// Proof that the client sent an administrator's key with one of the scopes of `N`, or runs on this
/// machine while no keys are required.
pub struct Curator<N>(pub Admin, pub PhantomData<N>);

impl<N> Curator<N> {
    /// Returns the proof for a verb that any key may call.
    pub fn proof(&self) -> Proof {
        Proof::Admin(self.0.clone())
    }
}

impl<N: Needs> FromRequestParts<Hma> for Anyone<N> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, hma: &Hma) -> Result<Self, Fault> {
        if parts.headers.contains_key(header::ORIGIN) {
            return Err(Fault::new(StatusCode::FORBIDDEN, "web pages may not use these routes"));
        }
        if hma.settings.key_required {
            let unknown = || Fault::new(StatusCode::UNAUTHORIZED, "Authentication required");
            let token = token(&parts.headers).ok_or_else(unknown)?;
            let from = client_address(parts);
            let Some(proof) = hma.desk.authenticate(&token, from) else {
                hma.desk.count_refused_key(from).map_err(too_many_refused)?;
                return Err(unknown());
            };
            if let Some(key) = proof.key() {
                request_limit::count(&hma.desk, &parts.extensions, key).map_err(used_up)?;
            }
            proof.require(N::ANY_OF).map_err(|_| not_found())?;
            return Ok(Self(proof, PhantomData));
        }
        if browser::refuses(&parts.headers) {
            return Err(Fault::new(StatusCode::FORBIDDEN, "web pages may not use these routes"));
        }
        if is_from_a_proxy(&parts.headers) {
            let detail = "without keys these routes are for this machine only, not behind a proxy";
            return Err(Fault::new(StatusCode::FORBIDDEN, detail));
        }
        Ok(Self(Proof::Admin(Admin::keyless_hma()), PhantomData))
    }
}

impl<N: Needs> FromRequestParts<Hma> for Curator<N> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, hma: &Hma) -> Result<Self, Fault> {
        match Anyone::<N>::from_request_parts(parts, hma).await?.0 {
            Proof::Admin(admin) => Ok(Self(admin, PhantomData)),
            Proof::Caller(_) => Err(not_found()),
        }
    }
}

fn too_many_refused(quota: Quota) -> Fault {
    let message = "too many keys from this address were refused; a valid key is still accepted";
    Fault::too_many(message, request_limit::whole_seconds(quota))
}

fn used_up(quota: Quota) -> Fault {
    let message = "this key makes too many requests; nothing was looked up";
    Fault::too_many(message, request_limit::whole_seconds(quota))
}

fn not_found() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "Not Found")
}

/// Returns the key: a bearer token, or the password in a URL such as `https://hma:mk_…@host`, by
/// which a client without support for keys can still send one.
fn token(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = text.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// Checks whether a proxy forwards the request for another client: then its address proves nothing.
fn is_from_a_proxy(headers: &HeaderMap) -> bool {
    let is_added =
        |name: &str| name.starts_with("x-forwarded-") || ADDED_BY_PROXIES.contains(&name);
    headers.keys().any(|name| is_added(name.as_str()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_key_is_a_bearer_token_or_the_password_of_a_url() {
        let bearer = headers(header::AUTHORIZATION, "Bearer mk_a");
        let basic = headers(header::AUTHORIZATION, &format!("Basic {}", STANDARD.encode("x:mk_a")));

        assert_eq!(token(&bearer).as_deref(), Some("mk_a"));
        assert_eq!(token(&basic).as_deref(), Some("mk_a"));
        for other in ["mk_a", "Digest mk_a", "Basic !", "Basic bWtfYQ=="] {
            assert_eq!(token(&headers(header::AUTHORIZATION, other)), None, "{other}");
        }
    }

    #[test]
    fn a_proxy_is_recognised_by_the_headers_that_it_adds() {
        assert!(is_from_a_proxy(&headers(header::FORWARDED, "for=192.0.2.1")));
        assert!(is_from_a_proxy(&headers(header::VIA, "1.1 proxy")));
        for name in ["x-forwarded-for", "x-forwarded-server", "cf-connecting-ip", "x-original-host"]
        {
            let name = header::HeaderName::from_static(name);
            assert!(is_from_a_proxy(&headers(name.clone(), "192.0.2.1")), "{name}");
        }
        assert!(!is_from_a_proxy(&headers(header::HOST, "127.0.0.1:5000")));
        assert!(!is_from_a_proxy(&HeaderMap::new()));
    }
}
