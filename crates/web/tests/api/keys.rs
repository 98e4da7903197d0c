//! Services and their keys.

use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;

use crate::test_app::{TestApp, Who};

on_both_engines! {
    async fn a_keys_text_is_shown_once_and_valid_until_it_is_revoked(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({"role": "service", "service_id": app.service.to_string(), "name": "uploads"});

        let made = app.post(Who::Admin, "/v1/keys", new).await.ok();
        let text = made["key"].as_str().unwrap().to_owned();
        let knock = async || {
            let mut request = app.request(Who::Nobody, "GET", "/v1/matches", None, Vec::new());
            let value = format!("Bearer {text}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
            app.send(request).await
        };
        let before = knock().await;
        let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
        let revoked = app.delete(Who::Admin, &path).await;
        let after = knock().await;

        assert_eq!(before.status, 200);
        assert_eq!(revoked.status, 204);
        assert_eq!(after.problem(), (401, "auth.key_unknown".to_owned()));
        let list = app.get(Who::Admin, "/v1/keys").await;
        assert!(!list.text.contains(&text) && list.text.contains("\"name\":\"uploads\""));
        assert_eq!(app.delete(Who::Admin, &path).await.problem().0, 404);
    }

    async fn a_service_is_renamed_and_deleted(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let path = format!("/v1/services/{}", app.service);

        let renamed = app.patch(Who::Admin, &path, json!({"name": "pictures.example"})).await.ok();
        let listed = app.get(Who::Admin, "/v1/services").await.ok();
        let nameless = app.patch(Who::Admin, &path, json!({"name": " "})).await;
        let deleted = app.delete(Who::Admin, &path).await;

        assert_eq!(renamed["name"], "pictures.example");
        assert_eq!(listed["data"][0], renamed);
        assert_eq!(nameless.problem(), (422, "json.shape".to_owned()));
        assert_eq!(deleted.status, 204);
        let knock = app.get(Who::Service, "/v1/matches").await;
        assert_eq!(knock.problem(), (401, "auth.key_unknown".to_owned()));
        assert_eq!(app.get(Who::OtherService, "/v1/matches").await.status, 200);
        let listed = app.get(Who::Admin, "/v1/services").await.ok();
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        assert_eq!(app.delete(Who::Admin, &path).await.problem().0, 404);
        let renamed = app.patch(Who::Admin, &path, json!({"name": "x"})).await;
        assert_eq!(renamed.problem().0, 404);
        let new = json!({"role": "service", "service_id": app.service.to_string(), "name": "x"});
        let key = app.post(Who::Admin, "/v1/keys", new).await;
        assert_eq!(key.problem(), (422, "request.invalid".to_owned()));
    }

    async fn the_last_administrators_key_stays(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let list = app.get(Who::Admin, "/v1/keys").await.ok();
        let keys = list["data"].as_array().unwrap();
        let admins = keys.iter().filter(|key| key["role"] == "admin");
        let paths: Vec<String> =
            admins.map(|key| format!("/v1/keys/{}", key["id"].as_str().unwrap())).collect();
        let [admin, colleague] = &paths[..] else { panic!("two administrators: {paths:?}") };
        app.delete(Who::Admin, colleague).await.ok();

        let refused = app.delete(Who::Admin, admin).await;

        assert_eq!(refused.problem(), (409, "conflict".to_owned()));
        assert_eq!(app.get(Who::Admin, "/v1/keys").await.status, 200);
    }

    async fn a_key_is_an_administrators_or_one_services(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let service = app.service.to_string();
        let nowhere = format!("svc_{}", "0".repeat(32));

        for wrong in [
            json!({"role": "service", "name": "x"}),
            json!({"role": "admin", "service_id": service, "name": "x"}),
            json!({"role": "service", "service_id": nowhere, "name": "x"}),
        ] {
            let answer = app.post(Who::Admin, "/v1/keys", wrong).await;
            assert_eq!(answer.problem(), (422, "request.invalid".to_owned()));
        }
        let path = format!("/v1/keys?service={service}");
        let own = app.get(Who::Admin, &path).await.ok();
        assert_eq!(own["data"].as_array().unwrap().len(), 1);
    }
}
