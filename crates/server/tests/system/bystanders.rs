//! The clients whose work a flood must not stop: another service, and a reviewer who has a case.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mamori_testkit::pictures::{draw, encode};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, field};
use crate::mamori::{Mamori, configure, free_port, program};
use crate::service::{ApiClient, picture};

/// The longest that a reviewer may wait for a picture.
const VIEW_TIME_MAX: Duration = Duration::from_secs(2);

/// The seed of the picture that the bank has.
const KNOWN: u64 = 0;

/// A node with a console, a vault and a policy that keeps the bytes of items.
pub struct Site {
    pub node: Mamori,
    pub admin: ApiClient,
    /// The origin of the console, as browsers reach it.
    pub origin: String,
    pub bystanders: Bystanders,
}

/// A service that does not flood, and a reviewer.
pub struct Bystanders {
    service: ApiClient,
    browser: Browser,
    cookie: String,
    /// The path of the claimed case, and its page.
    case: (String, String),
    /// The item that the reviewer views.
    item: String,
    /// Number of ordinary pictures that were checked so far.
    checked: u64,
    /// How long each view took, until the last byte of its picture.
    views: Vec<Duration>,
}

impl Site {
    /// Starts a node with these lines in its `[media]`, and prepares a case whose item is kept.
    pub async fn start(folder: &TempDir, database_url: &str, media: &str) -> Self {
        let key = folder.path().join("vault.key");
        let made = program().args(["vault", "init"]).arg(&key).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let evidence = folder.path().join("evidence");
        // A link to the console names its port.
        let port = free_port();
        let origin = format!("http://localhost:{port}");
        let more = format!(
            "{media}\n[console]\norigin = {origin:?}\n[vault]\nfolder = {evidence:?}\nkey_file = {key:?}\n"
        );
        let config = configure(folder.path(), database_url, &more);
        let text = fs::read_to_string(&config).unwrap();
        // Only the first, which is `listen`: the listener for operators keeps a port of its own.
        let text = text.replacen("127.0.0.1:0", &format!("127.0.0.1:{port}"), 1);
        fs::write(&config, text).unwrap();
        let node = Mamori::start(&config);
        let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
        let bystanders = Bystanders::prepare(&admin, &config).await;
        Self { node, admin, origin, bystanders }
    }
}

impl Bystanders {
    async fn prepare(admin: &ApiClient, config: &Path) -> Self {
        keep_items(config).await;
        admin.create_bank("known", KNOWN..KNOWN + 1).await;
        let service = admin.create_service("other").await;
        let (status, answer) = service.upload("known", picture(KNOWN)).await.unwrap();
        assert_eq!((status, &answer["verdict"]), (StatusCode::OK, &json!("hold")), "{answer}");
        assert_eq!(answer["not_stored"], Value::Null, "{answer}");

        let (browser, cookie) = sign_in(config, "rei", "reviewer").await;
        let queue = browser.get("/console/queue", &cookie).await;
        let case = browser.press((&queue, "/console/queue/next"), &cookie, &[]).await;
        let page = browser.get(&case, &cookie).await;
        let item = page.split_once("data-item=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let (case, checked, views) = ((case, page), 0, Vec::new());
        Self { service, browser, cookie, case, item, checked, views }
    }

    /// Lets the service check an ordinary picture, which must succeed, and the reviewer view one.
    pub async fn work(&mut self) {
        self.checked += 1;
        let ordinary = encode::jpeg(&draw(1_000 + self.checked, 320, 240), 90);
        let item = format!("ordinary-{}", self.checked);
        let (status, answer) = self.service.upload(&item, ordinary).await.unwrap();
        assert_eq!((status, &answer["verdict"]), (StatusCode::OK, &json!("allow")), "{answer}");

        let begun = Instant::now();
        let (case, page) = &self.case;
        self.browser.view((page, case), &self.item, &self.cookie).await;
        self.views.push(begun.elapsed());
    }

    /// Checks that the reviewer saw pictures in time: most of them, because another program on the
    /// machine may delay a single one.
    pub fn assert_views_in_time(&mut self) {
        assert!(self.views.len() >= 5, "{:?}", self.views);
        self.views.sort_unstable();
        let median = self.views[self.views.len() / 2];
        assert!(median <= VIEW_TIME_MAX, "{:?}", self.views);
    }
}

/// Changes the policy for rehearsals so that the bytes of items are kept.
async fn keep_items(config: &Path) {
    let (browser, cookie) = sign_in(config, "editor", "policy_editor").await;
    let path = "/console/policies/rehearsal";
    let page = browser.get(path, &cookie).await;
    let after = field(&page, "after");
    let form = [
        ("after", &*after),
        ("language", "en"),
        ("wording", "Pictures that were drawn by code."),
        ("severity", "1"),
        ("evidence_days", "30"),
    ];
    browser.press((&page, path), &cookie, &form).await;
}

/// Creates a staff member and signs them in; returns their browser and its cookie.
async fn sign_in(config: &Path, name: &str, role: &str) -> (Browser, String) {
    let staff = |args: &[&str]| {
        let output =
            program().arg("staff").args(args).arg("--config").arg(config).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    staff(&["add", name, "--role", role]);
    let browser = Browser::new(&staff(&["sign-in-link", name]));
    let cookie = browser.open_link().await;
    assert!(!cookie.is_empty(), "the link of {name} does not sign in");
    (browser, cookie)
}
