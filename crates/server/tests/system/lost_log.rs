//! A log that cannot be written, or that nothing reads: the node serves, and counts the lines that it
//! lost.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use rustix::pipe::fcntl_getpipe_size;
use tempfile::TempDir;

use crate::mamori::{configure, free_port, program, signal};
use crate::service::{ApiClient, picture};

/// How long a start, and a stop, may take on a busy machine.
const TIME_MAX: Duration = Duration::from_mins(1);

/// A node without a log, killed when it is dropped.
struct SilentNode {
    child: Child,
    address: String,
    admin_address: String,
}

impl SilentNode {
    /// Starts a node whose standard error is `stderr`; its ports cannot be read in a log.
    fn start(config: &Path, ports: [u16; 2], stderr: Stdio) -> Self {
        let mut command = program();
        command.arg("serve").arg("--config").arg(config);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        let [address, admin_address] = ports.map(|port| format!("http://127.0.0.1:{port}"));
        Self { child: child.unwrap(), address, admin_address }
    }

    async fn wait_until_healthy(&mut self) {
        let begun = Instant::now();
        loop {
            assert_eq!(self.child.try_wait().unwrap(), None, "the node ended");
            let answer = reqwest::get(format!("{}/healthz", self.address)).await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(begun.elapsed() < TIME_MAX, "the node does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for its end.
    fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < TIME_MAX, "the node does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Reads the metric: how many lines of the log for `target` are lost.
    async fn lines_lost(&self, target: &str) -> u64 {
        let operator = ApiClient::new(&self.admin_address, "none");
        let (_, metrics) = operator.get("/metrics").await;
        let metrics = metrics.as_str().unwrap();
        let series = format!("mamori_log_lines_lost_total{{target=\"{target}\"}} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&*series));
        value.unwrap_or_else(|| panic!("{series} is not in {metrics}")).parse().unwrap()
    }

    /// Waits until more than `count` lines for `target` are lost.
    async fn wait_until_lost(&self, target: &str, count: u64) {
        let begun = Instant::now();
        loop {
            let lost = self.lines_lost(target).await;
            if lost > count {
                return;
            }
            assert!(begun.elapsed() < TIME_MAX, "{lost} lines for {target} are lost");
        }
    }

    /// Waits until it serves, and creates a bank with the picture of seed 0; returns the client of a
    /// service.
    async fn prepare(&mut self, config: &Path) -> ApiClient {
        drop(rustls::crypto::ring::default_provider().install_default());
        self.wait_until_healthy().await;
        let admin = ApiClient::of_local_cli(&self.address, config, &["admin"]).await;
        admin.create_bank("known", 0..1).await;
        admin.create_service("photos").await
    }

    /// Checks the picture of seed 0, and asks the node to stop.
    async fn check_and_stop(mut self, service: &ApiClient) {
        let (status, answer) = service.upload("item", picture(0)).await.unwrap();
        signal(&format!("-s TERM {}", self.child.id()));
        let stopped = self.wait();

        assert_eq!(status, 200);
        assert_eq!(answer["verdict"], "hold", "{answer}");
        assert!(stopped.success(), "{stopped}");
    }
}

impl Drop for SilentNode {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Writes a configuration with ports that were free a moment ago: of the API, and for operators.
fn configure_ports(folder: &TempDir, records: &TestDatabase) -> (PathBuf, [u16; 2]) {
    let ports = [free_port(), free_port()];
    let config = configure(folder.path(), records.url(), "");
    let mut text = fs::read_to_string(&config).unwrap();
    for port in ports {
        text = text.replacen("127.0.0.1:0", &format!("127.0.0.1:{port}"), 1);
    }
    fs::write(&config, text).unwrap();
    (config, ports)
}

/// Checks that a node which can write no line serves, and counts the lines.
async fn serves_and_counts(mut node: SilentNode, config: &Path) {
    let service = node.prepare(config).await;

    node.wait_until_lost("other", 3).await;
    // The keys that were issued, and the changes.
    node.wait_until_lost("security", 0).await;
    node.wait_until_lost("audit", 0).await;
    node.check_and_stop(&service).await;
}

#[tokio::test]
async fn a_node_whose_log_is_on_a_full_disk_serves_and_counts_the_lines() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();

    let node = SilentNode::start(&config, ports, full.into());

    serves_and_counts(node, &config).await;
}

#[tokio::test]
async fn a_node_whose_log_has_no_reader_any_more_serves_and_counts_the_lines() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);

    let mut node = SilentNode::start(&config, ports, Stdio::piped());
    drop(node.child.stderr.take());

    serves_and_counts(node, &config).await;
}

/// Sends `count` requests on one connection, each of which is a line of the log, and reads the
/// answers.
fn request_often(address: &str, count: usize) {
    let host = address.strip_prefix("http://").unwrap();
    let request = |more| format!("HEAD /nothing HTTP/1.1\r\nhost: {host}\r\n{more}\r\n");
    let requests = request("").repeat(count - 1) + &request("connection: close\r\n");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(TIME_MAX)).unwrap();
    let mut sending = stream.try_clone().unwrap();
    let sender = thread::spawn(move || sending.write_all(requests.as_bytes()));
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    sender.join().unwrap().unwrap();
    let answered = answers.windows(12).filter(|part| part == b"HTTP/1.1 404").count();
    assert_eq!(answered, count);
}

#[tokio::test]
async fn a_node_whose_log_has_a_reader_that_stalls_serves_and_counts_the_lines_beyond_the_limit() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);
    // The pipe stays open, and nothing reads from it.
    let mut node = SilentNode::start(&config, ports, Stdio::piped());
    let service = node.prepare(&config).await;
    let before = node.lines_lost("other").await;

    let mut requests = 0;
    while node.lines_lost("other").await == 0 {
        assert!(requests < 200_000, "no line is lost");
        request_often(&node.address, 2_000);
        requests += 2_000;
    }
    let lost = node.lines_lost("other").await;
    request_often(&node.address, 2_000);

    assert_eq!(before, 0);
    assert!(requests >= 10_000, "{lost} lines are lost after {requests} requests");
    // The writer cannot go on; a few lines may be shorter than the first that was lost.
    assert!(node.lines_lost("other").await > lost + 1_900);
    node.check_and_stop(&service).await;
}

#[test]
fn a_start_that_fails_ends_although_nothing_reads_its_log() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = configure(folder.path(), records.url(), "");
    let text = fs::read_to_string(&config).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fs::write(&config, text.replacen("127.0.0.1:0", &address, 1)).unwrap();
    let (reader, mut full) = io::pipe().unwrap();
    let capacity = fcntl_getpipe_size(&full).unwrap();
    full.write_all(&vec![b'.'; capacity]).unwrap();

    let status = SilentNode::start(&config, [0, 0], full.into()).wait();

    assert_eq!(status.code(), Some(1));
    drop(reader);
}

#[tokio::test]
async fn a_match_that_a_node_without_a_log_acknowledged_is_stored() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut node = SilentNode::start(&config, ports, full.into());
    let service = node.prepare(&config).await;

    let (status, answer) = service.upload("item", picture(0)).await.unwrap();
    let at_once = service.matched_items().await;
    signal(&format!("-s TERM {}", node.child.id()));
    let stopped = node.wait();
    let mut again = SilentNode::start(&config, ports, Stdio::null());
    again.wait_until_healthy().await;
    service.wait_until_known().await;
    let after = service.matched_items().await;

    assert_eq!((status.as_u16(), &answer["verdict"]), (200, &"hold".into()), "{answer}");
    assert!(stopped.success(), "{stopped}");
    assert_eq!((at_once, after), (vec!["item".to_owned()], vec!["item".to_owned()]));
}
