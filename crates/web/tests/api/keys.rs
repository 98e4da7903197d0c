//! Services and their keys.

use mamori_model::key::{Network, Role, Scope};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::peer::Peer;
use serde_json::json;

use crate::test_app::{TestApp, Who};

on_both_engines! {
    async fn a_keys_text_is_shown_once_and_valid_until_it_is_revoked(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({"role": "service", "service_id": app.service.to_string(), "name": "uploads"});

        let made = app.post(Who::Admin, "/v1/keys", new).await.ok();
        let text = made["key"].as_str().unwrap().to_owned();
        let knock = async || {
            let mut request = app.request(Who::WithoutKey, "GET", "/v1/matches", None, Vec::new());
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

    async fn a_key_has_scopes_an_end_networks_and_a_creator(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({
            "role": "admin", "name": "list importer", "scopes": ["entries:write", "banks:read"],
            "ends_at": "2199-01-01T00:00:00Z", "networks": ["192.0.2.0/24", "2001:db8::1"],
        });

        let made = app.post(Who::Admin, "/v1/keys", new).await.ok();
        let list = app.get(Who::Admin, "/v1/keys").await.ok();

        let listed = list["data"].as_array().unwrap().iter().find(|key| key["id"] == made["id"]);
        let listed = listed.unwrap();
        assert_eq!(listed["scopes"], json!(["banks:read", "entries:write"]));
        assert_eq!(listed["ends_at"], "2199-01-01T00:00:00Z");
        assert_eq!(listed["networks"], json!(["192.0.2.0/24", "2001:db8::1/128"]));
        assert_eq!(listed["created_by"]["kind"], "key");
        assert_eq!(listed["created_by"]["name"], "a test");
        assert_eq!(listed["last_used_on"], json!(null));
        let first = &list["data"][0];
        assert_eq!(first["created_by"], json!({"kind": "command_line", "id": null, "name": null}));
    }

    async fn a_key_with_wrong_scopes_or_networks_or_a_past_end_is_refused(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for (key, value, kind) in [
            ("scopes", json!(["checks"]), "request.invalid"),
            ("scopes", json!([]), "request.invalid"),
            ("scopes", json!(["everything"]), "json.shape"),
            ("networks", json!(["192.0.2.1/24"]), "json.shape"),
            ("ends_at", json!("2001-01-01T00:00:00Z"), "request.invalid"),
        ] {
            let mut new = json!({"role": "admin", "name": "x"});
            new[key] = value;
            let answer = app.post(Who::Admin, "/v1/keys", new).await;
            assert_eq!(answer.problem(), (422, kind.to_owned()), "{key}: {answer:?}");
        }
    }

    async fn a_key_with_networks_is_accepted_from_the_clients_address_alone(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({"role": "admin", "name": "x", "networks": ["192.0.2.0/24"]});
        let made = app.post(Who::Admin, "/v1/keys", new).await.ok();
        let key = format!("Bearer {}", made["key"].as_str().unwrap());
        let proxies: std::sync::Arc<[Network]> = vec!["10.0.0.1".parse().unwrap()].into();
        let knock = async |peer: Option<&str>, forwarded: Option<&str>| {
            let mut request = app.request(Who::WithoutKey, "GET", "/v1/banks", None, Vec::new());
            request.headers_mut().insert("authorization", key.parse().unwrap());
            if let Some(forwarded) = forwarded {
                request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
            }
            if let Some(peer) = peer {
                let peer = Peer::new(peer.parse().unwrap(), proxies.clone());
                request.extensions_mut().insert(peer);
            }
            app.send(request).await.status.as_u16()
        };

        assert_eq!(knock(Some("192.0.2.9"), None).await, 200);
        assert_eq!(knock(Some("198.51.100.9"), None).await, 401);
        assert_eq!(knock(None, None).await, 401);
        assert_eq!(knock(Some("198.51.100.9"), Some("192.0.2.9")).await, 401, "no trusted proxy");
        assert_eq!(knock(Some("10.0.0.1"), Some("192.0.2.9")).await, 200);
        assert_eq!(knock(Some("10.0.0.1"), Some("192.0.2.9, 198.51.100.9")).await, 401);
    }

    async fn a_key_that_writes_entries_is_shown_no_hash(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("known").await;
        let hash = "0ff0".repeat(8);
        let path = format!("{bank}/entries/{}", app.add(&bank, "md5", &hash).await);
        let change = async |key: &str| {
            let body = json!({"labels": ["A1"]}).to_string().into_bytes();
            let mut request = app.request(Who::WithoutKey, "PATCH", &path, Some("application/json"), body);
            let value = format!("Bearer {key}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
            app.send(request).await.ok()
        };
        let keeper = app.key_with(Role::Admin, vec![Scope::EntriesWrite]).await;

        let by_keeper = change(&keeper).await;
        let by_admin = change(app.key(Who::Admin).unwrap()).await;

        assert_eq!(by_keeper["hash"], json!(null), "{by_keeper}");
        assert_eq!(by_keeper["kind"], "md5");
        assert_eq!(by_admin["hash"], hash);
    }

    async fn a_service_with_an_open_case_leaves_before_it_is_deleted(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("known").await;
        let hash = "0ff0".repeat(8);
        app.add(&bank, "md5", &hash).await;
        let check = json!({"item_id": "a", "surface": "public", "md5": hash});
        app.post(Who::Service, "/v1/check", check.clone()).await.ok();
        let path = format!("/v1/services/{}", app.service);

        let leaving = app.delete(Who::Admin, &path).await;
        let again = app.delete(Who::Admin, &path).await;
        let refused = app.post(Who::Service, "/v1/check", check).await;
        let (_, _, action) = app.decided().await;
        let answer = format!("/v1/actions/{action}/answer");
        let answered = app.post(Who::Service, &answer, json!({"result": "done"})).await;
        let listed = app.get(Who::Admin, "/v1/services").await.ok();
        let deleted = app.delete(Who::Admin, &path).await;

        assert_eq!(leaving.status, 200);
        assert!(leaving.ok()["leaving_at"].is_string());
        assert_eq!((again.status.as_u16(), again.ok()), (200, leaving.ok()));
        assert_eq!(refused.problem().0, 404);
        assert!(answered.status.is_success(), "{answered:?}");
        assert_eq!(listed["data"][0], leaving.ok());
        assert_eq!(deleted.status, 204);
        assert_eq!(app.get(Who::Service, "/v1/actions").await.status, 401);
    }
}
