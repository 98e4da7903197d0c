//! Webhook endpoints and their deliveries.

use axum::http::header::RETRY_AFTER;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::test_app::{TestApp, Who};

on_both_engines! {
    async fn a_secret_is_shown_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({"url": "https://service.example/hooks"});

        let made = app.post(Who::Service, "/v1/webhooks", new).await;

        assert_eq!(made.status, 201);
        assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));
        let path = made.headers["location"].to_str().unwrap().to_owned();
        let read = app.get(Who::Service, &path).await.ok();
        assert_eq!(read["url"], "https://service.example/hooks");
        assert_eq!(read.get("secret"), None);
        assert_eq!(app.get(Who::OtherService, &path).await.problem().0, 404);
    }

    async fn an_address_inside_is_refused_and_the_answer_says_why(records: TestDatabase) {
        let app = TestApp::open(records).await;

        for url in ["http://service.example/", "https://10.0.0.1/", "https://\u{0}a.example/", "x"] {
            let answer = app.post(Who::Service, "/v1/webhooks", json!({"url": url})).await;
            assert_eq!(answer.problem(), (422, "request.invalid".to_owned()), "{url}");
        }
    }

    async fn an_address_is_stored_as_a_normalised_url(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let cases = [
            ("https://a.example/\u{0}\n", "https://a.example/"),
            ("https://a.example/a\u{0}b", "https://a.example/a%00b"),
            ("HTTPS://A.example", "https://a.example/"),
        ];

        for (sent, stored) in cases {
            let made = app.post(Who::Service, "/v1/webhooks", json!({"url": sent})).await.ok();
            assert_eq!(made["url"], stored, "{sent:?}");
        }
    }

    async fn too_many_messages_on_request_are_answered_with_429_and_a_time(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let path = format!("/v1/webhooks/hook_{:032x}/test", 1);

        for _ in 0..60 {
            assert_eq!(app.call(Who::Service, "POST", &path).await.status, 404);
        }
        let refused = app.call(Who::Service, "POST", &path).await;
        let other = app.call(Who::OtherService, "POST", &path).await;

        assert_eq!(refused.problem(), (429, "limit.resends".to_owned()));
        assert_eq!(refused.headers[RETRY_AFTER], "60");
        assert_eq!(other.status, 404);
    }

    async fn a_test_message_is_a_delivery_that_can_be_sent_again(records: TestDatabase) {
        let app = TestApp::open(records).await;
        // No server listens on this port of this machine.
        let new = json!({"url": "http://127.0.0.1:9/hooks"});
        let made = app.post(Who::Service, "/v1/webhooks", new).await;
        let path = made.headers["location"].to_str().unwrap().to_owned();

        let enqueued = app.call(Who::Service, "POST", &format!("{path}/test")).await;
        assert_eq!(enqueued.status, 202);
        let id = enqueued.json()["delivery_id"].as_str().unwrap().to_owned();
        let delivery = format!("/v1/deliveries/{id}");
        let waiting = app.get(Who::Service, &delivery).await.ok();
        let second = app.call(Who::Service, "POST", &format!("{path}/test")).await;
        let early = app.call(Who::Service, "POST", &format!("{delivery}/redeliver")).await;
        app.desk.work_once().await.unwrap();
        let tried = app.get(Who::Service, &delivery).await.ok();
        let removed = app.delete(Who::Service, &path).await;

        assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("waiting"), &json!(0)));
        assert_eq!(waiting["payload"]["type"], "endpoint.test");
        assert_eq!(second.problem(), (409, "conflict".to_owned()));
        assert!(second.detail().contains("test message"), "{}", second.detail());
        assert_eq!(early.problem(), (409, "conflict".to_owned()));
        assert_eq!(tried["attempts"], 1);
        assert!(tried["last_result"].is_string());
        let list = app.get(Who::Service, "/v1/deliveries").await.ok();
        assert_eq!(list["data"][0]["id"], json!(id));
        assert_eq!(list["data"][0].get("payload"), None);
        let delivered = app.get(Who::Service, "/v1/deliveries?state=delivered").await.ok();
        assert_eq!(delivered["data"], json!([]));
        assert_eq!(removed.status, 204);
        assert_eq!(app.call(Who::Service, "POST", &format!("{path}/test")).await.problem().0, 404);
    }

    async fn a_replaced_secret_is_shown_once(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let new = json!({"url": "https://service.example/hooks"});
        let made = app.post(Who::Service, "/v1/webhooks", new).await.ok();
        let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());

        let rotated = app.call(Who::Service, "POST", &format!("{path}/rotate-secret")).await.ok();
        let read = app.get(Who::Service, &path).await.ok();

        assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_"));
        assert_ne!(rotated["secret"], made["secret"]);
        assert_eq!(read.get("secret"), None);
        assert_eq!(made["previous_secret_until"], json!(null));
        assert!(read["previous_secret_until"].is_string(), "{read}");
    }

    async fn a_disabled_endpoint_says_so_until_it_is_enabled(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let gone = receiver_that_is_gone().await;
        let made = app.post(Who::Service, "/v1/webhooks", json!({"url": gone})).await.ok();
        let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
        app.call(Who::Service, "POST", &format!("{path}/test")).await.ok();
        app.desk.work_once().await.unwrap();

        let disabled = app.get(Who::Service, "/v1/webhooks").await.ok()["data"][0].clone();
        let refused = app.call(Who::Service, "POST", &format!("{path}/test")).await;
        let enabled = app.call(Who::Service, "POST", &format!("{path}/enable")).await.ok();
        let again = app.get(Who::Service, &path).await.ok();

        assert_eq!(made["disabled"], json!(null));
        assert_eq!(disabled["disabled"]["cause"], "gone");
        assert!(disabled["disabled"]["at"].is_string(), "{disabled}");
        assert_eq!(refused.problem(), (409, "conflict".to_owned()));
        assert_eq!(enabled, json!({"enqueued": 0}), "a test message is not sent again");
        assert_eq!((&again["disabled"], &again["failing_since"]), (&json!(null), &json!(null)));
    }
}

/// The URL of a server on this machine that answers each request with 410.
async fn receiver_that_is_gone() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let answer = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}
