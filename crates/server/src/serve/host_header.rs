//! Refuses requests of HTTP/1.1 that do not name exactly one host.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const MESSAGE: &str = "a request needs exactly one `host` header\n";

/// Answers 400 if `host` is missing or there are several, as RFC 9112, section 3.2, demands: a proxy
/// in front may take such a request for another site's. Each refusal is counted.
pub async fn require(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(HOST).iter().count();
    let cause = match hosts {
        1 => return next.run(request).await,
        0 if request.version() < Version::HTTP_11 => return next.run(request).await,
        0 => "missing",
        _ => "several",
    };
    metrics::counter!("mamori_refused_hosts_total", "cause" => cause).increment(1);
    (StatusCode::BAD_REQUEST, MESSAGE).into_response()
}
