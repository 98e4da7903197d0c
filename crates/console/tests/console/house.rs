//! A whole Mamori behind its console, in one line.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use mamori_console::{Settings, router};
use mamori_desk::{Clock, Desk};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_store::Store;
use mamori_testkit::records::Records;
use mamori_web::App;
use mamori_web::budget::{self, Budget};
use tower::ServiceExt;

/// A desk and its console.
pub struct House {
    pub routes: Router,
    _records: Records,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl House {
    pub async fn open(records: Records) -> Self {
        let store = Store::open(&mamori_store::Settings::new(records.url())).await.unwrap();
        let clock = Arc::new(Clock::system());
        let settings = mamori_desk::Settings::default();
        let desk = Desk::new(store, pool().await, clock, settings).unwrap();
        desk.load().await.unwrap();
        let room = Budget::new(budget::Limits::default());
        let app = App::new(desk.clone(), mamori_web::Settings::default(), room);
        Self { routes: router(desk, app, Settings::default()), _records: records }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

async fn pool() -> Pool {
    let settings = PoolSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_mamori-console-decode-test")),
        args: Vec::new(),
        workers: 1,
        waiting_max: 8,
        limits: Limits::default(),
    };
    Pool::start(settings).await.unwrap()
}
