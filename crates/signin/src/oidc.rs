//! Sign-in at the organisation's provider by OpenID Connect: what the provider is asked, and whether
//! its answer is right. Authorization code flow with PKCE, state and nonce.
//!
//! State, nonce and the verifier of PKCE are derived from a secret, the id of the request, and random
//! bytes that only the browser has, and derived again when the answer arrives. So a client that only
//! begins to sign in fills no storage. The caller passes in the HTTP client and the time.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use mamori_model::{Sensitive, Sha256 as Digest};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    JwsSigningAlgorithm, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, SignatureVerificationError, TokenResponse as _,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

/// By how many seconds the clock of the provider may differ.
const SKEW_S: i64 = 60;

/// How Mamori is registered with the provider.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The provider's issuer, exactly as it names itself.
    pub issuer: String,
    /// The name of Mamori at the provider.
    pub client_id: String,
    /// The password of Mamori at the provider; `None` for a public client.
    pub client_secret: Option<Sensitive<String>>,
    /// The address to which the provider sends the browser back.
    pub redirect: Url,
    /// The claim that identifies a person for as long as the account exists, such as `sub`.
    pub subject_claim: String,
}

/// A provider, as its own documents describe it.
pub struct Provider {
    client: Client,
    algorithms: Vec<CoreJwsSigningAlgorithm>,
    registration: Registration,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// One request to sign in.
#[derive(Clone, Copy, Debug)]
pub struct OidcRequest<'a> {
    /// Id of the request, which the client cannot choose.
    pub id: Uuid,
    /// Random bytes that only the browser has which began.
    pub browser: &'a Sensitive<[u8; 32]>,
    /// What the sign-in is for: an answer serves nothing else.
    pub purpose: &'a str,
    /// The secret from which everything is derived.
    pub secret: &'a Sensitive<[u8; 32]>,
}

/// An answer of the provider's token endpoint, not verified yet.
pub struct TokenAnswer(CoreTokenResponse);

/// Why a sign-in at the provider failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not as the specification says. The operator acts.
    #[error("the provider does not answer as expected: {0}")]
    NoAnswer(String),
    /// The code or the token is not right. The sender is not told why.
    #[error("the provider's answer is refused: {0}")]
    Refused(String),
    /// The token is signed by a key that was not there when the provider's keys were read: they are
    /// to be read again.
    #[error("the provider's answer is signed by an unknown key")]
    UnknownKey,
    /// A bug.
    #[error("a request to the provider cannot be made")]
    Internal,
}

impl OidcRequest<'_> {
    /// Derives text that an attacker cannot guess; each `about` gives another one. 43 characters of
    /// base64, as PKCE needs (RFC 7636, 4.1).
    fn derived(&self, about: &str) -> Result<String, OidcError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.reveal())
            .map_err(|_| OidcError::Internal)?;
        for part in [about.as_bytes(), b"\0", self.id.as_bytes(), self.browser.reveal()] {
            mac.update(part);
        }
        mac.update(self.purpose.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Checks whether `state` came back from the sign-in that this browser began. Compares digests,
    /// so that the time taken reveals nothing.
    pub fn is_answered_by(&self, state: &str) -> Result<bool, OidcError> {
        Ok(Sha256::digest(state) == Sha256::digest(self.derived("state")?))
    }
}

impl Provider {
    /// Reads the provider's documents: its addresses and its keys.
    pub async fn discover<'c, C>(registration: Registration, http: &'c C) -> Result<Self, OidcError>
    where
        C: AsyncHttpClient<'c>,
    {
        let issuer = IssuerUrl::new(registration.issuer.clone())
            .map_err(|cause| OidcError::NoAnswer(cause.to_string()))?;
        let found = CoreProviderMetadata::discover_async(issuer, http).await;
        let metadata = found.map_err(|error| OidcError::NoAnswer(of_discovery(&error)))?;
        Self::of(&metadata, registration)
    }

    fn of(metadata: &CoreProviderMetadata, registration: Registration) -> Result<Self, OidcError> {
        if metadata.token_endpoint().is_none() {
            return Err(OidcError::NoAnswer("it names no token endpoint".to_owned()));
        }
        // Neither `none` nor a signature whose key is the client's password.
        let algorithms = metadata.id_token_signing_alg_values_supported().iter();
        let algorithms: Vec<_> = algorithms
            .filter(|it| !it.uses_shared_secret() && **it != CoreJwsSigningAlgorithm::None)
            .cloned()
            .collect();
        let secret = registration.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.reveal().clone()));
        let client_id = ClientId::new(registration.client_id.clone());
        let redirect = RedirectUrl::from_url(registration.redirect.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), client_id, secret)
            .set_redirect_uri(redirect)
            .set_auth_type(auth_type(metadata));
        Ok(Self { client, algorithms, registration })
    }

    /// Returns the address to which the browser is sent. The person signs in there anew, also if the
    /// provider knows the browser: a session of Mamori proves who began it.
    pub fn address(&self, request: &OidcRequest<'_>) -> Result<Url, OidcError> {
        let (state, nonce) = (request.derived("state")?, request.derived("nonce")?);
        let verifier = PkceCodeVerifier::new(request.derived("verifier")?);
        let (address, _, _) = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_prompt(CoreAuthPrompt::Login)
            .set_max_age(Duration::ZERO)
            .url();
        Ok(address)
    }

    /// Gives the code to the provider, which answers with a token, once.
    pub async fn redeem<'c, C>(
        &'c self,
        request: &OidcRequest<'_>,
        code: String,
        http: &'c C,
    ) -> Result<TokenAnswer, OidcError>
    where
        C: AsyncHttpClient<'c>,
    {
        let verifier = PkceCodeVerifier::new(request.derived("verifier")?);
        let exchange = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| OidcError::Internal)?
            .set_pkce_verifier(verifier);
        exchange.request_async(http).await.map(TokenAnswer).map_err(|error| match error {
            RequestTokenError::ServerResponse(answer) => {
                OidcError::Refused(answer.error().to_string())
            }
            RequestTokenError::Request(cause) => OidcError::NoAnswer(with_causes(&cause)),
            // The answer itself may contain a token.
            RequestTokenError::Parse(cause, _) => OidcError::NoAnswer(with_causes(&cause)),
            RequestTokenError::Other(text) => OidcError::NoAnswer(text),
        })
    }

    /// Checks the token and returns the digest of who signed in: of the issuer, the name of the claim
    /// and its value. `now` and `asked_at`, when the request began, in seconds since the Unix epoch.
    ///
    /// [`OidcError::UnknownKey`] if the provider's keys are to be read again.
    pub fn verify(
        &self,
        request: &OidcRequest<'_>,
        answer: &TokenAnswer,
        (asked_at, now): (i64, i64),
    ) -> Result<Digest, OidcError> {
        let token =
            answer.0.id_token().ok_or_else(|| OidcError::Refused("no ID token".to_owned()))?;
        let time = DateTime::from_timestamp(now, 0).ok_or(OidcError::Internal)?;
        let verifier = self
            .client
            .id_token_verifier()
            .set_allowed_algs(self.algorithms.iter().cloned())
            .set_time_fn(move || time)
            .set_issue_time_verifier_fn(move |at| is_not_after(at, now))
            .set_auth_time_verifier_fn(move |at| is_within(at, asked_at, now));
        let nonce = Nonce::new(request.derived("nonce")?);
        let claims = token.claims(&verifier, &nonce).map_err(|error| of_claims(&error))?;

        let claim = &self.registration.subject_claim;
        let value = if claim == "sub" {
            claims.subject().to_string()
        } else {
            // The signature of this very text was verified above.
            claim_of(&token.to_string(), claim)
                .ok_or_else(|| OidcError::Refused(format!("no claim `{claim}`")))?
        };
        Ok(subject_digest(&self.registration.issuer, claim, &value))
    }
}

/// Returns the digest under which a person's account at a provider is stored.
fn subject_digest(issuer: &str, claim: &str, value: &str) -> Digest {
    let mut digest = Sha256::new();
    for part in [issuer, claim, value] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    Digest::from(<[u8; 32]>::from(digest.finalize()))
}

/// Returns how the provider wants the client's password: as the basic authentication of HTTP, which
/// every provider must support, unless it names its ways and that is none of them.
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let ways = metadata.token_endpoint_auth_methods_supported();
    let has = |way: &CoreClientAuthMethod| ways.is_some_and(|ways| ways.contains(way));
    let in_body = has(&CoreClientAuthMethod::ClientSecretPost);
    if in_body && !has(&CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

fn is_not_after(at: DateTime<Utc>, now: i64) -> Result<(), String> {
    let is_good = at.timestamp() <= now.saturating_add(SKEW_S);
    is_good.then_some(()).ok_or_else(|| "it was issued in the future".to_owned())
}

/// Checks that the person signed in at the provider after the request began.
fn is_within(at: Option<DateTime<Utc>>, asked_at: i64, now: i64) -> Result<(), String> {
    let at = at.ok_or("it does not say when the person signed in (`auth_time`)")?.timestamp();
    let is_good = at >= asked_at.saturating_sub(SKEW_S) && at <= now.saturating_add(SKEW_S);
    is_good.then_some(()).ok_or_else(|| "the person did not sign in anew".to_owned())
}

/// Reads a claim, which must be a text that is not empty, of a token in its compact form.
fn claim_of(token: &str, claim: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let mut claims: BTreeMap<String, Value> = serde_json::from_slice(&payload).ok()?;
    match claims.remove(claim)? {
        Value::String(value) if !value.is_empty() => Some(value),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => None,
    }
}

fn of_claims(error: &ClaimsVerificationError) -> OidcError {
    let no_matching_key =
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey);
    if *error == no_matching_key {
        OidcError::UnknownKey
    } else {
        OidcError::Refused(with_causes(error))
    }
}

fn of_discovery<E: StdError + 'static>(error: &DiscoveryError<E>) -> String {
    with_causes(error)
}

/// Returns the text of an error and of its causes.
fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
