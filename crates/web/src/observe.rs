//! Middleware of every request: an id, a time limit, a log line, and headers that prevent responses
//! from being stored or misread.
//!
//! The log line contains the route's template and the id of the key, never a query or a body; a
//! clean item adds nothing to it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use mamori_desk::{Quota, with_causes};
use mamori_model::KeyId;
use uuid::Uuid;

use crate::body::{BodyProgress, with_idle_timeout};
use crate::problem::{Kind, PROBLEM_JSON, Problem};
use crate::{App, api, request_limit};

/// The response header with the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The content security policy of a response that is not a page: it may load nothing.
const NOTHING: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");

/// Carries the id of a request's key, and what is left of its limit, from the guard that read it to
/// the log line and the response.
#[derive(Clone, Debug, Default)]
pub struct KeySlot(Arc<OnceLock<(KeyId, Option<Quota>)>>);

impl KeySlot {
    /// Sets the id of the key that the request showed, and its quota.
    pub fn fill(&self, key: KeyId, quota: Option<Quota>) {
        // It is filled once for each request.
        let _: Result<(), _> = self.0.set((key, quota));
    }

    /// Checks whether the key is known.
    pub fn is_filled(&self) -> bool {
        self.0.get().is_some()
    }
}

/// Guards and observes one request.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = app.desk.clock().mint().unwrap_or(Uuid::nil());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);

    let time_max = time_max(&app, &method, route);
    let (parts, body) = request.into_parts();
    let (body, progress) = with_idle_timeout(body, app.settings.body_idle_timeout);
    let mut request = Request::from_parts(parts, body);
    let key = KeySlot::default();
    request.extensions_mut().insert(key.clone());

    let answer = AssertUnwindSafe(with_timeout(time_max, &progress, next.run(request)));
    let mut response = match answer.catch_unwind().await {
        Ok(response) => response,
        // The panic hook has logged the place; the client gets a response and the process stays up.
        Err(_) => Problem::new(Kind::Internal, "An internal error occurred.").into_response(),
    };
    let status = response.status();
    write_problem(&mut response, id);
    set_security_headers(response.headers_mut());
    if let Ok(text) = HeaderValue::from_str(&id.hyphenated().to_string()) {
        response.headers_mut().insert(REQUEST_ID, text);
    }
    let shown = key.0.get().copied();
    if let Some((_, Some(quota))) = shown {
        request_limit::set_headers(response.headers_mut(), quota);
    }
    record((id, shown.map(|(key, _)| key)), &method, route, status, begun.elapsed());
    response
}

/// Returns the time limit of a request. Imports take as long as their list; the limits on the body
/// still apply.
fn time_max(app: &App, method: &Method, route: &str) -> Option<Duration> {
    let is_import = method == Method::POST && route == api::IMPORTS;
    (!is_import).then_some(app.settings.request_timeout)
}

async fn with_timeout(
    time_max: Option<Duration>,
    progress: &BodyProgress,
    answer: impl Future<Output = Response>,
) -> Response {
    let Some(time_max) = time_max else { return answer.await };
    let Ok(response) = tokio::time::timeout(time_max, answer).await else {
        let problem = if progress.has_ended() {
            Problem::new(Kind::Timeout, "It took too long. Nothing was stored in part; try again.")
        } else {
            Problem::new(Kind::BodyTimeout, "The body did not arrive in time; send it faster.")
        };
        return problem.into_response();
    };
    response
}

/// Writes the body of a problem, because the request's id is known only here, and its log line.
fn write_problem(response: &mut Response, id: Uuid) {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return };
    if let Some(cause) = &problem.cause {
        let (problem, error) = (problem.kind.code(), with_causes(cause.as_ref()));
        tracing::error!(request_id = %id, problem, error, "a request failed");
    }
    let body = problem.json(&id.urn().to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
}

fn set_security_headers(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
}

fn record(
    (id, key): (Uuid, Option<KeyId>),
    method: &Method,
    route: &str,
    status: StatusCode,
    took: Duration,
) {
    let labels = [
        ("method", method_name(method).to_owned()),
        ("route", route.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    metrics::histogram!("mamori_http_request_seconds", &labels).record(took.as_secs_f64());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (status, method) = (status.as_u16(), method_name(method));
    let key = key.map(tracing::field::display);
    // Probes come every second and are not worth a line when all is well.
    if matches!(route, "/healthz" | "/readyz" | "/metrics") && status == 200 {
        tracing::debug!(request_id = %id, key, method, route, status, ms, "answered");
    } else {
        tracing::info!(request_id = %id, key, method, route, status, ms, "answered");
    }
}

/// Returns the name of a method for the log and the metrics; clients may invent others.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::PUT, "PUT"),
        (Method::HEAD, "HEAD"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    KNOWN.iter().find(|(known, _)| known == method).map_or("other", |(_, name)| name)
}
