//! Security headers of every answer of the console: a page loads nothing from other origins, runs
//! no inline scripts, and cannot be framed. `Cache-Control` is set by [`mamori_web::observe`].

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::Console;

/// Content security policy: only the console's own files are loaded. Pictures are also shown from
/// `blob:` URLs, which a script creates from the bytes of one view.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'; require-trusted-types-for 'script'";

/// Browser features that pages may not use; passkeys are allowed to the console's own pages.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)";

const FIXED: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, CSP),
    // Under `no-referrer` browsers send `Origin: null` with forms, and every form would be refused.
    (REFERRER_POLICY, "same-origin"),
    (VARY, "cookie"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Tells browsers to connect to the console's host with TLS only, for one year, also if a link says
/// `http`. Does not include subdomains, which may belong to others.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds these headers to every answer of the console.
pub async fn protect(State(console): State<Console>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if console.settings.origin.starts_with("https:") {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}
