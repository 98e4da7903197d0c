//! The log: each request with the id of its key, and refused keys, and never the text of a key.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use jiff::Timestamp;
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::log::CapturedLog;
use mamori_web::peer::Peer;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

async fn open() -> TestApp {
    TestApp::open(TestDatabase::sqlite().unwrap()).await
}

fn parsed(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines that report an answered request.
fn answered(log: &CapturedLog) -> Vec<Value> {
    let lines = parsed(&log.lines());
    lines.into_iter().filter(|line| line["message"] == "answered").collect()
}

fn with_key(key: &str) -> Request<Body> {
    let request = Request::get("/v1/banks").header(AUTHORIZATION, format!("Bearer {key}"));
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_request_is_logged_with_the_id_of_its_key_and_without_its_item() {
    let app = open().await;
    let bank = app.bank("list-a").await;
    app.add(&bank, "md5", &"aa".repeat(16)).await;
    let keys = app.get(Who::Admin, "/v1/keys").await.ok();
    let id = |role: &str| {
        let keys = keys["data"].as_array().unwrap();
        keys.iter().find(|key| key["role"] == role).unwrap()["id"].clone()
    };
    let log = CapturedLog::start();

    let check = json!({"item_id": "holiday-4711", "account_id": "ludwig", "surface": "public",
        "md5": "aa".repeat(16)});
    app.post(Who::Service, "/v1/check", check).await.ok();
    app.get(Who::Admin, "/v1/banks").await.ok();
    assert_eq!(app.get(Who::Service, "/v1/keys").await.status, 404);
    assert_eq!(app.get(Who::WithoutKey, "/v1/banks").await.status, 401);

    let lines = answered(&log);
    let shown: Vec<(Value, Value)> =
        lines.iter().map(|line| (line["route"].clone(), line["key"].clone())).collect();
    let expected = [
        (json!("/v1/check"), id("service")),
        (json!("/v1/banks"), id("admin")),
        (json!("/v1/keys"), id("service")),
        (json!("/v1/banks"), Value::Null),
    ];
    assert_eq!(shown, expected);
    let text = log.lines().join("\n");
    for secret in ["mk_", "holiday-4711", "ludwig", &"aa".repeat(16)] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// Lets a minute pass, after which refused keys are logged.
async fn pass_a_minute() {
    // The task that logs begins to wait when it is first polled.
    tokio::task::yield_now().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::resume();
}

/// Lets a minute pass, and returns the lines about refused keys when there are `count`.
async fn a_minute_later(log: &CapturedLog, count: usize) -> Vec<Value> {
    pass_a_minute().await;
    let has_lines = async {
        while log.lines_of("security").len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), has_lines).await.unwrap();
    parsed(&log.lines_of("security"))
}

#[tokio::test]
async fn refused_keys_of_an_address_are_one_line_a_minute_with_their_number_and_no_text() {
    let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
    let settings =
        mamori_desk::Settings { refused_keys_minute_max: 5, ..mamori_desk::Settings::default() };
    let app = TestApp::at(TestDatabase::sqlite().unwrap(), clock, settings).await;
    let log = CapturedLog::start();

    let mut statuses = Vec::new();
    for nth in 0..7 {
        let mut request = with_key(&format!("mk_guess{nth}"));
        request.extensions_mut().insert(Peer::new([192, 0, 2, 7].into(), Arc::default()));
        statuses.push(app.send(request).await.status.as_u16());
    }
    assert!(log.lines_of("security").is_empty());

    let [line] = a_minute_later(&log, 1).await.try_into().unwrap();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(line["message"], "API keys from one address were refused");
    assert_eq!((&line["requests"], &line["limited"]), (&json!(7), &json!(2)));
    let text = log.lines().join("\n");
    assert!(!text.contains("guess") && !text.contains("192.0.2"), "{text}");
    assert!(answered(&log).iter().all(|line| line.get("key").is_none()));
}

#[tokio::test]
async fn a_request_without_a_key_is_no_refused_key() {
    let app = open().await;
    let log = CapturedLog::start();

    assert_eq!(app.get(Who::WithoutKey, "/v1/banks").await.status, 401);
    assert_eq!(app.send(with_key("mk_unknown")).await.status, 401);

    let [line] = a_minute_later(&log, 1).await.try_into().unwrap();
    assert_eq!(line["requests"], 1);
}

#[tokio::test]
async fn refused_keys_are_logged_again_after_a_minute_without_any() {
    let app = open().await;
    let log = CapturedLog::start();
    app.send(with_key("mk_unknown")).await;
    a_minute_later(&log, 1).await;

    pass_a_minute().await;
    // The task wakes and ends: while this one sleeps, the runtime looks at its timers.
    tokio::time::sleep(Duration::from_millis(50)).await;
    app.send(with_key("mk_unknown")).await;
    app.send(with_key("mk_unknown")).await;

    let [_, line] = a_minute_later(&log, 2).await.try_into().unwrap();
    assert_eq!(line["requests"], 2);
}
