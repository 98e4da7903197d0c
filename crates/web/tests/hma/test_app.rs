//! A desk behind the HMA-compatible routes, and a client that sends what HMA's clients send.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Clock, Desk};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_model::key::Role;
use mamori_model::{Jurisdictions, Purpose, Reach, Surface};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;
use mamori_web::budget::{self, Budget};
use mamori_web::hma::{self, Settings};
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

/// The settings that the tests start from: no key, items on a public surface of no known country.
pub fn settings() -> Settings {
    let surfaces = BTreeSet::from([Surface::Public, Surface::Shared]);
    Settings {
        key_required: false,
        item_bytes_max: 1 << 20,
        purpose: Purpose::Rehearsal,
        source: "drawn by code".parse().unwrap(),
        legal_basis: "a rehearsal needs none".parse().unwrap(),
        owner: "the tests".parse().unwrap(),
        reach: Reach::new(surfaces, Jurisdictions::Everywhere, None).unwrap(),
        surface: Surface::Public,
        country: None,
    }
}

/// A desk and the routes.
pub struct TestApp {
    pub desk: Desk,
    pub admin: Admin,
    pub clock: Arc<Clock>,
    routes: Router,
    /// The `authorization` of requests that have none of their own.
    authorization: Option<HeaderValue>,
    _stop: DropGuard,
    _records: TestDatabase,
}

/// A response.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?} is not JSON"))
    }

    /// The status and HMA's message of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let message = self.json()["message"].as_str().expect("a message").to_owned();
        (self.status.as_u16(), message)
    }

    /// The body of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.json()
    }
}

impl TestApp {
    pub async fn open(records: TestDatabase) -> Self {
        Self::with(records, settings()).await
    }

    pub async fn with(records: TestDatabase, settings: Settings) -> Self {
        Self::with_media(records, settings, Limits::default(), budget::Limits::default()).await
    }

    /// Opens an app with a manual clock.
    pub async fn at(records: TestDatabase, settings: Settings, clock: Arc<Clock>) -> Self {
        let (limits, budget_limits) = (Limits::default(), budget::Limits::default());
        Self::build(records, settings, limits, budget_limits, clock).await
    }

    pub async fn with_media(
        records: TestDatabase,
        settings: Settings,
        limits: Limits,
        budget_limits: budget::Limits,
    ) -> Self {
        let clock = Arc::new(Clock::system());
        Self::build(records, settings, limits, budget_limits, clock).await
    }

    async fn build(
        records: TestDatabase,
        settings: Settings,
        limits: Limits,
        budget_limits: budget::Limits,
        clock: Arc<Clock>,
    ) -> Self {
        let store = Store::open(&mamori_store::Settings::new(records.url())).await.unwrap();
        let (pool, desk_clock) = (pool(limits).await, Arc::clone(&clock));
        let desk = Desk::new(store, pool, desk_clock, mamori_desk::Settings::default()).unwrap();
        desk.load().await.unwrap();
        let stop = CancellationToken::new();
        let (follower, stopped) = (desk.clone(), stop.clone());
        tokio::spawn(async move { follower.follow_changes(stopped).await });
        let routes = hma::router(desk.clone(), settings, Budget::new(budget_limits));
        let admin = Admin::local_cli();
        let (authorization, stop) = (None, stop.drop_guard());
        Self { desk, admin, clock, routes, authorization, _stop: stop, _records: records }
    }

    /// Opens an app that requires keys; its requests have an administrator's.
    pub async fn with_admins_key(records: TestDatabase) -> Self {
        let app = Self::with(records, Settings { key_required: true, ..settings() }).await;
        let new = NewKey::whole(Role::Admin, "a test".parse().unwrap());
        let issued = app.desk.issue_key(&app.admin, new).await.unwrap();
        let authorization = format!("Bearer {}", issued.token.reveal()).parse().unwrap();
        Self { authorization: Some(authorization), ..app }
    }

    pub async fn send(&self, mut request: Request<Body>) -> TestResponse {
        if let Some(authorization) = &self.authorization {
            let headers = request.headers_mut();
            headers.entry(header::AUTHORIZATION).or_insert(authorization.clone());
        }
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        TestResponse { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub async fn get(&self, uri: &str) -> TestResponse {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, uri: &str) -> TestResponse {
        self.send(Request::delete(uri).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, uri: &str, body: Value) -> TestResponse {
        self.send(json(Method::POST, uri, &body)).await
    }

    pub async fn put(&self, uri: &str, body: Value) -> TestResponse {
        self.send(json(Method::PUT, uri, &body)).await
    }

    pub async fn upload(&self, uri: &str, field: &str, file: &[u8]) -> TestResponse {
        self.send(form(uri, &[(field, Some("a file"), file)])).await
    }

    /// Creates a bank.
    pub async fn bank(&self, name: &str) {
        let made = self.post("/c/banks", serde_json::json!({ "name": name })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    }

    /// Adds a hash to a bank and returns the number of its entry.
    pub async fn add(&self, bank: &str, kind: &str, hash: &str) -> i64 {
        let uri = format!("/c/bank/{bank}/signal");
        let added = self.post(&uri, serde_json::json!({ kind: hash })).await.ok();
        added["id"].as_i64().expect("an id")
    }
}

pub fn json(method: Method, uri: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

/// Form data as HTTP clients write it: each part with its name, its file's name and its bytes.
pub fn form(uri: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head =
            format!("--a-line\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--a-line--\r\n");
    let request = Request::post(uri);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=a-line");
    request.body(Body::from(body)).unwrap()
}

async fn pool(limits: Limits) -> Pool {
    let settings = PoolSettings {
        program: env!("CARGO_BIN_EXE_mamori-web-decode-test").into(),
        args: Vec::new(),
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits,
    };
    Pool::start(settings).await.unwrap()
}
