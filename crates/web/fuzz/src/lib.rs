//! A desk behind the real routers, for targets that send hostile bodies.
//!
//! An input's first byte chooses the endpoint, by its letter in `endpoints/`; the rest is the body.
//! For every input nothing may panic, the answer is no server error, and a refusal has its shape.

mod test_app;

use std::path::PathBuf;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use mamori_media::wire::{self, Hello};
use mamori_media::{Limits, Pool, PoolSettings, Protections};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use test_app::TestApp;

/// How many bodies an app reads before a new one is built, so that what they stored does not slow
/// down the rest.
const BODIES_MAX: u32 = 2_000;

/// Whose routes are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of `/v1`.
    Api,
    /// Those of Hasher-Matcher-Actioner.
    Hma,
}

impl Target {
    /// A line for each endpoint: its letter, method, path and media type.
    fn endpoints(self) -> Vec<Endpoint> {
        let text = match self {
            Self::Api => include_str!("../endpoints/api_json.txt"),
            Self::Hma => include_str!("../endpoints/hma_json.txt"),
        };
        text.lines().map(Endpoint::read).collect()
    }
}

/// An endpoint that reads a body.
#[derive(Clone, Copy, Debug)]
struct Endpoint {
    letter: u8,
    method: &'static str,
    path: &'static str,
    media_type: &'static str,
}

impl Endpoint {
    fn read(line: &'static str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let [letter, method, path, media_type] = words[..] else { panic!("no endpoint: {line}") };
        Self { letter: letter.as_bytes()[0], method, path, media_type }
    }
}

/// The app that one target sends to.
pub struct Fuzzed {
    target: Target,
    endpoints: Vec<Endpoint>,
    runtime: Runtime,
    pool: Pool,
    app: TestApp,
    bodies: u32,
    _greeting: TempDir,
}

impl Fuzzed {
    /// Builds the first app.
    pub fn new(target: Target) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = TempDir::new().expect("a folder");
        let pool = runtime.block_on(pool(&folder));
        let app = runtime.block_on(TestApp::build(target, &pool));
        let endpoints = target.endpoints();
        Self { target, endpoints, runtime, pool, app, bodies: 0, _greeting: folder }
    }

    /// Sends one input and checks the answer.
    pub fn send(&mut self, input: &[u8]) {
        let Some((letter, body)) = input.split_first() else { return };
        let named = self.endpoints.iter().find(|endpoint| endpoint.letter == *letter);
        let any = self.endpoints[usize::from(*letter) % self.endpoints.len()];
        let endpoint = *named.unwrap_or(&any);
        if self.bodies == BODIES_MAX {
            self.runtime.block_on(self.app.close());
            self.app = self.runtime.block_on(TestApp::build(self.target, &self.pool));
            self.bodies = 0;
        }
        self.bodies += 1;

        let request = self.request(endpoint, body);
        let (status, headers, text) = self.runtime.block_on(async {
            let answer = self.app.routes().oneshot(request).await.expect("no router fails");
            let (status, headers) = (answer.status(), answer.headers().clone());
            let text = answer.into_body().collect().await.expect("a whole body").to_bytes();
            (status, headers, text)
        });

        check(self.target, status, &headers, &text);
        if status.is_success() && endpoint.path != "/v1/check" {
            self.runtime.block_on(self.app.catch_up());
        }
    }

    fn request(&self, endpoint: Endpoint, body: &[u8]) -> Request<Body> {
        let body = match std::str::from_utf8(body) {
            Ok(text) => self.app.fill(text).into_bytes(),
            Err(_) => body.to_vec(),
        };
        let request = Request::builder()
            .method(endpoint.method)
            .uri(self.app.fill(endpoint.path))
            .header(CONTENT_TYPE, endpoint.media_type)
            .header(AUTHORIZATION, self.app.key(endpoint.path));
        request.body(Body::from(body)).expect("a request")
    }
}

/// Checks that the answer is no server error, and that a refusal has its shape.
fn check(target: Target, status: StatusCode, headers: &HeaderMap, text: &[u8]) {
    // HMA's clients get 501 for functions that Mamori does not have.
    let is_missing = target == Target::Hma && status == StatusCode::NOT_IMPLEMENTED;
    let shown = String::from_utf8_lossy(text);
    assert!(!status.is_server_error() || is_missing, "{status}: {shown}");
    if status.is_success() && text.is_empty() {
        return;
    }
    let json: Value = serde_json::from_slice(text).unwrap_or_else(|why| panic!("{why}: {shown}"));
    if !status.is_client_error() {
        return;
    }
    let name = match target {
        Target::Api => {
            assert_eq!(headers[CONTENT_TYPE], "application/problem+json", "{status}: {shown}");
            "type"
        }
        Target::Hma => "message",
    };
    assert!(json[name].as_str().is_some_and(|word| !word.is_empty()), "{status}: {shown}");
}

/// Starts a pool of one process that only sends its greeting: none of the endpoints decodes.
async fn pool(folder: &TempDir) -> Pool {
    let hello = Hello { protections: Protections::default() };
    let mut greeting = Vec::new();
    let hello = serde_json::to_vec(&hello).expect("JSON");
    wire::write_frame(&mut greeting, &hello).expect("memory");
    let path = folder.path().join("hello");
    std::fs::write(&path, greeting).expect("a file");
    let settings = PoolSettings {
        program: PathBuf::from("/bin/cat"),
        args: vec![path.into(), "-".into()],
        workers: 1,
        waiting_max: 1,
        sender_waiting_max: 1,
        idle_max: 2,
        limits: Limits::default(),
    };
    Pool::start(settings).await.expect("a process that greets")
}
