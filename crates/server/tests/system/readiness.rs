//! A database that can be read and not written, or that does not answer: `/readyz` and the log say why,
//! clean items are still answered, and no match is lost that was acknowledged.

use std::path::Path;
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;

use crate::mamori::{Mamori, configure};
use crate::service::{ApiClient, picture};
use crate::stalling_proxy::StallingProxy;

/// How long `/readyz` may take. It waits for two seconds each for a read and for a write.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// How long a node may take to notice a change, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

struct Running {
    node: Mamori,
    service: ApiClient,
    /// The items whose match was acknowledged.
    acknowledged: Vec<String>,
    _folder: TempDir,
}

impl Running {
    async fn start(url: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = configure(folder.path(), url, "");
        // Writes that wait for a lock give up soon, so that the test does.
        let text = std::fs::read_to_string(&config).unwrap();
        let text = text.replace("[database]", "[database]\nacquire_timeout_s = 3");
        std::fs::write(&config, text).unwrap();
        let node = Mamori::start(&config);
        let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
        admin.create_bank("known", 0..1).await;
        let service = admin.create_service("photos").await;
        service.wait_until_known().await;
        let mut running = Self { node, service, acknowledged: Vec::new(), _folder: folder };
        running.matches("before").await;
        running
    }

    async fn matches(&mut self, item: &str) {
        let (status, answer) = self.service.upload(item, picture(0)).await.unwrap();
        assert_eq!((status.as_u16(), &answer["verdict"]), (200, &json!("hold")), "{answer}");
        self.acknowledged.push(item.to_owned());
    }

    /// Waits until `/readyz` answers with `status`.
    async fn readiness(&self, status: u16) -> Value {
        let begun = Instant::now();
        loop {
            let operator = self.service.at(&self.node.admin_address);
            let (found, readiness) = operator.get("/readyz").await;
            if found == status {
                return readiness;
            }
            assert!(begun.elapsed() < SOON, "{found}: {readiness}");
        }
    }

    /// Checks what the node does while the database takes no writes.
    async fn refuses_writes_because(&mut self, reason: &str, said: &str) {
        let readiness = self.readiness(503).await;
        assert_eq!(readiness["writes"], json!({ "ok": false, "reason": reason }), "{readiness}");
        assert_eq!(readiness["database"], "ok", "it can still be read: {readiness}");
        let (clean, answer) = self.service.upload("clean", picture(50)).await.unwrap();
        assert_eq!((clean.as_u16(), &answer["verdict"]), (200, &json!("allow")), "{answer}");
        let (known, problem) = self.service.upload("refused", picture(0)).await.unwrap();
        assert_eq!((known.as_u16(), &problem["type"]), (503, &json!("store.unavailable")));
        let line = self.node.line_with("the database takes no writes");
        assert!(line.contains(reason) && line.contains(said), "{line}");
        let failed = self.node.line_with("a request failed");
        let names = |line: &str| line.contains(said) || line.contains("hold the lock");
        assert!(names(&failed), "the line of a request names the reason too: {failed}");
    }

    /// Checks what the node does while the database does not answer.
    async fn reports_silence(&self) {
        let operator = self.service.at(&self.node.admin_address);
        let begun = Instant::now();
        let readiness = loop {
            let asked = Instant::now();
            let (status, readiness) = operator.get("/readyz").await;
            assert!(asked.elapsed() < ANSWER_TIME_MAX, "it took {:?}", asked.elapsed());
            // A write that has only begun to take long does not count as failed yet.
            if status == 503 && readiness["writes"]["ok"] == json!(false) {
                break readiness;
            }
            assert!(begun.elapsed() < SOON + ANSWER_TIME_MAX, "{status}: {readiness}");
        };
        let silent = json!({ "ok": false, "reason": "no_connection" });
        assert_eq!((&readiness["database"], &readiness["writes"]), (&json!("lost"), &silent));
        let (healthy, _) = operator.get("/healthz").await;
        assert_eq!(healthy, 200);
        let (clean, answer) = self.service.upload("clean", picture(50)).await.unwrap();
        assert_eq!((clean.as_u16(), &answer["verdict"]), (200, &json!("allow")), "{answer}");
    }

    /// Checks that the node works again and has every match that it acknowledged.
    async fn recovers(mut self) {
        let readiness = self.readiness(200).await;
        assert_eq!(readiness["writes"], json!({ "ok": true, "reason": null }), "{readiness}");
        self.matches("after").await;
        let mut stored = self.service.matched_items().await;
        stored.sort();
        self.acknowledged.sort();
        assert_eq!(stored, self.acknowledged);
    }
}

fn file(url: &str) -> &Path {
    Path::new(url.strip_prefix("sqlite:").unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_locks_takes_no_writes_until_it_is_free() {
    let records = TestDatabase::sqlite().unwrap();
    let mut running = Running::start(records.url()).await;
    let mut other = SqliteConnection::connect(file(records.url()).to_str().unwrap()).await.unwrap();

    other.execute("BEGIN IMMEDIATE").await.unwrap();
    running.refuses_writes_because("locked", "database is locked (code 5)").await;
    other.execute("ROLLBACK").await.unwrap();

    running.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_no_writes_until_it_is_promoted() {
    let records = TestDatabase::postgres().unwrap();
    let (server, name) = records.server().unwrap();
    let mut running = Running::start(records.url()).await;
    // Sessions have the setting from their beginning on, as those with a standby are read-only.
    let reconnect = || {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        server.sql(&format!("{end} = '{name}'")).unwrap();
    };

    server.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).unwrap();
    reconnect();
    running.refuses_writes_because("read_only", "read-only transaction (code 25006)").await;
    server.sql(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).unwrap();
    reconnect();

    running.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_connections_hang_is_lost_until_they_go_on() {
    let records = TestDatabase::postgres().unwrap();
    let proxy = StallingProxy::start(&records).await;
    let running = Running::start(&proxy.url).await;

    proxy.stall();
    running.reports_silence().await;
    proxy.resume();

    running.recovers().await;
}
