//! A log that cannot be written: the node serves, and counts the lines that it lost.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
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

/// Checks a known picture at the node, reads the metric, and asks the node to stop.
async fn check_and_stop(mut node: SilentNode, config: &Path) {
    drop(rustls::crypto::ring::default_provider().install_default());
    node.wait_until_healthy().await;
    let admin = ApiClient::of_local_cli(&node.address, config, &["admin"]).await;
    admin.create_bank("known", 0..1).await;
    let service = admin.create_service("photos").await;

    let (status, answer) = service.upload("item", picture(0)).await.unwrap();
    let (_, metrics) = service.at(&node.admin_address).get("/metrics").await;
    signal(&format!("-s TERM {}", node.child.id()));
    let stopped = node.child.wait().unwrap();

    assert_eq!(status, 200);
    assert_eq!(answer["verdict"], "hold", "{answer}");
    let metrics = metrics.as_str().unwrap();
    let lost = |target: &str| -> u64 {
        let series = format!("mamori_log_lines_lost_total{{target=\"{target}\"}} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&*series));
        value.unwrap_or_else(|| panic!("{series} is not in {metrics}")).parse().unwrap()
    };
    assert!(lost("other") > 3, "{metrics}");
    assert!(lost("security") > 0, "the keys that were issued: {metrics}");
    assert!(lost("audit") > 0, "the changes: {metrics}");
    assert!(stopped.success(), "{stopped}");
}

#[tokio::test]
async fn a_node_whose_log_is_on_a_full_disk_serves_and_counts_the_lines() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();

    let node = SilentNode::start(&config, ports, full.into());

    check_and_stop(node, &config).await;
}

#[tokio::test]
async fn a_node_whose_log_has_no_reader_any_more_serves_and_counts_the_lines() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);

    let mut node = SilentNode::start(&config, ports, Stdio::piped());
    drop(node.child.stderr.take());

    check_and_stop(node, &config).await;
}

#[tokio::test]
async fn a_match_that_a_node_without_a_log_acknowledged_is_stored() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let (config, ports) = configure_ports(&folder, &records);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut node = SilentNode::start(&config, ports, full.into());
    node.wait_until_healthy().await;
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    admin.create_bank("known", 0..1).await;
    let service = admin.create_service("photos").await;

    let (status, answer) = service.upload("item", picture(0)).await.unwrap();
    let at_once = service.matched_items().await;
    signal(&format!("-s TERM {}", node.child.id()));
    let stopped = node.child.wait().unwrap();
    let mut again = SilentNode::start(&config, ports, Stdio::null());
    again.wait_until_healthy().await;
    service.wait_until_known().await;
    let after = service.matched_items().await;

    assert_eq!((status.as_u16(), &answer["verdict"]), (200, &"hold".into()), "{answer}");
    assert!(stopped.success(), "{stopped}");
    assert_eq!((at_once, after), (vec!["item".to_owned()], vec!["item".to_owned()]));
}
