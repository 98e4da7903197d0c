//! A sign-in provider that describes itself and signs no person in.

use axum::routing::get;
use axum::{Json, Router};
use mamori_desk::settings::OidcSettings;
use serde_json::json;
use tokio::net::TcpListener;

/// Starts the provider, which ends with the test.
pub async fn start() -> OidcSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let about = json!({
        "issuer": &issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(move || async { Json(about) }))
        .route("/keys", get(|| async { Json(json!({ "keys": [] })) }));
    tokio::spawn(async { axum::serve(listener, routes).await });
    settings(issuer)
}

/// The settings of a provider with this issuer.
pub fn settings(issuer: String) -> OidcSettings {
    OidcSettings {
        issuer,
        client_id: "mamori".to_owned(),
        client_secret: Some(mamori_model::Sensitive::new("a password of Mamori".to_owned())),
        subject_claim: "sub".to_owned(),
        name: "Example Directory".parse().unwrap(),
        timeout: std::time::Duration::from_secs(10),
    }
}
