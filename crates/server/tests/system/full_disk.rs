//! A full disk: a record that cannot be stored is refused by name, acknowledged ones stay, and the
//! process continues when there is space again.

use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, program};
use crate::service::{ApiClient, picture};

/// No file may grow beyond this, in the shell's blocks of 512 or 1,024 bytes.
const BLOCKS: u32 = 4_000;
/// How long a node may take to notice a change, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// More than fit.
const TRIES_MAX: u32 = 20_000;

/// A node whose files may not grow beyond [`BLOCKS`], until it is given space.
fn start_on_a_small_disk(folder: &TempDir) -> (Mamori, std::path::PathBuf) {
    let url = format!("sqlite:{}", folder.path().join("m.db").display());
    let config = configure(folder.path(), &url, "");
    let mut command = Command::new("sh");
    let shell = format!("trap '' XFSZ; ulimit -S -f {BLOCKS}; exec \"$0\" serve --config \"$1\"");
    command.arg("-c").arg(shell).arg(program().get_program()).arg(&config);
    (Mamori::spawn(command), config)
}

fn give_space(node: &Mamori) {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &node.id().to_string(), "--fsize=unlimited"]);
    assert!(prlimit.status().unwrap().success());
}

/// Adds entries, many at a time and then one by one, until not even one is accepted. Returns how
/// many were acknowledged, and the refusal.
async fn fill(admin: &ApiClient, bank: &str) -> (usize, (StatusCode, Value)) {
    let mut acknowledged = 0;
    let mut count = 1_000;
    for round in 0..TRIES_MAX {
        let entries: Vec<_> =
            (0..count).map(|nth| json!({ "hash": format!("{round:032x}{nth:032x}") })).collect();
        let answer = add(admin, bank, entries).await;
        match (answer.0.as_u16(), count) {
            (200, _) => acknowledged += count,
            (_, 1) => return (acknowledged, answer),
            _ => count = 1,
        }
    }
    panic!("the disk was never full");
}

async fn add(admin: &ApiClient, bank: &str, entries: Vec<Value>) -> (StatusCode, Value) {
    let path = format!("/v1/banks/{bank}/entries");
    admin.call(Method::POST, &path, Some(json!({ "entries": entries }))).await
}

/// Uploads the known picture until a match cannot be stored. Returns the items whose match was
/// acknowledged, and the refusal.
async fn match_until_full(service: &ApiClient) -> (Vec<String>, (StatusCode, Value)) {
    let mut acknowledged = Vec::new();
    for nth in 0..TRIES_MAX {
        let item = format!("known-{nth}");
        let (status, answer) = service.upload(&item, picture(0)).await.unwrap();
        if status != 200 {
            return (acknowledged, (status, answer));
        }
        assert_eq!(answer["verdict"], "hold", "{answer}");
        acknowledged.push(item);
    }
    panic!("the disk was never full");
}

/// Counts the entries of a bank page by page, which writes nothing; an export is recorded.
async fn count_entries(admin: &ApiClient, bank: &str) -> usize {
    let path = format!("/v1/banks/{bank}/entries?limit=1000");
    let (mut count, mut next) = (0, path.clone());
    loop {
        let (status, page) = admin.get(&next).await;
        assert_eq!(status, 200, "{page}");
        count += page["data"].as_array().unwrap().len();
        let Some(cursor) = page["next"].as_str() else { return count };
        next = format!("{path}&cursor={cursor}");
    }
}

#[tokio::test]
async fn a_full_disk_refuses_new_records_and_loses_no_acknowledged_one() {
    let folder = TempDir::new().unwrap();
    let (mut node, config) = start_on_a_small_disk(&folder);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    let bank = admin.create_bank("known", 0..1).await;
    let service = admin.create_service("photos").await;
    service.upload("early", picture(0)).await.unwrap();

    let (added, refused_entry) = fill(&admin, &bank).await;
    let (mut matched, refused_match) = match_until_full(&service).await;
    let (clean, answer) = service.upload("clean", picture(50)).await.unwrap();
    let (healthy, _) = service.get("/healthz").await;
    // The last pages may take a row of the probe where they do not take a match.
    let operator = service.at(&node.admin_address);
    let begun = Instant::now();
    let (ready, readiness) = loop {
        let (ready, readiness) = operator.get("/readyz").await;
        if ready != 200 || begun.elapsed() > SOON {
            break (ready, readiness);
        }
    };

    for (status, problem) in [&refused_entry, &refused_match] {
        assert_eq!((status.as_u16(), &problem["type"]), (503, &json!("store.unavailable")));
        assert_eq!(problem["verdict"], json!(null), "a match that was not stored has no verdict");
    }
    assert_eq!((clean.as_u16(), &answer["verdict"]), (200, &json!("allow")));
    assert_eq!(healthy, 200);
    // The limit of a process makes a write fail as a broken disk does; a full disk is `disk_full`.
    let writes = &readiness["writes"];
    assert_eq!((ready.as_u16(), &writes["ok"]), (503, &json!(false)), "{readiness}");
    let reasons = [json!("io_error"), json!("disk_full")];
    assert!(reasons.contains(&writes["reason"]), "{readiness}");
    node.line_with("the database takes no writes");
    matched.push("early".to_owned());
    matched.sort();
    assert_eq!(sorted(service.matched_items().await), matched);
    assert_eq!(count_entries(&admin, &bank).await, added + 1);
    let export = admin.get(&format!("/v1/banks/{bank}/export")).await;
    assert_eq!(export.0.as_u16(), 503, "an export that cannot be recorded is refused");

    give_space(&node);
    let begun = Instant::now();
    while operator.get("/readyz").await.0 != 200 {
        assert!(begun.elapsed() < SOON, "it does not notice that writes work again");
    }
    let (again, answer) = service.upload("late", picture(0)).await.unwrap();
    let (taken, _) = add(&admin, &bank, vec![json!({ "hash": "ab".repeat(32) })]).await;
    matched.push("late".to_owned());
    let (stopped, _) = node.stop();
    let node = Mamori::start(&config);

    assert_eq!((again.as_u16(), &answer["verdict"]), (200, &json!("hold")));
    assert_eq!(taken, 200);
    assert!(stopped.success());
    assert_eq!(sorted(service.at(&node.address).matched_items().await), sorted(matched));
    assert_eq!(count_entries(&admin.at(&node.address), &bank).await, added + 2);
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items
}
