//! The listener for operators: it alone answers `/metrics` and `/readyz`, and its counters exist from
//! the start.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;

use crate::bystanders::Site;
use crate::mamori::{Mamori, configure, configure_server, program};
use crate::receiver::Receiver;
use crate::service::{ApiClient, picture};

/// How long a node may take on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// The names and texts of all metrics, for [`described`].
const DESCRIBED: &str = include_str!("../../src/serve/metrics/described.rs");

/// Metrics that a node does not show before its first request or check, and why.
const LATER: [(&str, &str); 2] = [
    (
        "mamori_http_request_seconds",
        "its labels are the routes and statuses of the requests so far",
    ),
    (
        "mamori_checks_cleared_total",
        "its label is a bank of known benign pictures, and there is none",
    ),
];

/// Writes a configuration with a vault.
fn configure_vault(folder: &Path, records: &TestDatabase) -> PathBuf {
    let (key, vault) = (folder.join("vault.key"), folder.join("vault"));
    let made = program().args(["vault", "init"]).arg(&key).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    configure(folder, records.url(), &format!("[vault]\nkey_file = {key:?}\nfolder = {vault:?}\n"))
}

async fn metrics_of(node: &Mamori) -> String {
    let (status, text) = ApiClient::new(&node.admin_address, "none").get("/metrics").await;
    assert_eq!(status, 200, "{text}");
    text.as_str().unwrap().to_owned()
}

/// Returns the names in the table of all metrics.
fn described() -> BTreeSet<&'static str> {
    let words = DESCRIBED.split('"');
    let is_name = |word: &&str| {
        ["mamori_", "process_"].iter().any(|begin| word.starts_with(begin)) && !word.contains(' ')
    };
    words.filter(is_name).collect()
}

/// Returns the series of `/metrics` with their values, by their names and labels.
fn series(metrics: &str) -> BTreeMap<&str, f64> {
    let lines = metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(key, n)| (key, n.parse().unwrap()))
        .collect()
}

/// Returns the series of counters.
fn counters(metrics: &str) -> BTreeSet<&str> {
    let kinds =
        metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"));
    let names: BTreeSet<&str> = kinds.collect();
    let name = |key: &str| key.split('{').next().unwrap().to_owned();
    series(metrics).into_keys().filter(|key| names.contains(&*name(key))).collect()
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

/// Returns the status of `/metrics` for a request with these lines in its head.
fn status_with(node: &Mamori, lines: &str) -> String {
    let mut stream =
        TcpStream::connect(node.admin_address.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let head = format!("GET /metrics HTTP/1.1\r\n{lines}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_page_in_the_browser_of_an_operator_cannot_read_the_metrics() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node = Mamori::start(&configure(folder.path(), records.url(), ""));

    for (lines, expected) in [
        ("host: 127.0.0.1:8081\r\n", "200"),
        ("host: localhost\r\n", "200"),
        ("host: localhost\r\nsec-fetch-site: none\r\n", "200"),
        ("host: evil.example:8081\r\n", "403"),
        ("host: localhost\r\nsec-fetch-site: cross-site\r\n", "403"),
        ("host: 127.0.0.1\r\norigin: http://evil.example\r\n", "403"),
    ] {
        assert_eq!(status_with(&node, lines), expected, "{lines}");
    }
}

/// Starts a request whose body is never sent, and returns once the node waits for the body.
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
    assert!(metrics.contains("mamori_ready{part=\"database\"} 1"), "{metrics}");
    drop(busy);
}

#[tokio::test]
async fn a_node_that_has_done_nothing_shows_every_metric() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node = Mamori::start(&configure_vault(folder.path(), &records));

    let metrics = metrics_of(&node).await;

    let series = series(&metrics);
    let shown: BTreeSet<&str> = series.keys().map(|key| key.split('{').next().unwrap()).collect();
    let later = LATER.map(|(name, _)| name);
    let expected: BTreeSet<&str> =
        described().into_iter().filter(|name| !later.contains(name)).collect();
    assert_eq!(shown, expected);
    let build = format!("mamori_build_info{{version=\"{}\",", env!("CARGO_PKG_VERSION"));
    assert!(metrics.contains(&build), "{metrics}");
    for (key, least, most) in [
        ("process_resident_memory_bytes", 1e6, 1e11),
        ("process_cpu_seconds_total", 0.0, 1e5),
        ("process_open_fds", 5.0, 1e5),
        ("process_max_fds", 100.0, f64::INFINITY),
        ("process_start_time_seconds", 1.7e9, 1e11),
        ("mamori_evidence_bytes_max", 107_374_182_400.0, 107_374_182_400.0),
        ("mamori_evidence_disk_free_bytes", 1.0, f64::INFINITY),
        ("mamori_ready{part=\"decoders\"}", 1.0, 1.0),
        ("mamori_ready{part=\"index\"}", 1.0, 1.0),
        ("mamori_ready{part=\"writes\"}", 1.0, 1.0),
    ] {
        let value = *series.get(key).unwrap_or_else(|| panic!("{key} is not in {metrics}"));
        assert!((least..=most).contains(&value), "{key} is {value}");
    }
    for secret in [folder.path().to_str().unwrap(), records.url()] {
        assert!(!metrics.contains(secret), "{secret} is in the metrics");
    }
}

/// Checks a hash that is near that of the picture of seed 0, another one for each `bit`.
async fn check_near_hash(admin: &ApiClient, service: &ApiClient, bit: u32) -> StatusCode {
    let png = picture(0);
    let request = reqwest::Client::new().post(format!("{}/v1/hash", admin.address)).body(png);
    let hashes: Value = request.bearer_auth(&admin.key).send().await.unwrap().json().await.unwrap();
    let pdq = hashes["pdq"].as_str().unwrap();
    let last = u32::from_str_radix(&pdq[60..], 16).unwrap() ^ (1 << bit);
    let near = format!("{}{last:04x}", &pdq[..60]);
    let check = json!({ "item_id": near, "surface": "public", "pdq": near });
    service.call(Method::POST, "/v1/check", Some(check)).await.0
}

#[tokio::test]
async fn no_counter_appears_only_with_its_first_event() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let limits = "[limits]\nnear_hits_hour_max = 1\n";
    let config = configure(folder.path(), records.url(), limits);
    let node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    let before = metrics_of(&node).await;

    admin.create_bank("known", 0..2).await;
    let service = admin.create_service("photos").await;
    // No program listens on this port of this machine.
    service.post("/v1/webhooks", json!({ "url": "http://127.0.0.1:9/" })).await;
    let receiver = Receiver::listen().await;
    service.post("/v1/webhooks", json!({ "url": receiver.url })).await;
    service.upload("known", picture(0)).await.unwrap();
    service.upload("clean", picture(50)).await.unwrap();
    let near =
        [check_near_hash(&admin, &service, 0).await, check_near_hash(&admin, &service, 1).await];
    let expected = [
        "mamori_checks_total{verdict=\"allow\",looked=\"all\"}",
        "mamori_checks_total{verdict=\"hold\",looked=\"all\"}",
        "mamori_near_hits_total",
        "mamori_near_hits_refused_total",
        "mamori_deliveries_total{result=\"delivered\"}",
        "mamori_deliveries_total{result=\"waiting\"}",
        "mamori_delivery_attempts_total{result=\"2xx\"}",
        "mamori_delivery_attempts_total{result=\"no_connection\"}",
    ];
    let begun = Instant::now();
    let after = loop {
        let metrics = metrics_of(&node).await;
        let found = series(&metrics);
        if expected.iter().all(|key| found.get(key).is_some_and(|value| *value > 0.0)) {
            break metrics;
        }
        assert!(begun.elapsed() < SOON, "{near:?} {metrics}");
    };

    let before = series(&before);
    for key in counters(&after) {
        assert!(before.contains_key(key), "{key} was not there before");
    }
    assert!(expected.iter().all(|key| before[key] == 0.0), "{before:?}");
}

/// Waits until `/readyz` says this of the clock, and returns what `/metrics` shows then.
async fn metrics_when_clock_is(node: &Mamori, state: &str) -> String {
    let operator = ApiClient::new(&node.admin_address, "none");
    let begun = Instant::now();
    loop {
        let (_, readiness) = operator.get("/readyz").await;
        if readiness["clock"] == state {
            return metrics_of(node).await;
        }
        assert!(begun.elapsed() < SOON, "{state}: {readiness}");
    }
}

/// Sets the last sweep ten days back, as if all nodes had been off since, or the clock had jumped.
async fn age_last_sweep(records: &TestDatabase) {
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut sqlite = SqliteConnection::connect(path).await.unwrap();
    let back = "UPDATE last_sweep SET swept_at = swept_at - 10 * 86400 * 1000000";
    let changed = sqlite.execute(back).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    sqlite.close().await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_not_believed_is_shown_in_readiness_and_metrics() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let mut node = Mamori::start(&config);

    let believed = metrics_when_clock_is(&node, "believed").await;
    node.stop();
    age_last_sweep(&records).await;
    let node = Mamori::start(&config);
    let ahead = metrics_when_clock_is(&node, "ahead").await;

    assert!(believed.contains("\nmamori_clock_believed 1\n"), "{believed}");
    assert!(ahead.contains("\nmamori_clock_believed 0\n"), "{ahead}");
}

#[tokio::test]
async fn a_stored_item_counts_in_the_metrics_with_its_bytes() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();

    let site = Site::start(&folder, records.url(), "").await;

    // The rows are counted at most once a second.
    let begun = Instant::now();
    loop {
        let metrics = metrics_of(&site.node).await;
        let found = series(&metrics);
        let (objects, bytes) = (found["mamori_evidence_objects"], found["mamori_evidence_bytes"]);
        if objects > 0.0 && bytes > 0.0 {
            assert!((1_000.0..1e6).contains(&bytes), "{bytes} of one small picture");
            break;
        }
        assert!(begun.elapsed() < SOON, "{metrics}");
    }
}
