//! Clients that are slow, or stop.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure_server};
use crate::service::ApiClient;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_client_that_only_waits_is_cut_off_and_others_are_answered() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let node =
        Mamori::start(&configure_server(folder.path(), records.url(), "header_timeout_s = 1"));
    let host = node.address.strip_prefix("http://").unwrap();
    let mut slow: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(host).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nx: ").unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
    }

    let (status, _) = ApiClient::new(&node.address, "none").get("/healthz").await;
    let begun = Instant::now();
    let ended = slow.iter_mut().all(|stream| {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).is_ok()
    });

    assert_eq!(status, 200);
    assert!(ended, "a connection was still open after {SOON:?}");
    assert!(begun.elapsed() < SOON);
}

/// How often the document is requested: more bytes than the buffers of both sides hold.
const REQUESTS: usize = 200;

/// Requests the OpenAPI document [`REQUESTS`] times on one connection, and reads no answer.
fn request_much(node: &Mamori) -> TcpStream {
    let host = node.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let (goes_on, last) = (REQUESTS - 1, "connection: close\r\n");
    let request = |more| format!("GET /openapi.json HTTP/1.1\r\nhost: {host}\r\n{more}\r\n");
    stream.write_all((request("").repeat(goes_on) + &request(last)).as_bytes()).unwrap();
    stream
}

#[tokio::test]
async fn a_client_that_reads_no_answer_is_cut_off_and_frees_its_connection() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let limits = "response_idle_timeout_s = 1\nconnections_max = 1";
    let node = Mamori::start(&configure_server(folder.path(), records.url(), limits));

    let begun = Instant::now();
    let silent = request_much(&node);
    // Until it answers, and its buffers are full: before that its connection is idle now and then,
    // and would make room.
    silent.peek(&mut [0]).unwrap();
    thread::sleep(Duration::from_millis(300));
    let (status, _) = ApiClient::new(&node.address, "none").get("/healthz").await;

    assert_eq!(status, 200);
    let waited = begun.elapsed();
    assert!(waited > Duration::from_millis(900), "the only connection was free after {waited:?}");
    drop(silent);
}

/// Reads 200 documents, a part at a time, for longer in all than the limit.
#[tokio::test]
async fn a_client_that_reads_its_answer_slowly_gets_all_of_it() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let config = configure_server(folder.path(), records.url(), "response_idle_timeout_s = 1");
    let node = Mamori::start(&config);

    let stream = request_much(&node);
    stream.set_read_timeout(Some(SOON)).unwrap();
    let begun = Instant::now();
    let mut taken = Vec::new();
    while (&stream).take(1 << 20).read_to_end(&mut taken).unwrap() > 0 {
        // The pause makes the client slow.
        thread::sleep(Duration::from_millis(100));
    }

    let answers = taken.windows(15).filter(|part| part == b"HTTP/1.1 200 OK").count();
    assert_eq!(answers, REQUESTS);
    assert!(begun.elapsed() > Duration::from_secs(1), "it was read too soon");
}

#[tokio::test]
async fn connections_that_send_nothing_keep_no_other_client_out() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let limits = "connections_max = 20\nheader_timeout_s = 3600";
    let node = Mamori::start(&configure_server(folder.path(), records.url(), limits));
    let host = node.address.strip_prefix("http://").unwrap();
    let silent: Vec<TcpStream> = (0..60).map(|_| TcpStream::connect(host).unwrap()).collect();

    let begun = Instant::now();
    let (status, _) = ApiClient::new(&node.address, "none").get("/healthz").await;

    assert_eq!(status, 200);
    assert!(begun.elapsed() < SOON, "it waited for {:?}", begun.elapsed());
    drop(silent);
}
