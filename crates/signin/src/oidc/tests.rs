use std::future::{Ready, ready};
use std::io;

use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet,
};
use openidconnect::http::header::CONTENT_TYPE;
use openidconnect::http::{HeaderValue, StatusCode};
use openidconnect::{
    Audience, EmptyAdditionalClaims, HttpRequest, HttpResponse, JsonWebKeyId,
    PrivateSigningKey as _, StandardClaims, SubjectIdentifier,
};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://login.example";
const NOW: i64 = 1_795_000_000;
const ASKED_AT: i64 = NOW - 30;

/// What the provider says in one test.
#[derive(Clone)]
struct Said {
    issuer: &'static str,
    audience: &'static str,
    subject: &'static str,
    nonce: Option<String>,
    expires_at: i64,
    issued_at: i64,
    auth_time: Option<i64>,
    /// The seed of the key that signs; the provider publishes that of seed 1.
    signed_by: u8,
    key_id: &'static str,
}

impl Said {
    fn right(request: &OidcRequest<'_>) -> Self {
        Self {
            issuer: ISSUER,
            audience: "mamori",
            subject: "ada",
            nonce: Some(request.derived("nonce").unwrap()),
            expires_at: NOW + 300,
            issued_at: NOW,
            auth_time: Some(NOW - 5),
            signed_by: 1,
            key_id: "key",
        }
    }
}

/// An Ed25519 key, in the form of RFC 8410.
fn key(seed: u8, id: &str) -> CoreEdDsaPrivateSigningKey {
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend([seed; 32]);
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der)
    );
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id.to_owned())))
        .unwrap()
}

fn registration() -> Registration {
    Registration {
        issuer: ISSUER.to_owned(),
        client_id: "mamori".to_owned(),
        client_secret: Some(Sensitive::new("mild words".to_owned())),
        redirect: "https://mamori.example/console/sign-in/oidc/return".parse().unwrap(),
        subject_claim: "sub".to_owned(),
    }
}

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://login.example/authorize",
        "token_endpoint": "https://login.example/token",
        "jwks_uri": "https://login.example/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    })
}

fn json_answer(status: StatusCode, body: &Value) -> HttpResponse {
    let mut answer = HttpResponse::new(body.to_string().into_bytes());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// Finds the provider whose documents are `metadata` and the key of seed 1.
fn discover(metadata: &Value, registration: Registration) -> Result<Provider, OidcError> {
    let keys = CoreJsonWebKeySet::new(vec![key(1, "key").as_verification_key()]);
    let keys = serde_json::to_value(keys).unwrap();
    let http = |request: HttpRequest| -> Ready<Result<HttpResponse, io::Error>> {
        let body = if request.uri().path() == "/keys" { &keys } else { metadata };
        ready(Ok(json_answer(StatusCode::OK, body)))
    };
    Provider::discover(registration, &http).now_or_never().unwrap()
}

fn provider() -> Provider {
    discover(&metadata(), registration()).unwrap()
}

fn signed(said: &Said) -> String {
    let time = |at: i64| DateTime::from_timestamp(at, 0).unwrap();
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(said.issuer.to_owned()).unwrap(),
        vec![Audience::new(said.audience.to_owned())],
        time(said.expires_at),
        time(said.issued_at),
        StandardClaims::new(SubjectIdentifier::new(said.subject.to_owned())),
        EmptyAdditionalClaims {},
    )
    .set_nonce(said.nonce.clone().map(Nonce::new))
    .set_auth_time(said.auth_time.map(time));
    let key = key(said.signed_by, said.key_id);
    CoreIdToken::new(claims, &key, CoreJwsSigningAlgorithm::EdDsa, None, None).unwrap().to_string()
}

/// Redeems a code for which the token endpoint gives this answer.
fn redeemed(
    provider: &Provider,
    request: &OidcRequest<'_>,
    (status, body): (StatusCode, &Value),
) -> Result<TokenAnswer, OidcError> {
    let http = |_: HttpRequest| -> Ready<Result<HttpResponse, io::Error>> {
        ready(Ok(json_answer(status, body)))
    };
    provider.redeem(request, "a code".to_owned(), &http).now_or_never().unwrap()
}

/// Redeems a code and verifies the token that the provider gives for it.
fn verified(
    provider: &Provider,
    request: &OidcRequest<'_>,
    token: Option<&str>,
) -> Result<Digest, OidcError> {
    let mut body = json!({ "access_token": "x", "token_type": "Bearer" });
    if let Some(token) = token {
        body["id_token"] = token.into();
    }
    let answer = redeemed(provider, request, (StatusCode::OK, &body))?;
    provider.verify(request, &answer, (ASKED_AT, NOW))
}

/// Runs a test with a request.
fn with_request<T>(run: impl FnOnce(&OidcRequest<'_>) -> T) -> T {
    let (browser, secret) = (Sensitive::new([1; 32]), Sensitive::new([2; 32]));
    let id = Uuid::from_u128(7);
    run(&OidcRequest { id, browser: &browser, purpose: "sign_in", secret: &secret })
}

#[test]
fn a_right_answer_identifies_a_person_by_issuer_and_subject() {
    with_request(|request| {
        let of = |subject| {
            let said = Said { subject, ..Said::right(request) };
            verified(&provider(), request, Some(&signed(&said)))
        };

        assert_eq!(of("ada"), Ok(subject_digest(ISSUER, "sub", "ada")));
        assert_ne!(of("ada"), of("Ada"));
    });
}

#[test]
fn an_answer_that_is_wrong_in_any_way_is_refused() {
    with_request(|request| {
        let right = Said::right(request);
        let other = OidcRequest { id: Uuid::from_u128(8), ..*request };
        let of_other = Some(other.derived("nonce").unwrap());
        let table = [
            ("the nonce of another request", Said { nonce: of_other, ..right.clone() }, "nonce"),
            ("no nonce", Said { nonce: None, ..right.clone() }, "nonce"),
            ("another issuer", Said { issuer: "https://evil.example", ..right.clone() }, "issuer"),
            (
                "a longer issuer",
                Said { issuer: "https://login.example/", ..right.clone() },
                "issuer",
            ),
            ("another client", Said { audience: "other", ..right.clone() }, "audience"),
            ("expired", Said { expires_at: NOW, ..right.clone() }, "xpired"),
            ("from the future", Said { issued_at: NOW + 61, ..right.clone() }, "future"),
            ("an old sign-in", Said { auth_time: Some(ASKED_AT - 61), ..right.clone() }, "anew"),
            ("a sign-in to come", Said { auth_time: Some(NOW + 61), ..right.clone() }, "anew"),
            ("no time of sign-in", Said { auth_time: None, ..right.clone() }, "auth_time"),
            ("another key of that name", Said { signed_by: 2, ..right.clone() }, "rypto"),
        ];
        for (what, said, words) in table {
            let refused = verified(&provider(), request, Some(&signed(&said)));
            let Err(OidcError::Refused(cause)) = refused else { panic!("{what}: {refused:?}") };
            assert!(cause.contains(words), "{what}: {cause}");
        }
        assert!(verified(&provider(), request, Some(&signed(&right))).is_ok());
    });
}

#[test]
fn a_token_without_a_signature_is_refused_although_the_provider_offers_it() {
    with_request(|request| {
        let token = signed(&Said::right(request));
        let payload = token.split('.').nth(1).unwrap();
        let header = |algorithm: &str| {
            URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "typ": "JWT" }).to_string())
        };

        for unsigned in [
            format!("{}.{payload}.", header("none")),
            format!("{}.{payload}.{}", header("HS256"), URL_SAFE_NO_PAD.encode([0; 32])),
        ] {
            let refused = verified(&provider(), request, Some(&unsigned));
            assert!(matches!(refused, Err(OidcError::Refused(_))), "{refused:?}");
        }
    });
}

#[test]
fn an_unknown_key_is_told_from_a_wrong_signature() {
    with_request(|request| {
        let said = Said { key_id: "newer", signed_by: 2, ..Said::right(request) };

        let unknown = verified(&provider(), request, Some(&signed(&said)));

        assert_eq!(unknown, Err(OidcError::UnknownKey));
    });
}

#[test]
fn a_code_that_the_provider_refuses_and_an_answer_without_a_token_are_refused() {
    with_request(|request| {
        let used = json!({ "error": "invalid_grant", "error_description": "used: ada@x.example" });
        let refused = redeemed(&provider(), request, (StatusCode::BAD_REQUEST, &used)).map(drop);
        let broken = redeemed(&provider(), request, (StatusCode::OK, &json!("x"))).map(drop);

        assert_eq!(refused, Err(OidcError::Refused("invalid_grant".to_owned())));
        assert!(matches!(broken, Err(OidcError::NoAnswer(_))), "{broken:?}");
        let without = verified(&provider(), request, None);
        assert_eq!(without, Err(OidcError::Refused("no ID token".to_owned())));
    });
}

#[test]
fn a_provider_that_names_itself_otherwise_is_not_used() {
    let mut elsewhere = metadata();
    elsewhere["issuer"] = "https://evil.example".into();
    let mut without = metadata();
    without.as_object_mut().unwrap().remove("token_endpoint");

    for (metadata, words) in
        [(elsewhere, "issuer"), (without, "token endpoint"), (json!({}), "parse")]
    {
        let refused = discover(&metadata, registration()).map(drop);
        let Err(OidcError::NoAnswer(cause)) = refused else { panic!("{refused:?}") };
        assert!(cause.contains(words), "{words}: {cause}");
    }
}

#[test]
fn the_address_has_a_challenge_a_nonce_and_a_state_and_asks_for_a_new_sign_in() {
    with_request(|request| {
        let address = provider().address(request).unwrap();

        let pairs: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!((address.host_str(), address.path()), (Some("login.example"), "/authorize"));
        for (key, value) in [
            ("response_type", "code"),
            ("client_id", "mamori"),
            ("scope", "openid"),
            ("code_challenge_method", "S256"),
            ("prompt", "login"),
            ("max_age", "0"),
            ("redirect_uri", "https://mamori.example/console/sign-in/oidc/return"),
        ] {
            assert_eq!(pairs.get(key).map(String::as_str), Some(value), "{key}");
        }
        let challenge =
            URL_SAFE_NO_PAD.encode(Sha256::digest(request.derived("verifier").unwrap()));
        assert_eq!(pairs["code_challenge"], challenge);
        assert!(request.is_answered_by(&pairs["state"]).unwrap());
        let distinct = [&pairs["state"], &pairs["nonce"], &request.derived("verifier").unwrap()];
        assert!(distinct[0] != distinct[1] && distinct[1] != distinct[2]);
    });
}

#[test]
fn a_state_serves_one_browser_one_request_and_one_purpose() {
    with_request(|request| {
        let state = request.derived("state").unwrap();
        let (browser, secret) = (Sensitive::new([3; 32]), Sensitive::new([4; 32]));

        assert!(request.is_answered_by(&state).unwrap());
        for other in [
            OidcRequest { id: Uuid::from_u128(8), ..*request },
            OidcRequest { browser: &browser, ..*request },
            OidcRequest { secret: &secret, ..*request },
            OidcRequest { purpose: "prove sess_1", ..*request },
        ] {
            assert!(!other.is_answered_by(&state).unwrap(), "{other:?}");
        }
        assert!(!request.is_answered_by("").unwrap());
    });
}

#[test]
fn a_claim_of_the_operators_choice_identifies_a_person() {
    let token = |claims: Value| format!("x.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));

    assert_eq!(claim_of(&token(json!({ "oid": "17" })), "oid"), Some("17".to_owned()));
    for without in [json!({}), json!({ "oid": "" }), json!({ "oid": 17 }), json!({ "oid": ["17"] })]
    {
        assert_eq!(claim_of(&token(without), "oid"), None);
    }
    with_request(|request| {
        let registration = Registration { subject_claim: "oid".to_owned(), ..registration() };
        let provider = discover(&metadata(), registration).unwrap();
        let refused = verified(&provider, request, Some(&signed(&Said::right(request))));
        assert_eq!(refused, Err(OidcError::Refused("no claim `oid`".to_owned())));
    });
}

#[test]
fn people_of_two_providers_or_two_claims_are_never_the_same() {
    let all = [
        subject_digest("https://a.example", "sub", "1"),
        subject_digest("https://b.example", "sub", "1"),
        subject_digest("https://a.example", "oid", "1"),
        subject_digest("https://a.example", "subo", "id1"),
        subject_digest("https://a.examples", "ub", "1"),
    ];

    let distinct: std::collections::BTreeSet<String> =
        all.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn the_password_goes_where_the_provider_takes_it() {
    let with = |ways: Value| {
        let mut metadata = metadata();
        metadata["token_endpoint_auth_methods_supported"] = ways;
        let metadata: CoreProviderMetadata = serde_json::from_value(metadata).unwrap();
        matches!(auth_type(&metadata), AuthType::RequestBody)
    };

    assert!(with(json!(["client_secret_post", "private_key_jwt"])));
    assert!(!with(json!(["client_secret_post", "client_secret_basic"])));
    assert!(!with(Value::Null));
}
