//! A node that serves: its checks, webhooks, metrics and states, and how it stops.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use serde_json::json;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, configure_server, is_root, program};
use crate::receiver::Receiver;
use crate::service::{ApiClient, picture};

const SOON: Duration = Duration::from_secs(20);

/// A group other than root's: `nogroup`.
const OTHER_GROUP: u32 = 65_534;

fn key_in(said: &str) -> Option<&str> {
    said.split_whitespace().find(|word| word.starts_with("mk_"))
}

#[tokio::test]
async fn a_node_finds_a_known_picture_sends_its_webhook_and_keeps_the_match() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let mut node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..3).await;
    let service = admin.create_service("photos").await;
    let receiver = Receiver::listen().await;
    service.post("/v1/webhooks", json!({ "url": receiver.url })).await;

    let (_, known) = service.upload("item-known", picture(1)).await.unwrap();
    let (_, clean) = service.upload("item-clean", picture(99)).await.unwrap();
    let messages = receiver.wait_for(1, SOON).await;

    assert_eq!(
        (&known["verdict"], &known["matches"][0]["distance_max"]),
        (&json!("hold"), &json!(0))
    );
    assert_eq!((&clean["verdict"], &clean["looked"]), (&json!("allow"), &json!("all")));
    assert_eq!(messages.ids.keys().collect::<Vec<_>>(), ["item-known"]);
    let log = node.log();
    for secret in ["item-known", "item-clean", "mk_", "whsec_", &receiver.url] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }

    let (status, said) = node.stop();
    assert!(status.success());
    let first_key = key_in(&said).expect("the first start prints a key").to_owned();
    let mut node = Mamori::start(&config);
    let service = service.at(&node.address);
    let (_, again) = service.upload("item-later", picture(2)).await.unwrap();
    let (status, _) = admin.at(&node.address).with_key(&first_key).get("/v1/banks").await;
    let items = service.matched_items().await;
    let (_, said) = node.stop();

    assert_eq!(again["verdict"], "hold");
    assert_eq!(status, 200);
    assert_eq!(items, ["item-later", "item-known"]);
    assert_eq!(key_in(&said), None, "the key is printed once");
}

#[tokio::test]
async fn the_metrics_name_no_item_bank_service_or_key() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("a-bank", 0..2).await;
    let service = admin.create_service("a-service").await;
    service.upload("an-item", picture(0)).await.unwrap();

    let operator = service.at(&node.admin_address);
    let (_, metrics) = operator.get("/metrics").await;
    let (ready, readiness) = operator.get("/readyz").await;

    let metrics = metrics.as_str().unwrap();
    for line in [
        "mamori_checks_total{verdict=\"hold\",looked=\"all\"} 1",
        "mamori_index_entries 2",
        "mamori_index_banks 1",
        "mamori_decoders ",
        "mamori_decoding_waiting 0",
        "mamori_jobs{kind=\"deliver\",state=\"ready\"} 0",
        "mamori_cases{urgency=\"known_material\",state=\"open\"} 1",
        "mamori_cases{urgency=\"child_in_danger\",state=\"open\"} 0",
        "mamori_case_oldest_seconds{urgency=\"known_material\"} ",
        "mamori_actions{state=\"overdue\"} 0",
        "mamori_disputes_open{scope=\"account\"} 0",
        "mamori_disputes_open{scope=\"service\"} 0",
        "mamori_evidence_objects 0",
        "mamori_index_version ",
        "mamori_http_request_seconds_count",
    ] {
        assert!(metrics.contains(line), "{line} is not in:\n{metrics}");
    }
    for name in ["an-item", "a-bank", "a-service", "mk_"] {
        assert!(!metrics.contains(name), "{name} is in the metrics");
    }
    assert_eq!(ready, 200);
    assert_eq!((&readiness["banks"], &readiness["entries"]), (&json!(1), &json!(2)));
}

/// Sends the head and a part of the body of an upload; returns the rest.
fn begin_upload(address: &str, key: &str) -> (TcpStream, Vec<u8>) {
    let part = |name: &str, more: &str| {
        format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n")
    };
    let mut body = part("item_id", "").into_bytes();
    body.extend(b"slow\r\n");
    body.extend(part("surface", "").as_bytes());
    body.extend(b"public\r\n");
    body.extend(part("file", "; filename=\"x\"").as_bytes());
    body.extend(picture(0));
    body.extend(b"\r\n--cut--\r\n");
    let rest = body.split_off(body.len() / 2);
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /v1/check HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
         content-type: multipart/form-data; boundary=cut\r\ncontent-length: {}\r\n\r\n",
        body.len() + rest.len()
    )
    .unwrap();
    stream.write_all(&body).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    (stream, rest)
}

/// Sends half of an upload, asks the node to stop, and sends the rest when it accepts no more
/// connections.
async fn stop_in_the_middle_of_an_upload(ask: fn(&Mamori)) {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let mut node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..1).await;
    let service = ApiClient::of_local_cli(&node.address, &config, &["service", "photos"]).await;
    // When the node has answered a later request, it has accepted this one.
    let (mut stream, rest) = begin_upload(&node.address, &service.key);
    admin.get("/healthz").await;

    ask(&node);
    let address = node.address.strip_prefix("http://").unwrap().to_owned();
    let begun = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(begun.elapsed() < SOON, "it still accepts connections");
        tokio::task::yield_now().await;
    }
    stream.write_all(&rest).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (status, _) = node.wait();

    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"verdict\":\"hold\""), "{answer}");
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_asked_to_stop_answers_what_it_accepted() {
    stop_in_the_middle_of_an_upload(Mamori::ask_to_stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_interrupted_at_its_terminal_answers_what_it_accepted() {
    stop_in_the_middle_of_an_upload(Mamori::interrupt).await;
}

#[tokio::test]
async fn a_lost_database_is_reported_and_reconnected() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::postgres().unwrap();
    let config = configure(folder.path(), records.url(), "");
    let node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..1).await;
    let service = admin.create_service("photos").await;
    let (server, name) = records.server().unwrap();

    server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).unwrap();
    server
        .sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .unwrap();
    // A probe may get the cached answer of an earlier one.
    let begun = Instant::now();
    let (ready, readiness) = loop {
        let answer = admin.at(&node.admin_address).get("/readyz").await;
        if answer.0 != 200 {
            break answer;
        }
        assert!(begun.elapsed() < SOON, "it did not notice that the database is lost");
    };
    let (healthy, _) = admin.get("/healthz").await;
    let (clean, _) = service.upload("clean", picture(9)).await.unwrap();
    let (known, problem) = service.upload("known", picture(0)).await.unwrap();
    server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).unwrap();

    assert_eq!((ready.as_u16(), &readiness["database"]), (503, &json!("lost")));
    assert_eq!(healthy, 200);
    assert_eq!(clean, 200, "a clean check needs no database");
    assert_eq!((known.as_u16(), &problem["type"]), (503, &json!("store.unavailable")));
    let begun = Instant::now();
    while admin.at(&node.admin_address).get("/readyz").await.0 != 200 {
        assert!(begun.elapsed() < SOON, "it did not reconnect to the database");
    }
    let (_, again) = service.upload("known", picture(0)).await.unwrap();
    assert_eq!(again["verdict"], "hold");
}

#[test]
fn a_node_leaves_no_core_dump_and_makes_private_files() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node = Mamori::start(&configure(folder.path(), records.url(), ""));
    let about = |what| std::fs::read_to_string(format!("/proc/{}/{what}", node.id())).unwrap();

    let (limits, status) = (about("limits"), about("status"));

    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>(), ["0", "0", "bytes"]);
    assert!(status.contains("\nUmask:\t0077\n"), "{status}");
}

/// Starts a node whose user or group is not root's, and returns the user and the group to which the
/// kernel gives files about its memory: those of the process, or root's if the memory is protected.
fn owners_of_memory(keys: &str) -> (u32, u32) {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let mut command = program();
    command.arg("serve").arg("--config").arg(configure_server(folder.path(), records.url(), keys));
    if is_root() {
        command.gid(OTHER_GROUP);
    }
    let node = Mamori::spawn(command);
    let file = std::fs::metadata(format!("/proc/{}/environ", node.id())).unwrap();
    (file.uid(), file.gid())
}

#[test]
fn the_memory_of_a_node_is_for_root_alone_unless_debugging_is_allowed() {
    let debugged = owners_of_memory("allow_debugging = true");
    let protected = owners_of_memory("");

    assert_ne!(debugged, (0, 0), "the files would belong to root in either case");
    assert_eq!(protected, (0, 0));
}

/// Returns the bytes that the process has written to disks so far.
fn written(node: &Mamori) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", node.id())).unwrap();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test]
async fn clean_checks_write_nothing_to_a_disk_and_matches_do() {
    // On a disk: the folder for temporary files may be memory, to which nothing is "written".
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let database = format!("sqlite:{}", folder.path().join("mamori.db").display());
    // Without this, only root may read how much the process writes.
    let config = configure_server(folder.path(), &database, "allow_debugging = true");
    let node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..3).await;
    let service = admin.create_service("photos").await;
    service.upload("first", picture(99)).await.unwrap();

    // Background tasks may write once a minute: one of three stretches is without such a write.
    let mut least = u64::MAX;
    for stretch in 0..3 {
        let before = written(&node);
        for item in 0..20 {
            let name = format!("clean {stretch} {item}");
            let (_, answer) = service.upload(&name, picture(99)).await.unwrap();
            assert_eq!(answer["verdict"], "allow");
        }
        least = least.min(written(&node) - before);
    }
    let before = written(&node);
    service.upload("known", picture(1)).await.unwrap();

    assert_eq!(least, 0);
    assert!(written(&node) > before, "a match is on the disk before the answer");
}
