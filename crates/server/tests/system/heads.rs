//! Requests that a proxy in front could read in another way than the server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use mamori_testkit::database::TestDatabase;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, free_port};

/// Sends `bytes` on a connection of its own, and returns everything that the server answers until it
/// closes the connection.
fn answer(node: &Mamori, bytes: &str) -> String {
    answer_of(&node.address, bytes)
}

/// The same, for a listener at `http://…`.
fn answer_of(address: &str, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or(answer)
}

#[test]
fn a_request_that_does_not_name_exactly_one_host_is_refused() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node = Mamori::start(&configure(folder.path(), records.url(), ""));
    let get = |version: &str, hosts: &str| {
        answer(&node, &format!("GET /healthz HTTP/{version}\r\n{hosts}connection: close\r\n\r\n"))
    };

    assert_eq!(status(&get("1.1", "host: a\r\n")), "200");
    assert_eq!(status(&get("1.1", "")), "400");
    assert_eq!(status(&get("1.1", "host: a\r\nhost: b\r\n")), "400");
    assert_eq!(status(&get("1.0", "")), "200");
}

#[test]
fn refused_hosts_are_counted_by_their_cause() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let hma = format!("127.0.0.1:{}", free_port());
    let without_keys = format!(
        "[hma]\nenabled = true\nkey_required = false\nlisten = \"{hma}\"\n\
         purpose = \"rehearsal\"\nlegal_basis = \"x\"\nsource = \"x\"\nowner = \"x\"\n"
    );
    let node = Mamori::start(&configure(folder.path(), records.url(), &without_keys));
    let get = |address: &str, path: &str, hosts: &str| {
        let head = format!("GET {path} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        answer_of(address, &head)
    };
    let hma = format!("http://{hma}");

    let local = get(&hma, "/c/banks", "host: localhost\r\n");
    let elsewhere = get(&hma, "/c/banks", "host: evil.example\r\n");
    get(&node.address, "/healthz", "");
    get(&node.address, "/healthz", "host: a\r\nhost: b\r\n");
    get(&node.admin_address, "/healthz", "host: localhost\r\nhost: localhost\r\n");
    let metrics = get(&node.admin_address, "/metrics", "host: localhost\r\n");

    assert_eq!((status(&local), status(&elsewhere)), ("200", "403"));
    for (cause, count) in [("missing", 1), ("several", 2), ("not_local", 1)] {
        let line = format!("\nmamori_refused_hosts_total{{cause=\"{cause}\"}} {count}\n");
        assert!(metrics.contains(&line), "{cause}: {metrics}");
    }
}

/// RFC 9112, section 6.3: a server may read such a request by its chunks, and must then close the
/// connection.
#[test]
fn a_second_request_behind_two_lengths_is_not_answered() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node = Mamori::start(&configure(folder.path(), records.url(), ""));
    let [length, chunked] = ["content-length: 5\r\n", "transfer-encoding: chunked\r\n"];
    let hidden = "GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n";

    for lengths in [[length, chunked].concat(), [chunked, length].concat()] {
        let head = format!("POST /v1/hash HTTP/1.1\r\nhost: a\r\n{lengths}\r\n");
        let answer = answer(&node, &format!("{head}0\r\n\r\n{hidden}"));

        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(!answer.contains("openapi"), "{answer}");
    }
}
