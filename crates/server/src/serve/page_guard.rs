//! Keeps web pages in a browser on this machine away from the listener for operators.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mamori_web::browser;

const MESSAGE: &str = "web pages may not use these routes; programs name an IP address or `localhost` \
                       as the host\n";

/// Answers 403 to a request that a page caused. On loopback being on this machine is the only proof, and a
/// page whose host name an attacker points at 127.0.0.1 could read the answers (DNS rebinding).
pub async fn refuse_pages(request: Request, next: Next) -> Response {
    if browser::refuses(request.headers()) {
        return (StatusCode::FORBIDDEN, MESSAGE).into_response();
    }
    next.run(request).await
}
