//! `/c/banks` and `/c/bank/{bank_name}`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use mamori_desk::approvals::list_requests::WhichRequests;
use mamori_desk::{Clock, Overseer, Proof};
use mamori_model::page::PageSize;
use mamori_model::{Action, Distance, Purpose, Quality};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;

use mamori_web::hma::Settings;

use crate::test_app::{TestApp, settings};

on_both_engines! {
    async fn a_created_bank_is_in_the_list(records: TestDatabase) {
        let app = TestApp::open(records).await;
        assert_eq!(app.get("/c/banks").await.ok(), json!([]));

        let made = app.post("/c/banks", json!({ "name": "MY_TEST_BANK_01" })).await;

        let expected = json!({ "name": "MY_TEST_BANK_01", "matching_enabled_ratio": 1.0 });
        assert_eq!((made.status, made.json()), (StatusCode::CREATED, expected.clone()));
        assert_eq!(app.get("/c/banks").await.ok(), json!([expected]));
        assert_eq!(app.get("/c/bank/MY_TEST_BANK_01").await.ok(), expected);
    }

    async fn a_bank_created_here_is_as_configured_and_has_no_action(records: TestDatabase) {
        let app = TestApp::open(records).await;

        app.bank("A_BANK").await;

        let proof = Proof::Admin(app.admin);
        let bank = app.desk.bank_named(&proof, &"A_BANK".parse().unwrap()).await.unwrap();
        assert_eq!(bank.purpose, Purpose::Rehearsal);
        assert_eq!(bank.action, Action::None);
        assert_eq!(bank.distance_max, Distance::PDQ_SAME_MAX);
        assert_eq!(bank.quality_min, Quality::TRUSTED_MIN);
        assert_eq!(bank.source.as_str(), "drawn by code");
    }

    async fn a_change_that_takes_a_second_actor_is_409_and_names_its_request(records: TestDatabase) {
        let settings = Settings { purpose: Purpose::ChildSexualAbuse, ..settings() };
        let start = jiff::Timestamp::from_second(1_795_000_000).unwrap();
        let clock = Arc::new(Clock::manual(start));
        let app = TestApp::at(records, settings, clock).await;
        app.bank("A_BANK").await;
        app.clock.advance(jiff::SignedDuration::from_hours(24));

        let (status, message) = app.delete("/c/bank/A_BANK").await.refusal();

        assert_eq!(status, 409);
        let who = Overseer::Admin(&app.admin);
        let waiting = WhichRequests::Waiting;
        let page = app.desk.approval_requests(who, waiting, None, PageSize::DEFAULT).await.unwrap();
        assert!(message.contains(&page.rows[0].id.to_string()), "{message}");
        app.get("/c/bank/A_BANK").await.ok();
    }

    async fn names_are_upper_case_with_underscores_and_taken_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let upper = (400, "Bank names must be UPPER_WITH_UNDERSCORE".to_owned());

        for name in ["01_TEST_BANK", "my_test_bank", "WITH-DASH", "", "MIT_UMLAUT_Ä"] {
            assert_eq!(
                app.post("/c/banks", json!({ "name": name })).await.refusal(),
                upper,
                "{name}"
            );
        }
        let long = app.post("/c/banks", json!({ "name": "A".repeat(65) })).await;
        assert_eq!(long.refusal().0, 400);
        app.bank("TAKEN").await;
        let again = app.post("/c/banks", json!({ "name": "TAKEN" })).await;
        assert_eq!(again.refusal(), (403, "Bank already exists".to_owned()));
        let nameless = app.post("/c/banks", json!({ "enabled": true })).await;
        assert_eq!(nameless.refusal(), (400, "name is required".to_owned()));
    }

    async fn a_bank_is_created_disabled_or_enabled_in_each_form_of_hma(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let cases = [
            (json!({ "enabled": false }), 0.0),
            (json!({ "enabled": "false" }), 0.0),
            (json!({ "enabled": "true", "matching_enabled_ratio": 1.0 }), 1.0),
            (json!({ "enabled_ratio": 0 }), 0.0),
            (json!({ "enabled_ratio": "1.0", "enabled": false }), 1.0),
        ];

        for (index, (mut body, ratio)) in cases.into_iter().enumerate() {
            body["name"] = json!(format!("BANK_{index}"));
            let made = app.post("/c/banks", body.clone()).await;
            assert_eq!(made.json()["matching_enabled_ratio"], json!(ratio), "{body}");
        }
    }

    async fn a_bank_is_searched_or_not_and_never_at_random(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("A_BANK").await;

        let half = app.put("/c/bank/A_BANK", json!({ "enabled_ratio": 0.5 })).await;

        let refused = "the enabled ratio is 0 or 1 here: a bank is searched or not".to_owned();
        assert_eq!(half.refusal(), (400, refused));
        let word = app.put("/c/bank/A_BANK", json!({ "enabled_ratio": "half" })).await;
        assert_eq!(word.refusal().0, 400);
        let unchanged = app.get("/c/bank/A_BANK").await.ok();
        assert_eq!(unchanged["matching_enabled_ratio"], json!(1.0));
    }

    async fn a_bank_is_renamed_and_switched_off(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.bank("OLD").await;
        app.bank("OTHER").await;

        assert_eq!(app.put("/c/bank/OLD", json!({ "name": "1_invalid" })).await.refusal().0, 400);
        let taken = app.put("/c/bank/OLD", json!({ "name": "OTHER" })).await;
        assert_eq!(taken.refusal(), (403, "Bank name already exists".to_owned()));
        assert_eq!(app.put("/c/bank/OLD", json!({ "name": "NEW" })).await.ok()["name"], "NEW");
        let off = app.put("/c/bank/NEW", json!({ "enabled": false })).await.ok();

        assert_eq!(off, json!({ "name": "NEW", "matching_enabled_ratio": 0.0 }));
        assert_eq!(app.put("/c/bank/OLD", json!({})).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_missing_bank_is_named_when_read_and_its_deletion_succeeds(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let missing = (404, "bank 'MY_TEST_BANK' not found".to_owned());
        assert_eq!(app.get("/c/bank/MY_TEST_BANK").await.refusal(), missing);
        app.bank("MY_TEST_BANK").await;

        for _ in 0..2 {
            let done = app.delete("/c/bank/MY_TEST_BANK").await.ok();
            assert_eq!(done, json!({ "message": "Done" }));
        }

        assert_eq!(app.get("/c/bank/MY_TEST_BANK").await.refusal(), missing);
        assert_eq!(app.delete("/c/bank/not%20a%20name").await.status, StatusCode::OK);
    }

    async fn a_body_that_is_not_json_is_refused_with_a_message(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let request = |kind: &str, body: &'static str| {
            let request = Request::post("/c/banks").header("content-type", kind);
            request.body(Body::from(body)).unwrap()
        };

        let text = app.send(request("text/plain", r#"{"name":"A"}"#)).await;
        let broken = app.send(request("application/json; charset=utf-8", "{")).await;
        let list = app.send(request("application/json", "[1]")).await;

        assert_eq!(text.refusal().0, 415);
        assert_eq!(broken.refusal().0, 400);
        assert_eq!(list.refusal(), (400, "name is required".to_owned()));
    }
}
