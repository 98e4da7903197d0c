//! Bad input is answered with a named problem, and the process stays up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};
use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::health::Probe;
use mamori_web::{App, Settings};
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who, new_bank};

fn named(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}

on_both_engines! {
    async fn json_of_the_wrong_shape_is_named_by_its_key(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let with = |key: &str, value: Value| {
            let mut bank = new_bank("list-a");
            bank[key] = value;
            bank
        };

        for (bank, status, name, word) in [
            (with("colour", json!("red")), 422, "json.shape", "colour"),
            (with("distance_max", json!(-1)), 422, "json.shape", "distance_max"),
            (with("distance_max", json!(65)), 422, "request.invalid", "distance_max"),
            (with("distance_max", json!(1e300)), 422, "json.shape", "distance_max"),
            (with("quality_min", json!(101)), 422, "json.shape", "quality_min"),
            (with("name", json!("a b")), 422, "json.shape", "name"),
            (with("owner", json!("nul\u{0}")), 422, "json.shape", "owner"),
            (with("owner", json!("x".repeat(501))), 422, "json.shape", "owner"),
            (with("jurisdictions", json!([])), 422, "json.shape", "jurisdictions"),
            (with("surfaces", json!([])), 422, "request.invalid", "surface"),
            (with("purpose", json!("fun")), 422, "json.shape", "purpose"),
            (json!({"name": "x"}), 422, "json.shape", "purpose"),
            (json!([]), 422, "json.shape", ""),
            (json!(null), 422, "json.shape", ""),
        ] {
            let answer = app.post(Who::Admin, "/v1/banks", bank.clone()).await;
            assert_eq!(answer.problem(), named(status, name), "{bank}");
            assert!(answer.detail().contains(word), "{word}: {}", answer.detail());
        }
        assert_eq!(app.get(Who::Admin, "/v1/banks").await.ok()["data"], json!([]));
    }

    async fn text_that_is_not_json_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let invalid = b"{\"name\":\"\xff\xfe\"}";
        let twice = b"{\"name\":\"a\",\"name\":\"b\"}";

        let send = async |body: &[u8]| {
            let answer = app.post_bytes(Who::Admin, "/v1/services", "application/json", body).await;
            answer.problem().1
        };
        assert_eq!(send(b"").await, "json.syntax");
        assert_eq!(send(b"{").await, "json.syntax");
        assert_eq!(send(b"\0\0\0").await, "json.syntax");
        assert_eq!(send(invalid).await, "json.syntax");
        assert_eq!(send(deep.as_bytes()).await, "json.shape");
        assert_eq!(send(twice).await, "json.shape");
        let plain = app.post_bytes(Who::Admin, "/v1/services", "text/plain", b"{}").await;
        assert_eq!(plain.problem(), named(415, "content_type.unsupported"));
    }

    async fn a_form_is_read_strictly(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let whole: [(&str, &[u8]); 3] =
            [("file", b"x"), ("item_id", b"post-1"), ("surface", b"public")];
        let long = vec![b'x'; 5_000];

        for (parts, word) in [
            (whole[1..].to_vec(), "`file`"),
            (whole[..2].to_vec(), "`surface`"),
            (vec![whole[0], whole[2]], "`item_id`"),
            ([&whole[..], &[("colour", b"red")]].concat(), "`colour`"),
            ([&whole[..], &[("item_id", b"post-2")]].concat(), "`item_id`"),
            ([&whole[..], &[("file", b"y")]].concat(), "`file`"),
            ([&whole[..], &[("jurisdiction", b"japan")]].concat(), "`jurisdiction`"),
            ([&whole[..], &[("account_id", b"a\0b")]].concat(), "`account_id`"),
            ([&whole[..], &[("account_id", b"\xff")]].concat(), "`account_id`"),
            ([&whole[..], &[("account_id", &long)]].concat(), "`account_id`"),
        ] {
            let answer = app.form(Who::Service, "/v1/check", &parts).await;
            assert_eq!(answer.problem(), named(422, "multipart.shape"), "{word}");
            assert!(answer.detail().contains(word), "{word}: {}", answer.detail());
        }
        let broken = "multipart/form-data; boundary=another-line";
        let body = b"--a-line\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
        let answer = app.post_bytes(Who::Service, "/v1/check", broken, body).await;
        assert_eq!(answer.problem(), named(400, "multipart.syntax"));
        let answer = app.post_bytes(Who::Service, "/v1/check", "multipart/form-data", body).await;
        assert_eq!(answer.problem(), named(400, "multipart.syntax"));
    }

    async fn hashes_are_read_strictly(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let good = json!({"item_id": "post-1", "surface": "public", "pdq": "0f".repeat(32)});
        let with = |key: &str, value: Value| {
            let mut check = good.clone();
            check[key] = value;
            check
        };

        for (check, word) in [
            (with("pdq", json!(null)), "at least one"),
            (with("pdq", json!("0f")), "pdq"),
            (with("quality", json!(101)), "quality"),
            (with("surface", json!("anywhere")), "surface"),
            (with("item_id", json!("")), "item_id"),
            (with("account_id", json!("a\u{202e}b")), "account_id"),
            (json!({"item_id": "p", "surface": "public", "md5": "0f".repeat(16), "quality": 3}), "quality"),
            (json!({"item_id": "p", "pdq": "0f".repeat(32)}), "surface"),
        ] {
            let answer = app.post(Who::Service, "/v1/check", check.clone()).await;
            assert_eq!(answer.problem(), named(422, "json.shape"), "{check}");
            assert!(answer.detail().contains(word), "{word}: {}", answer.detail());
        }
        assert_eq!(app.post(Who::Service, "/v1/check", good).await.status, 200);
    }

    async fn queries_are_read_strictly(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for path in [
            "/v1/banks?limit=0", "/v1/banks?limit=1001", "/v1/banks?limit=", "/v1/banks?limit=x",
            "/v1/banks?limit=1&limit=2", "/v1/banks?colour=red", "/v1/banks?cursor=abc",
            "/v1/banks?cursor=%00", "/v1/banks?cursor=%ff", "/v1/keys?service=x",
        ] {
            let answer = app.get(Who::Admin, path).await;
            assert_eq!(answer.problem(), named(400, "query.invalid"), "{path}");
        }
        for path in ["/v1/matches?from=yesterday", "/v1/matches?bank=1", "/v1/deliveries?state=lost"] {
            let answer = app.get(Who::Service, path).await;
            assert_eq!(answer.problem(), named(400, "query.invalid"), "{path}");
        }
    }

    async fn an_id_that_cannot_be_parsed_is_not_found(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for path in [
            "/v1/banks/1", "/v1/banks/%00", "/v1/banks/%ff%fe", "/v1/banks/bank_00",
            "/v1/banks/bank_00000000000000000000000000000000", "/v1/nothing", "/", "/v1",
            "/v1/banks/bank_00000000000000000000000000000000/entries/ent_99999999999999999999",
        ] {
            let answer = app.get(Who::Admin, path).await;
            assert_eq!(answer.problem(), named(404, "not_found"), "{path}");
        }
    }

    async fn a_missing_key_and_an_unknown_key_are_different_problems(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let send = async |value: &[u8]| {
            let request = Request::get("/v1/banks").header("authorization", value);
            app.send(request.body(Body::empty()).unwrap()).await
        };

        let none = app.get(Who::WithoutKey, "/v1/banks").await;
        assert_eq!(none.problem(), named(401, "auth.key_required"));
        assert_eq!(none.headers["www-authenticate"], "Bearer realm=\"mamori\"");
        assert_eq!(send(b"Basic abc").await.problem(), named(401, "auth.key_required"));
        assert_eq!(send(b"Bearer \xff").await.problem(), named(401, "auth.key_required"));
        assert_eq!(send(b"Bearer mk_nobody").await.problem(), named(401, "auth.key_unknown"));
        assert_eq!(send(b"Bearer ").await.problem().0, 401);
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_answered_with_those_it_has() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;

    let answer = app.call(Who::WithoutKey, "PUT", "/v1/banks").await;

    assert_eq!(answer.problem(), named(405, "method.not_allowed"));
    let mut allow: Vec<&str> = answer.headers["allow"].to_str().unwrap().split(',').collect();
    allow.sort_unstable();
    assert_eq!(allow, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn every_answer_has_an_id_and_forbids_storing_and_sniffing() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;

    for path in ["/v1/banks", "/v1/nothing", "/healthz", "/openapi.json", "/docs"] {
        let answer = app.get(Who::Admin, path).await;
        assert_eq!(answer.headers["x-request-id"].len(), 36, "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("'none'"));
    }
    let answer = app.get(Who::Admin, "/v1/banks").await;
    assert_eq!(answer.headers["cache-control"], "no-store");
}

/// The layer around every endpoint, around one of our own.
fn observed(app: &TestApp, endpoint: MethodRouter<App>, settings: Settings) -> Router {
    let state = App::new(app.desk.clone(), settings, app.budget.clone());
    let layer = from_fn_with_state(state.clone(), mamori_web::observe::observe);
    Router::new().route("/", endpoint).layer(layer).with_state(state)
}

async fn panics() -> String {
    panic!("a bug, with the name of a person in it")
}

#[tokio::test]
async fn an_endpoint_that_panics_answers_and_one_that_hangs_does_too() {
    let mut app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    app.routes = observed(&app, get(panics), Settings::default());
    let broken = app.get(Who::WithoutKey, "/").await;
    let soon = Settings { request_timeout: Duration::from_millis(50), ..Settings::default() };
    app.routes = observed(&app, get(std::future::pending::<String>), soon);
    let late = app.get(Who::WithoutKey, "/").await;

    assert_eq!(broken.problem(), named(500, "internal"));
    assert!(!broken.text.contains("person"));
    assert_eq!(late.problem(), named(503, "request.timeout"));
}

/// The routes of the listener for operators, with an endpoint of our own for the metrics.
fn admin_with(app: &TestApp, settings: Settings, metrics: MethodRouter) -> Router {
    let state = App::new(app.desk.clone(), settings, app.budget.clone());
    let probe = Probe::new(app.desk.clone(), "a node".to_owned());
    mamori_web::admin(state, probe, Router::new().route("/metrics", metrics))
}

fn admin(app: &TestApp) -> Router {
    admin_with(app, Settings::default(), get(|| async { "metrics" }))
}

#[tokio::test]
async fn metrics_have_the_limits_and_headers_of_the_other_routes() {
    let mut app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    app.routes = admin(&app);
    let shown = app.get(Who::WithoutKey, "/metrics").await;
    let posted = app.call(Who::WithoutKey, "POST", "/metrics").await;
    app.routes = admin_with(&app, Settings::default(), get(panics));
    let broken = app.get(Who::WithoutKey, "/metrics").await;
    let soon = Settings { request_timeout: Duration::from_millis(50), ..Settings::default() };
    app.routes = admin_with(&app, soon, get(std::future::pending::<String>));
    let late = app.get(Who::WithoutKey, "/metrics").await;

    assert_eq!((shown.status.as_u16(), shown.text.as_str()), (200, "metrics"));
    assert_eq!(shown.headers["x-content-type-options"], "nosniff");
    assert_eq!(shown.headers["x-request-id"].len(), 36);
    assert_eq!(posted.problem(), named(405, "method.not_allowed"));
    assert_eq!(broken.problem(), named(500, "internal"));
    assert_eq!(late.problem(), named(503, "request.timeout"));
}

#[tokio::test]
async fn the_api_does_not_answer_whether_the_node_is_ready() {
    let mut app = TestApp::open(TestDatabase::sqlite().unwrap()).await;

    let (readiness, healthy) =
        (app.get(Who::Admin, "/readyz").await, app.get(Who::WithoutKey, "/healthz").await);
    app.routes = admin(&app);
    let unknown = app.get(Who::Admin, "/v1/banks").await;

    assert_eq!(readiness.problem(), named(404, "not_found"));
    assert_eq!(healthy.ok(), json!({ "status": "ok" }));
    assert_eq!(unknown.problem(), named(404, "not_found"));
}

#[tokio::test]
async fn a_lost_database_is_reported_as_lost() {
    let mut app = TestApp::open(TestDatabase::sqlite().unwrap()).await;
    let admin = admin(&app);
    let api = std::mem::replace(&mut app.routes, admin.clone());
    assert_eq!(app.get(Who::WithoutKey, "/readyz").await.ok()["ready"], true);

    app.desk.close().await;

    app.routes = api;
    let banks = app.get(Who::Admin, "/v1/banks").await;
    assert_eq!(banks.problem(), named(503, "store.unavailable"));
    assert!(banks.headers.contains_key("retry-after"));
    app.routes = admin;
    let from_cache = app.get(Who::WithoutKey, "/readyz").await;
    assert_eq!(from_cache.ok()["ready"], true);
    let begun = Instant::now();
    let ready = loop {
        let ready = app.get(Who::WithoutKey, "/readyz").await;
        if ready.status == 503 {
            break ready;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the loss is not reported");
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (&ready.json()["ready"], &ready.json()["database"]),
        (&json!(false), &json!("lost"))
    );
    assert_eq!(app.get(Who::WithoutKey, "/healthz").await.status, 200);
}

#[tokio::test]
async fn a_clock_that_jumps_is_reported_until_it_is_back() {
    let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
    let settings = mamori_desk::Settings::default();
    let sqlite = TestDatabase::sqlite().unwrap();
    let mut app = TestApp::at(sqlite, Arc::clone(&clock), settings).await;
    app.routes = admin(&app);
    let reported = async || app.get(Who::WithoutKey, "/readyz").await.json()["clock"].clone();
    let year = SignedDuration::from_hours(365 * 24);

    let at_first = reported().await;
    app.desk.sweep_once().await.unwrap();
    let compared = reported().await;
    clock.jump(year);
    let jumped = reported().await;
    app.desk.sweep_once().await.unwrap();
    let swept = reported().await;
    clock.jump(-year);
    app.desk.sweep_once().await.unwrap();
    let back = reported().await;

    assert_eq!((at_first, compared), (json!("unknown"), json!("believed")));
    assert_eq!((jumped, swept), (json!("jumped"), json!("jumped")));
    assert_eq!(back, "believed");
}
