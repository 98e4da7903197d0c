//! The listener for operators: it alone answers `/metrics` and `/readyz`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use mamori_testkit::database::TestDatabase;
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, configure_server};
use crate::service::ApiClient;

/// How long a node may take on a busy machine.
const SOON: Duration = Duration::from_secs(20);

async fn metrics_of(node: &Mamori) -> String {
    let (status, text) = ApiClient::new(&node.admin_address, "none").get("/metrics").await;
    assert_eq!(status, 200, "{text}");
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_the_listener_for_operators_answers_metrics_and_readiness() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let node = Mamori::start(&config);
    let main = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    let admin = main.at(&node.admin_address);

    for (path, on_main, on_admin) in [
        ("/healthz", 200, 200),
        ("/readyz", 404, 200),
        ("/metrics", 404, 200),
        ("/v1/banks", 200, 404),
        ("/openapi.json", 200, 404),
        ("/console", 200, 404),
    ] {
        assert_eq!(main.get(path).await.0.as_u16(), on_main, "{path} of the API's listener");
        assert_eq!(admin.get(path).await.0.as_u16(), on_admin, "{path} of the other listener");
    }
    assert_eq!(main.get("/healthz").await.1, json!({ "status": "ok" }), "and no details");
    let (status, _) = admin.call(Method::POST, "/metrics", None).await;
    assert_eq!(status, 405);
}

/// Begins a request whose body never comes, and waits until the node waits for it.
fn begin_endless_request(node: &Mamori, key: &str) -> TcpStream {
    let host = node.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST /v1/hash HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
         content-length: 9\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    stream
}

#[tokio::test]
async fn an_operator_is_answered_while_the_api_takes_no_more_connections() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure_server(folder.path(), records.url(), "connections_max = 1");
    let text = fs::read_to_string(&config).unwrap();
    let patient = text.replace("body_idle_timeout_s = 5", "body_idle_timeout_s = 3600");
    fs::write(&config, patient).unwrap();
    let node = Mamori::start(&config);
    let service = ApiClient::of_local_cli(&node.address, &config, &["service", "photos"]).await;

    let busy = begin_endless_request(&node, &service.key);
    let kept_out = tokio::time::timeout(Duration::from_secs(1), service.get("/healthz")).await;
    let (healthy, _) = service.at(&node.admin_address).get("/healthz").await;
    let metrics = metrics_of(&node).await;

    assert!(kept_out.is_err(), "{kept_out:?}");
    assert_eq!(healthy, 200);
    assert!(metrics.contains("mamori_index_banks 0"), "{metrics}");
    drop(busy);
}
