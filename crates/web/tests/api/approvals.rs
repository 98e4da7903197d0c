//! Changes that need a second actor, and notices of changes that narrowed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::{Value, json};

use crate::test_app::{TestApp, TestResponse, Who, new_bank};

/// An app whose first day is over, and its clock.
async fn later(records: TestDatabase) -> (TestApp, Arc<Clock>) {
    let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
    let app = TestApp::at(records, Arc::clone(&clock), mamori_desk::Settings::default()).await;
    clock.advance(SignedDuration::from_hours(25));
    (app, clock)
}

/// A bank that is not for rehearsals.
fn listed(name: &str, action: &str) -> Value {
    let mut bank = new_bank(name);
    bank["purpose"] = json!("child_sexual_abuse");
    bank["action"] = json!(action);
    bank
}

/// The address of the request that a response names.
#[track_caller]
fn request(response: &TestResponse) -> String {
    assert_eq!(response.status, 202, "{response:?}");
    let address = response.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(address, format!("/v1/approvals/{}", response.json()["id"].as_str().unwrap()));
    address
}

impl TestApp {
    /// A bank that blocks, which two administrators created; its address.
    async fn agreed_bank(&self) -> String {
        let made = self.post(Who::Admin, "/v1/banks", listed("list", "block")).await;
        let approve = format!("{}/approve", request(&made));
        let approved = self.call(Who::Colleague, "POST", &approve).await.ok();
        format!("/v1/banks/{}", approved["target"].as_str().unwrap())
    }
}

on_both_engines! {
    async fn a_change_that_takes_a_second_actor_answers_202_and_is_made_by_the_approval(records: TestDatabase) {
        let (app, _) = later(records).await;

        let waiting = app.post(Who::Admin, "/v1/banks", listed("list", "block")).await;
        let address = request(&waiting);
        let body = waiting.json();
        assert_eq!(body["verb"], "create_bank");
        assert_eq!(body["reasons"], json!(["create_acting_bank"]));
        assert_eq!((&body["state"], &body["change"]["name"]), (&json!("waiting"), &json!("list")));
        assert_eq!(body["requested_by"]["kind"], "key");
        assert_eq!(app.get(Who::Colleague, "/v1/banks").await.ok()["data"], json!([]));
        let own = app.call(Who::Admin, "POST", &format!("{address}/approve")).await;
        assert_eq!(own.problem(), (409, "approval.not_second_actor".to_owned()));

        let approved = app.call(Who::Colleague, "POST", &format!("{address}/approve")).await.ok();

        assert_eq!((&approved["state"], &approved["change"]), (&json!("done"), &Value::Null));
        let bank = format!("/v1/banks/{}", approved["target"].as_str().unwrap());
        assert_eq!(app.get(Who::Admin, &bank).await.ok()["action"], "block");
        let again = app.call(Who::Colleague, "POST", &format!("{address}/approve")).await;
        assert_eq!(again.problem(), (409, "approval.resolved".to_owned()));
    }

    async fn each_guarded_endpoint_answers_with_its_request(records: TestDatabase) {
        let (app, _) = later(records).await;
        let bank = app.agreed_bank().await;
        let entries = json!({"entries": [{"kind": "md5", "hash": "11".repeat(16)}]});

        let answers = [
            app.post(Who::Admin, &format!("{bank}/entries"), entries).await,
            app.patch(Who::Admin, &bank, json!({"distance_max": 40})).await,
            app.delete(Who::Admin, &bank).await,
            app.delete(Who::Admin, &format!("/v1/services/{}", app.service)).await,
            app.post(Who::Admin, "/v1/keys", json!({"role": "admin", "name": "x"})).await,
        ];

        let verbs: Vec<Value> = answers
            .iter()
            .map(|answer| {
                request(answer);
                answer.json()["verb"].clone()
            })
            .collect();
        let expected = ["add_entries", "change_bank", "delete_bank", "delete_service", "issue_key"];
        assert_eq!(verbs, expected);
        let listed = app.get(Who::Colleague, "/v1/approvals").await.ok();
        assert_eq!(listed["data"].as_array().unwrap().len(), 5);
        let all = app.get(Who::Colleague, "/v1/approvals?include_resolved=true").await.ok();
        assert_eq!(all["data"].as_array().unwrap().len(), 6);
    }

    async fn a_list_is_refused_before_it_is_read_until_its_source_is_approved(records: TestDatabase) {
        let (app, _) = later(records).await;
        let imports = format!("{}/imports", app.agreed_bank().await);
        let list = format!("{{\"hash\":\"{}\"}}\n", "0ff0".repeat(16));
        let send = async || {
            app.post_bytes(Who::Admin, &imports, "application/x-ndjson", list.as_bytes()).await
        };

        let refused = send().await;
        assert_eq!(refused.problem(), (409, "approval.needed".to_owned()));
        let waiting = app.get(Who::Colleague, "/v1/approvals").await.ok();
        let id = waiting["data"][0]["id"].as_str().unwrap();
        assert!(refused.detail().contains(id), "{refused:?}");
        assert_eq!(app.get(Who::Admin, &imports).await.ok()["data"], json!([]));
        app.call(Who::Colleague, "POST", &format!("/v1/approvals/{id}/approve")).await.ok();

        assert_eq!(send().await.ok()["added"], 1);
    }

    async fn an_administrators_key_is_shown_once_and_accepted_after_the_approval(records: TestDatabase) {
        let (app, _) = later(records).await;

        let made = app.post(Who::Admin, "/v1/keys", json!({"role": "admin", "name": "x"})).await;
        let address = request(&made);
        let text = made.json()["key"].as_str().unwrap().to_owned();
        assert!(text.starts_with("mk_"));
        let keys = app.get(Who::Admin, "/v1/keys").await.ok();
        let waits = |key: &&Value| key["waits"] == json!(true);
        assert_eq!(keys["data"].as_array().unwrap().iter().filter(waits).count(), 1);
        assert!(app.desk.authenticate(&text, None).is_none());

        app.call(Who::Colleague, "POST", &format!("{address}/approve")).await.ok();

        assert!(app.desk.authenticate(&text, None).is_some());
        assert!(app.get(Who::Admin, &address).await.ok().get("key").is_none());
    }

    async fn a_request_is_refused_with_a_reason_or_cancelled(records: TestDatabase) {
        let (app, _) = later(records).await;
        let ask = async || {
            let path = format!("/v1/services/{}", app.service);
            request(&app.delete(Who::Admin, &path).await)
        };
        let reason = json!({"reason": "It is still used."});

        let first = ask().await;
        let own = app.post(Who::Admin, &format!("{first}/refuse"), reason.clone()).await;
        assert_eq!(own.problem(), (409, "approval.not_second_actor".to_owned()));
        let refused = app.post(Who::Colleague, &format!("{first}/refuse"), reason).await.ok();
        assert_eq!(refused["state"], "refused");
        assert_eq!(refused["refusal"], "It is still used.");
        let second = ask().await;
        assert_ne!(first, second);
        let cancelled = app.call(Who::Admin, "POST", &format!("{second}/cancel")).await.ok();

        assert_eq!(cancelled["state"], "cancelled");
    }

    async fn the_requester_acts_alone_after_the_delay(records: TestDatabase) {
        let (app, clock) = later(records).await;
        let service = format!("/v1/services/{}", app.service);
        let apply = format!("{}/apply", request(&app.delete(Who::Admin, &service).await));

        let soon = app.call(Who::Admin, "POST", &apply).await;
        assert_eq!(soon.problem(), (409, "approval.too_soon".to_owned()));
        clock.advance(SignedDuration::from_hours(72));
        let made = app.call(Who::Admin, "POST", &apply).await.ok();

        assert_eq!(made["state"], "made_alone");
        assert_eq!(app.delete(Who::Admin, &service).await.problem().0, 404);
    }

    async fn a_notice_is_listed_until_another_key_acknowledges_it(records: TestDatabase) {
        let (app, _) = later(records).await;
        let bank = app.agreed_bank().await;
        app.patch(Who::Admin, &bank, json!({"enabled": false})).await.ok();

        let notices = app.get(Who::Admin, "/v1/notices").await.ok();
        let notice = &notices["data"][0];
        assert_eq!((&notice["what"], &notice["times"]), (&json!("bank_disabled"), &json!(1)));
        let path = format!("/v1/notices/{}/acknowledge", notice["id"].as_str().unwrap());
        let own = app.call(Who::Admin, "POST", &path).await;
        assert_eq!(own.problem(), (409, "approval.not_second_actor".to_owned()));
        app.call(Who::Colleague, "POST", &path).await.ok();

        assert_eq!(app.get(Who::Admin, "/v1/notices").await.ok()["data"], json!([]));
    }

    async fn an_earlier_version_of_a_bank_is_restored(records: TestDatabase) {
        let (app, _) = later(records).await;
        let bank = app.agreed_bank().await;
        app.patch(Who::Admin, &bank, json!({"action": "none", "name": "other"})).await.ok();

        let versions = app.get(Who::Admin, &format!("{bank}/versions?limit=1")).await.ok();
        assert_eq!(versions["data"][0]["version"], 2);
        let next = versions["next"].as_str().unwrap();
        let path = format!("{bank}/versions?cursor={next}");
        let first = app.get(Who::Admin, &path).await.ok();
        assert_eq!(first["data"][0]["action"], "block");
        let restore = format!("{bank}/versions/1/restore");
        let waiting = app.call(Who::Admin, "POST", &restore).await;
        let approve = format!("{}/approve", request(&waiting));
        app.call(Who::Colleague, "POST", &approve).await.ok();

        let restored = app.get(Who::Admin, &bank).await.ok();
        assert_eq!((&restored["action"], &restored["name"]), (&json!("block"), &json!("list")));
        let missing = app.call(Who::Admin, "POST", &format!("{bank}/versions/99/restore")).await;
        assert_eq!(missing.problem().0, 404);
    }

    async fn a_bank_that_changed_after_the_request_makes_it_stale(records: TestDatabase) {
        let (app, _) = later(records).await;
        let bank = app.agreed_bank().await;
        let address = request(&app.delete(Who::Admin, &bank).await);
        app.patch(Who::Admin, &bank, json!({"owner": "another team"})).await.ok();

        let late = app.call(Who::Colleague, "POST", &format!("{address}/approve")).await;

        assert_eq!(late.problem(), (409, "approval.stale".to_owned()));
        let request = app.get(Who::Admin, &address).await.ok();
        assert_eq!((&request["state"], &request["lapse"]), (&json!("lapsed"), &json!("bank_changed")));
        app.get(Who::Admin, &bank).await.ok();
    }
}
