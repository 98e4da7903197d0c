//! Proofs of who calls: an endpoint that takes one of these types cannot be reached without its
//! key, nor with a key that lacks the scope.
//!
//! A client without a key, or with one that is unknown, ended or not accepted from its address, gets
//! a 401; with more such keys within a minute than the limit, a 429. A client with a key of the wrong
//! role, or without the scope, gets the same 404 as for an object that does not exist.

pub mod scope;

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use mamori_desk::{Desk, Proof, Quota};

use crate::peer::client_address;
use crate::problem::{Kind, Problem};
use crate::request_limit;
use scope::Needs;

/// Proof that the client sent an administrator's key that has one of the scopes of `N`.
#[derive(Clone, Debug)]
pub struct Admin<N>(pub mamori_desk::Admin, pub PhantomData<N>);

/// Proof that the client sent a service's key that has one of the scopes of `N`.
#[derive(Clone, Debug)]
pub struct Caller<N>(pub mamori_desk::Caller, pub PhantomData<N>);

/// Proof that the client sent a valid key, of either role, that has one of the scopes of `N`.
#[derive(Clone, Debug)]
pub struct AnyKey<N>(pub Proof, pub PhantomData<N>);

impl<S, N> FromRequestParts<S> for AnyKey<N>
where
    S: Send + Sync,
    Desk: FromRef<S>,
    N: Needs,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(key_required)?;
        let from = client_address(parts);
        let desk = Desk::from_ref(state);
        let Some(proof) = desk.authenticate(token, from) else {
            desk.count_refused_key(from).map_err(too_many_refused)?;
            return Err(key_unknown());
        };
        if let Some(key) = proof.key() {
            request_limit::count(&desk, &parts.extensions, key).map_err(key_used_up)?;
        }
        proof.require(N::ANY_OF)?;
        Ok(Self(proof, PhantomData))
    }
}

impl<S, N> FromRequestParts<S> for Admin<N>
where
    S: Send + Sync,
    Desk: FromRef<S>,
    N: Needs,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AnyKey::<N>::from_request_parts(parts, state).await?.0 {
            Proof::Admin(admin) => Ok(Self(admin, PhantomData)),
            Proof::Caller(_) => Err(Problem::not_found()),
        }
    }
}

impl<S, N> FromRequestParts<S> for Caller<N>
where
    S: Send + Sync,
    Desk: FromRef<S>,
    N: Needs,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AnyKey::<N>::from_request_parts(parts, state).await?.0 {
            Proof::Caller(caller) => Ok(Self(caller, PhantomData)),
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
    Problem::new(
        Kind::KeyUnknown,
        "This key does not exist, was revoked or has ended, or is not accepted from this address. Ask \
         an administrator.",
    )
}

fn too_many_refused(quota: Quota) -> Problem {
    Problem {
        retry_after_s: Some(request_limit::whole_seconds(quota)),
        ..Problem::new(
            Kind::RefusedKeys,
            "This key does not exist, was revoked or has ended, or is not accepted from this address; \
             and too many such keys came from this address within a minute. Do not send the key again: \
             ask an administrator for another one. A valid key is still accepted. The operator can \
             raise `limits.refused_keys_minute_max`.",
        )
    }
}

fn key_used_up(quota: Quota) -> Problem {
    Problem {
        retry_after_s: Some(request_limit::whole_seconds(quota)),
        ..Problem::new(
            Kind::RequestLimit,
            "This key makes too many requests. Nothing was checked or stored; do not treat an item \
             as clean. Send the request again after the seconds of `retry-after`. The operator may \
             raise `limits.key_requests_per_s_max`.",
        )
    }
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
