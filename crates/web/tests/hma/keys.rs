//! Who may use the routes: with keys, every client that sends one; without, every client on this
//! machine except web pages.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mamori_desk::Clock;
use mamori_desk::services::issue_key::NewKey;
use mamori_model::key::{Network, Role, Scope};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::hma::{PATHS, Settings};
use mamori_web::peer::Peer;
use serde_json::json;

use crate::test_app::{TestApp, TestResponse, json as body, settings};

async fn guarded(records: TestDatabase) -> TestApp {
    TestApp::with(records, Settings { key_required: true, ..settings() }).await
}

/// An app whose clock stands still, so that its limits do not recover.
async fn guarded_at_one_time(records: TestDatabase) -> TestApp {
    let clock = Clock::manual(Timestamp::from_second(1_795_000_000).unwrap());
    let settings = Settings { key_required: true, ..settings() };
    TestApp::at(records, settings, Arc::new(clock)).await
}

impl TestApp {
    /// Sends an unknown key to `/c/banks` from `peer`; 10.0.0.1 is a trusted proxy.
    async fn knock(&self, peer: &str) -> TestResponse {
        let proxies: Arc<[Network]> = vec!["10.0.0.1".parse().unwrap()].into();
        let mut request = get("/c/banks");
        request.extensions_mut().insert(Peer::new(peer.parse().unwrap(), proxies));
        self.with_key(request, "Bearer mk_guess").await
    }

    async fn with_key(&self, mut request: Request<Body>, authorization: &str) -> TestResponse {
        let value = authorization.parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        self.send(request).await
    }

    async fn key(&self, role: Role) -> String {
        let new = NewKey::whole(role, "a test".parse().unwrap());
        self.desk.issue_key(&self.admin, new).await.unwrap().token.reveal().clone()
    }
}

/// What any key may read of a node that is of use with these routes.
const INFO: &[Scope] = &[
    Scope::Checks,
    Scope::BanksRead,
    Scope::BanksWrite,
    Scope::EntriesWrite,
    Scope::EntriesExport,
];
const READ: &[Scope] = &[Scope::BanksRead];
const WRITE: &[Scope] = &[Scope::BanksWrite];
const ENTRIES: &[Scope] = &[Scope::EntriesWrite];
const EXPORT: &[Scope] = &[Scope::EntriesExport];
const HASHING: &[Scope] = &[Scope::Checks, Scope::EntriesWrite];

/// The routes: method, path, whether a service's key may use it, and the scopes of which the key
/// needs one.
const ROUTES: [(&str, &str, bool, &[Scope]); 30] = [
    ("GET", "/c/bank/{bank_name}", true, READ),
    ("PUT", "/c/bank/{bank_name}", false, WRITE),
    ("DELETE", "/c/bank/{bank_name}", false, WRITE),
    ("POST", "/c/bank/{bank_name}/content", false, ENTRIES),
    ("GET", "/c/bank/{bank_name}/content/{content_id}", false, EXPORT),
    ("PUT", "/c/bank/{bank_name}/content/{content_id}", false, ENTRIES),
    ("DELETE", "/c/bank/{bank_name}/content/{content_id}", false, ENTRIES),
    ("POST", "/c/bank/{bank_name}/signal", false, ENTRIES),
    ("GET", "/c/banks", true, READ),
    ("POST", "/c/banks", false, WRITE),
    ("GET", "/c/content_type", true, INFO),
    ("GET", "/c/exchange/{exchange_name}", false, WRITE),
    ("PUT", "/c/exchange/{exchange_name}", false, WRITE),
    ("DELETE", "/c/exchange/{exchange_name}", false, WRITE),
    ("GET", "/c/exchange/{exchange_name}/status", false, WRITE),
    ("GET", "/c/exchanges", true, INFO),
    ("POST", "/c/exchanges", false, WRITE),
    ("GET", "/c/exchanges/api/{api_name}", false, WRITE),
    ("POST", "/c/exchanges/api/{api_name}", false, WRITE),
    ("GET", "/c/exchanges/apis", true, INFO),
    ("GET", "/c/signal_type", true, INFO),
    ("GET", "/c/signal_type/index", true, INFO),
    ("PUT", "/c/signal_type/{signal_type_name}", false, WRITE),
    ("GET", "/h/hash", true, HASHING),
    ("POST", "/h/hash", true, HASHING),
    ("POST", "/m/compare", true, HASHING),
    ("GET", "/m/index/status", true, INFO),
    ("GET", "/m/lookup", true, HASHING),
    ("POST", "/m/lookup", true, HASHING),
    ("GET", "/m/raw_lookup", true, HASHING),
];

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

on_both_engines! {
    async fn without_a_key_only_the_status_and_the_site_map_answer(records: TestDatabase) {
        let app = guarded(records).await;

        for path in PATHS {
            let uri = path.replace(['{', '}'], "");
            let methods = ["GET", "POST", "PUT", "DELETE"];
            for method in methods {
                let request = Request::builder().method(method).uri(&uri);
                let request = request.body(Body::empty()).unwrap();
                let answer = app.send(request).await;
                let is_open = ["/status", "/site-map"].contains(&path) && method == "GET";
                let expected = if is_open { [200, 200] } else { [401, 405] };
                assert!(expected.contains(&answer.status.as_u16()), "{method} {path}: {answer:?}");
            }
        }
        for wrong in ["Bearer mk_nobody", "Basic eDp5", "Bearer"] {
            let answer = app.with_key(get("/c/banks"), wrong).await;
            assert_eq!(answer.refusal(), (401, "Authentication required".to_owned()));
        }
    }

    async fn an_address_that_sends_many_unknown_keys_is_told_to_wait_and_no_other_is(records: TestDatabase) {
        let app = guarded_at_one_time(records).await;
        let limit = mamori_desk::Settings::default().refused_keys_minute_max;
        for _ in 0..limit {
            assert_eq!(app.knock("192.0.2.7").await.status.as_u16(), 401);
        }

        let limited = app.knock("192.0.2.7").await;
        let other = app.knock("192.0.2.8").await;

        let message = "too many keys from this address were refused; a valid key is still accepted";
        assert_eq!(limited.refusal(), (429, message.to_owned()));
        assert_eq!(limited.headers[header::RETRY_AFTER], "1");
        assert_eq!(other.status.as_u16(), 401);
    }

    async fn clients_whose_address_a_trusted_proxy_does_not_tell_are_not_limited(records: TestDatabase) {
        let app = guarded_at_one_time(records).await;
        let limit = mamori_desk::Settings::default().refused_keys_minute_max;

        for _ in 0..2 * limit {
            assert_eq!(app.knock("10.0.0.1").await.status.as_u16(), 401);
        }
    }

    async fn an_administrators_key_permits_everything_also_as_a_password(records: TestDatabase) {
        let app = guarded(records).await;
        let key = app.key(Role::Admin).await;
        let password = format!("Basic {}", STANDARD.encode(format!("hma:{key}")));
        let make = |name: &str| body(Method::POST, "/c/banks", &json!({ "name": name }));

        let by_token = app.with_key(make("ONE"), &format!("Bearer {key}")).await;
        let by_password = app.with_key(make("TWO"), &password).await;

        assert_eq!((by_token.status.as_u16(), by_password.status.as_u16()), (201, 201));
    }

    async fn a_services_key_looks_up_and_changes_nothing(records: TestDatabase) {
        let app = guarded(records).await;
        let name = "a service".parse().unwrap();
        let service = app.desk.create_service(&app.admin, name).await.unwrap();
        let key = format!("Bearer {}", app.key(Role::Service(service.id)).await);

        let banks = app.with_key(get("/c/banks"), &key).await;
        let read = app.with_key(get("/m/index/status"), &key).await;
        let built = app.with_key(get("/c/signal_type/index?signal_type=pdq"), &key).await;
        let create = body(Method::POST, "/c/banks", &json!({ "name": "A" }));
        let made = app.with_key(create, &key).await;

        assert_eq!(banks.ok(), json!([]));
        let empty = json!({ "present": false, "built_to": -1 });
        assert_eq!(read.ok(), json!({ "pdq": empty, "video_md5": empty }), "no sizes");
        let built = built.ok()["pdq"].as_object().unwrap().clone();
        let fields: Vec<&str> = built.keys().map(String::as_str).collect();
        assert_eq!(fields, ["index_built_to", "index_out_of_date", "newest_db_item"]);
        assert_eq!(made.refusal(), (404, "Not Found".to_owned()));
    }

    async fn without_keys_a_web_page_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let with = |name: header::HeaderName, value: &str| {
            Request::get("/c/banks").header(name, value).body(Body::empty()).unwrap()
        };

        let local = app.send(with(header::HOST, "127.0.0.1:5000")).await;
        let foreign_page = app.send(with(header::ORIGIN, "https://evil.example")).await;
        let rebound_name = app.send(with(header::HOST, "evil.example:5000")).await;

        assert_eq!(local.status.as_u16(), 200);
        assert_eq!(foreign_page.refusal().0, 403);
        assert_eq!(rebound_name.refusal().0, 403);
    }

    async fn each_route_asks_for_its_scope(records: TestDatabase) {
        let app = guarded(records).await;
        let name = "a service".parse().unwrap();
        let service = app.desk.create_service(&app.admin, name).await.unwrap();

        for role in [Role::Admin, Role::Service(service.id)] {
            for &scope in Scope::ALL {
                let new = NewKey {
                    scopes: Some(vec![scope]),
                    ..NewKey::whole(role, "a test".parse().unwrap())
                };
                // A scope that keys of this role cannot have.
                let Ok(issued) = app.desk.issue_key(&app.admin, new).await else { continue };
                let key = format!("Bearer {}", issued.token.reveal());
                for (method, path, is_for_services, needed) in ROUTES {
                    let uri = path.replace(['{', '}'], "");
                    let request = Request::builder().method(method).uri(&uri);
                    let answer = app.with_key(request.body(Body::empty()).unwrap(), &key).await;

                    let is_allowed = needed.contains(&scope)
                        && (is_for_services || role == Role::Admin);
                    let is_refused = answer.status.as_u16() == 404
                        && answer.json()["message"] == "Not Found";
                    assert_eq!(is_refused, !is_allowed, "{role:?} {scope:?} {method} {path}: {answer:?}");
                    assert_ne!(answer.status.as_u16(), 405, "{method} {path}");
                }
            }
        }
    }

    async fn the_table_of_scopes_has_every_route(records: TestDatabase) {
        let app = guarded(records).await;

        for path in PATHS {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let request = Request::builder().method(method).uri(path.replace(['{', '}'], ""));
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                // Without a key: 401, if there is such a route that asks for one.
                let is_listed = ROUTES.iter().any(|route| (route.0, route.1) == (method, path));
                assert_eq!(answer.status.as_u16() == 401, is_listed, "{method} {path}");
            }
        }
    }

    async fn without_keys_what_a_browser_or_a_proxy_adds_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let with = |name: &str, value: &str| {
            let request = Request::get("/c/banks").header(header::HOST, "127.0.0.1:5000");
            request.header(name, value).body(Body::empty()).unwrap()
        };

        let typed = app.send(with("sec-fetch-site", "none")).await;

        assert_eq!(typed.status.as_u16(), 200);
        for (name, value, word) in [
            ("sec-fetch-site", "cross-site", "web pages"),
            ("sec-fetch-site", "same-site", "web pages"),
            ("cf-connecting-ip", "192.0.2.1", "proxy"),
            ("x-original-host", "hashes.example", "proxy"),
        ] {
            let (status, message) = app.send(with(name, value)).await.refusal();
            assert_eq!(status, 403, "{name}");
            assert!(message.contains(word), "{name}: {message}");
        }
    }
}
