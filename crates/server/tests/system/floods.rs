//! Floods: what one client or one service sends, however much, neither makes the node grow nor keeps
//! others from being served.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::{draw, encode, hostile};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, ORIGIN, RETRY_AFTER};
use tempfile::TempDir;

use crate::bystanders::Site;
use crate::mamori::{Mamori, configure};
use crate::service::ApiClient;

const MIB: u64 = 1 << 20;

/// The memory of a process that is in use, in bytes.
fn resident(node: &Mamori) -> u64 {
    let output = Command::new("ps").args(["-o", "rss=", "-p", &node.id().to_string()]).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    text.trim().parse::<u64>().unwrap() * 1_024
}

/// Tries to sign in with a wrong password.
async fn guess(client: reqwest::Client, origin: String, nth: usize) -> StatusCode {
    let body = format!("name=ada{nth}&password=wrong+wrong+wrong&code=123456");
    let request = client.post(format!("{origin}/console/sign-in")).body(body);
    let request = request.header(ORIGIN, origin);
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_sign_ins_delay_no_others_and_raise_the_memory_by_no_more_than_four_passwords_need() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let mut site = Site::start(&folder, records.url(), "").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let before = resident(&site.node);

    let (mut refused, mut during) = (0, 0);
    for round in 0..6 {
        let guesses: Vec<_> = (0..30)
            .map(|nth| tokio::spawn(guess(client.clone(), site.origin.clone(), round * 30 + nth)))
            .collect();
        site.bystanders.work().await;
        during += usize::from(guesses.iter().any(|guess| !guess.is_finished()));
        for guess in guesses {
            refused += usize::from(guess.await.unwrap() == StatusCode::FORBIDDEN);
        }
    }

    assert_eq!(refused, 180, "each was compared with a password");
    assert!(during > 0, "the sign-ins ended before the others were served");
    let grown = resident(&site.node).saturating_sub(before);
    assert!(grown < (4 * 19 + 64) * MIB, "it grew by {} MiB", grown / MIB);
    site.bystanders.assert_views_in_time();
}

/// Costly files at once, from one service: more than its share of the queue.
const COSTLY: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_sends_small_costly_files_delays_no_other_service_and_no_reviewer() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let limits = "waiting_max = 60\nservice_waiting_max = 30";
    let mut site = Site::start(&folder, records.url(), limits).await;
    let flooding = site.admin.create_service("flooding").await;
    let costly = hostile::costly_png();
    let before = resident(&site.node);
    let flood: Vec<_> = (0..COSTLY)
        .map(|nth| {
            tokio::spawn({
                let (flooding, costly) = (flooding.clone(), costly.clone());
                async move { flooding.upload(&format!("costly-{nth}"), costly).await.unwrap() }
            })
        })
        .collect();
    while !flood.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }

    let mut highest = 0;
    for _ in 0..5 {
        site.bystanders.work().await;
        highest = resident(&site.node).max(highest);
    }

    assert!(flood.iter().any(|answer| !answer.is_finished()), "the flood ended before");
    let mut refused = 0;
    for answer in flood {
        let (status, problem) = answer.await.unwrap();
        highest = resident(&site.node).max(highest);
        if status != StatusCode::OK {
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
            refused += 1;
        }
    }
    assert!(refused >= COSTLY - 30 - 4, "{refused} were refused");
    // The files are small, and the memory to decode them is that of other processes.
    let after = resident(&site.node);
    let grown = |to: u64| to.saturating_sub(before) / MIB;
    assert!(grown(highest) < 96, "it grew by {} MiB", grown(highest));
    assert!(grown(after) < 64, "{} MiB remained", grown(after));
    site.bystanders.assert_views_in_time();
}

/// Large uploads at once.
const LARGE: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn large_uploads_of_one_service_leave_memory_for_others_and_give_it_back() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let mut site = Site::start(&folder, records.url(), "").await;
    let flooding = site.admin.create_service("flooding").await;
    let mut large = encode::jpeg(&draw(1, 640, 480), 90);
    large.resize(20 << 20, 0);
    let before = resident(&site.node);
    let is_over = Arc::new(AtomicBool::new(false));
    let flood: Vec<_> = (0..LARGE)
        .map(|nth| {
            let (flooding, large, is_over) =
                (flooding.clone(), large.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    // A body that the node refuses to read may end the connection before its answer
                    // is read.
                    if let Ok((status, problem)) =
                        flooding.upload(&format!("large-{nth}"), large.clone()).await
                    {
                        let expected = [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE];
                        assert!(expected.contains(&status), "{status} {problem}");
                    }
                }
            })
        })
        .collect();

    let mut highest = 0;
    for _ in 0..5 {
        site.bystanders.work().await;
        highest = resident(&site.node).max(highest);
    }
    is_over.store(true, Ordering::Relaxed);
    for uploads in flood {
        uploads.await.unwrap();
        highest = resident(&site.node).max(highest);
    }

    let after = resident(&site.node);
    let grown = |to: u64| to.saturating_sub(before) / MIB;
    assert!(grown(highest) < 256 + 128, "it grew by {} MiB", grown(highest));
    assert!(grown(after) < 96, "{} MiB remained", grown(after));
    site.bystanders.assert_views_in_time();
}

#[tokio::test]
async fn a_key_that_makes_too_many_requests_is_told_to_wait_and_no_other_is() {
    let folder = TempDir::new().unwrap();
    let records = TestDatabase::sqlite().unwrap();
    let limits = "[limits]\nkey_requests_per_s_max = 2\n[hma]\nenabled = true\nowner = \"tests\"\n\
                  purpose = \"rehearsal\"\nlegal_basis = \"none\"\nsource = \"drawn\"\n";
    let config = configure(folder.path(), records.url(), limits);
    let node = Mamori::start(&config);
    let admin = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    let other = ApiClient::of_local_cli(&node.address, &config, &["admin"]).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask_at = async |path: &str, key: &str| {
        let request = client.get(format!("{}{path}", node.address)).bearer_auth(key);
        request.send().await.unwrap()
    };
    let ask = async |key: &str| ask_at("/v1/banks", key).await;

    let mut limited = ask(&admin.key).await;
    let policy = limited.headers()["ratelimit-policy"].clone();
    let mut requests = 1;
    while limited.status() == StatusCode::OK {
        limited = ask(&admin.key).await;
        requests += 1;
    }

    assert_eq!(policy, "\"key\";q=20;w=10");
    assert!((2..60).contains(&requests), "{requests}");
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()["ratelimit"], "\"key\";r=0;t=1");
    assert_eq!(limited.headers()[RETRY_AFTER], "1");
    let problem: serde_json::Value = limited.json().await.unwrap();
    assert_eq!(problem["type"], "limit.requests");
    assert_eq!(ask(&other.key).await.status(), StatusCode::OK);

    // The routes of HMA count for the same limit.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&StatusCode::TOO_MANY_REQUESTS) && statuses.len() < 60 {
        statuses.push(ask_at("/c/banks", &admin.key).await.status());
    }
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    statuses.pop();
    assert!(statuses.iter().all(|status| *status == StatusCode::OK), "{statuses:?}");
}
