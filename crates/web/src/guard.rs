//! Proofs of who calls: an endpoint that takes one of these types cannot be reached without its
//! key.
//!
//! A client without a key, or with an unknown one, gets a 401. A client with a key of the wrong
//! role gets the same 404 as for an object that does not exist.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use mamori_desk::{Desk, Proof};

use crate::observe::KeySlot;
use crate::problem::{Kind, Problem};

/// Proof that the client sent an administrator's key.
#[derive(Clone, Debug)]
pub struct Admin(pub mamori_desk::Admin);

/// Proof that the client sent a service's key.
#[derive(Clone, Debug)]
pub struct Caller(pub mamori_desk::Caller);

/// Proof that the client sent a valid key.
#[derive(Clone, Debug)]
pub struct AnyKey(pub Proof);

impl<S> FromRequestParts<S> for AnyKey
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(key_required)?;
        let proof = Desk::from_ref(state).authenticate(token).ok_or_else(key_unknown)?;
        if let Some(key) = proof.key() {
            KeySlot::fill(&parts.extensions, key);
        }
        Ok(Self(proof))
    }
}

impl<S> FromRequestParts<S> for Admin
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AnyKey::from_request_parts(parts, state).await?.0 {
            Proof::Admin(admin) => Ok(Self(admin)),
            Proof::Caller(_) => Err(Problem::not_found()),
        }
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AnyKey::from_request_parts(parts, state).await?.0 {
            Proof::Caller(caller) => Ok(Self(caller)),
            Proof::Admin(_) => Err(Problem::not_found()),
        }
    }
}

/// Returns the key's text from `Authorization: Bearer mk_…`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn key_required() -> Problem {
    Problem::new(Kind::KeyRequired, "Send a key: `Authorization: Bearer mk_…`.")
}

fn key_unknown() -> Problem {
    Problem::new(Kind::KeyUnknown, "This key does not exist, or was revoked. Ask an administrator.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn a_key_is_read_from_a_bearer_token_only() {
        assert_eq!(bearer(&headers("Bearer mk_1")), Some("mk_1"));
        assert_eq!(bearer(&headers("bearer  mk_1 ")), Some("mk_1"));
        assert_eq!(bearer(&headers("Basic mk_1")), None);
        assert_eq!(bearer(&headers("mk_1")), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
