//! Who may use the routes: with keys, every client that sends one; without, every client on this
//! machine except web pages.

use axum::body::Body;
use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{NewEntry, Proof};
use mamori_model::key::Role;
use mamori_model::{Action, Distance, Hash, Purpose, Quality};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::hma::{PATHS, Settings};
use serde_json::json;

use crate::test_app::{TestApp, TestResponse, json as body, settings};

async fn guarded(records: TestDatabase) -> TestApp {
    TestApp::with(records, Settings { key_required: true, ..settings() }).await
}

impl TestApp {
    async fn with_key(&self, mut request: Request<Body>, authorization: &str) -> TestResponse {
        let value = authorization.parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        self.send(request).await
    }

    async fn key(&self, role: Role) -> String {
        let issued = self.desk.issue_key(&self.admin, role, "a test".parse().unwrap()).await;
        issued.unwrap().token.reveal().clone()
    }
}

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

    async fn without_keys_only_banks_like_those_created_here_can_be_read_and_changed(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OF_HERE").await;
        let reach = settings().reach;
        let other = NewBank {
            name: "OF_A_HOTLINE".parse().unwrap(),
            purpose: Purpose::ChildSexualAbuse,
            source: "a hotline".parse().unwrap(),
            legal_basis: "an agreement".parse().unwrap(),
            owner: "the tests".parse().unwrap(),
            reach,
            distance_max: Distance::PDQ_SAME_MAX,
            quality_min: Quality::ANY,
            transforms: None,
            action: Action::Block,
            is_enabled: true,
        };
        let other = app.desk.create_bank(&app.admin, other).await.unwrap();
        let hash: Hash = Hash::Md5("ab".repeat(16).parse().unwrap());
        let added = app.desk.add_entries(&app.admin, other.id, &[NewEntry::bare(hash)]).await.unwrap();
        let content = format!("/c/bank/OF_A_HOTLINE/content/{}", added.entries[0].unwrap().number());
        let missing = (404, "bank 'OF_A_HOTLINE' not found".to_owned());

        let listed = app.get("/c/banks").await.ok();
        let deleted = app.delete("/c/bank/OF_A_HOTLINE").await.ok();
        let off = app.put("/c/bank/OF_A_HOTLINE", json!({ "enabled": false })).await;
        let read = app.get(&format!("{content}?include_signals=true")).await;
        let removed = app.delete(&content).await;
        let signal = json!({ "video_md5": "cd".repeat(16) });
        let added = app.post("/c/bank/OF_A_HOTLINE/signal", signal).await;
        let looked_up = format!("/m/lookup?signal_type=video_md5&signal={}", "ab".repeat(16));
        let found = app.get(&looked_up).await.ok();

        assert_eq!(listed, json!([{ "name": "OF_HERE", "matching_enabled_ratio": 1.0 }]));
        assert_eq!(deleted, json!({ "message": "Done" }));
        for refused in [off, read, removed, added, app.get("/c/bank/OF_A_HOTLINE").await] {
            assert_eq!(refused.refusal(), missing);
        }
        assert_eq!(found["OF_A_HOTLINE"].as_array().unwrap().len(), 1, "look-ups search it");
        let action = BankChange { action: Some(Action::Hold), ..BankChange::default() };
        let here = app.desk.bank_named(&Proof::Admin(app.admin.clone()), &"OF_HERE".parse().unwrap()).await;
        app.desk.change_bank(&app.admin, here.unwrap().id, action).await.unwrap();
        assert_eq!(app.get("/c/banks").await.ok(), json!([]), "its matches hold items now");
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
}
