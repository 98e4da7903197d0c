//! The documentation of the API: `/openapi.json`, and `/docs`, the same as a readable page.
//!
//! The page is written once, at start. It has no scripts and no external resources, and works
//! offline.

mod curl;
mod page;
mod schema;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

const CSP: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; \
                   base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("docs/style.css");

/// A document that is the same for every client.
type Fixed = ([(HeaderName, HeaderValue); 3], Bytes);

/// Returns the router of `/openapi.json`, `/docs` and its style sheet.
pub fn router<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let value = serde_json::to_value(document).unwrap_or_default();
    let json = fixed("application/json", serde_json::to_string_pretty(&value).unwrap_or_default());
    let page = fixed("text/html; charset=utf-8", page::write(&value));
    let style = fixed("text/css; charset=utf-8", STYLE.to_owned());
    Router::new()
        .route("/openapi.json", get(move || async move { json }))
        .route("/docs", get(move || async move { page }))
        .route("/docs.css", get(move || async move { style }))
}

fn fixed(media_type: &'static str, text: String) -> Fixed {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)),
    ];
    (headers, text.into())
}

#[cfg(test)]
mod tests;
