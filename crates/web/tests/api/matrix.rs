//! Who may call what: the file `src/api/matrix.txt` against the API, every endpoint as each caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who, new_bank};

const MATRIX: &str = include_str!("../../src/api/matrix.txt");
const CALLERS: [Who; 4] = [Who::Nobody, Who::Admin, Who::Service, Who::OtherService];

/// `METHOD path` → what each of [`CALLERS`] gets.
fn matrix() -> BTreeMap<String, Vec<&'static str>> {
    let lines = MATRIX.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let rows = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (format!("{} {}", words[0], words[1]), words[2..].to_vec())
    });
    rows.collect()
}

/// `METHOD path` → the document's `x-who`.
fn documented() -> BTreeMap<String, String> {
    let document = serde_json::to_value(mamori_web::openapi()).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let who = operation["x-who"].as_str().unwrap().to_owned();
            operations.insert(format!("{} {path}", method.to_uppercase()), who);
        }
    }
    operations
}

/// Creates one object of each kind, for the first service where it has an owner; returns the ids by
/// the path's parameters.
async fn nouns(app: &TestApp, nth: usize) -> BTreeMap<&'static str, String> {
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let bank = app.bank(&format!("bank-{nth}")).await;
    let hash = format!("{nth:032x}");
    let entry = app.add(&bank, "md5", &hash).await;
    let list = format!("{{\"hash\":\"{}\"}}", "0ff0".repeat(16));
    let path = format!("{bank}/imports");
    let import = app.post_bytes(Who::Admin, &path, "application/x-ndjson", list.as_bytes()).await;
    let check = json!({"item_id": format!("item-{nth}"), "surface": "public", "md5": hash});
    let matched = app.post(Who::Service, "/v1/check", check).await.ok();
    let new = json!({"role": "service", "service_id": app.service.to_string(), "name": "x"});
    let key = app.post(Who::Admin, "/v1/keys", new).await.ok();
    let (case, decision, action) = app.decided().await;
    let new = json!({"url": "http://127.0.0.1:9/"});
    let endpoint = app.post(Who::Service, "/v1/webhooks", new).await.ok();
    let test = format!("/v1/webhooks/{}/test", id(&endpoint));
    let enqueued = app.call(Who::Service, "POST", &test).await.ok();
    let new = json!({"role": "admin", "name": "x"});
    let approval = app.post(Who::Admin, "/v1/keys", new).await;
    assert_eq!(approval.status, 202, "{approval:?}");
    let mut listed = new_bank(&format!("listed-{nth}"));
    listed["purpose"] = json!("child_sexual_abuse");
    let listed = id(&app.post(Who::Admin, "/v1/banks", listed).await.ok());
    let off = json!({"enabled": false});
    app.patch(Who::Admin, &format!("/v1/banks/{listed}"), off).await.ok();
    let notices = app.get(Who::Admin, "/v1/notices?limit=1").await.ok();
    // Not the caller's own, because it is deleted here.
    let service = app.post(Who::Admin, "/v1/services", json!({"name": "leaves"})).await.ok();
    BTreeMap::from([
        ("{service}", id(&service)),
        ("{bank}", bank.rsplit('/').next().unwrap().to_owned()),
        ("{entry}", entry),
        ("{import}", id(&import.ok())),
        ("{match}", matched["match_id"].as_str().unwrap().to_owned()),
        ("{key}", id(&key)),
        ("{case}", case),
        ("{decision}", decision),
        ("{action}", action),
        ("{endpoint}", id(&endpoint)),
        ("{approval}", id(&approval.ok())),
        ("{notice}", id(&notices["data"][0])),
        ("{version}", "1".to_owned()),
        ("{delivery}", enqueued["delivery_id"].as_str().unwrap().to_owned()),
    ])
}

#[test]
fn the_matrix_has_every_endpoint_and_no_other() {
    let (matrix, documented) = (matrix(), documented());

    assert!(matrix.keys().eq(documented.keys()), "{:#?}\n{:#?}", matrix.keys(), documented.keys());
    for (endpoint, who) in documented {
        // The service `other` gets 404 for ids of `service`, and its own lists.
        let expected: &[&str] = match who.as_str() {
            "nobody" => &["yes", "yes", "yes", "yes"],
            "any" => &["401", "yes", "yes", "yes"],
            "admin" => &["401", "yes", "404", "404"],
            "service" if endpoint.contains('{') => &["401", "404", "yes", "404"],
            "service" => &["401", "404", "yes", "yes"],
            other => panic!("{endpoint}: {other}"),
        };
        assert_eq!(matrix[&endpoint], expected, "{endpoint}: the document says {who}");
    }
}

on_both_engines! {
    async fn every_caller_gets_what_the_matrix_says(records: TestDatabase) {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let app = TestApp::at(records, Arc::clone(&clock), mamori_desk::Settings::default()).await;
        // Within the first day nothing waits for a second actor.
        clock.advance(SignedDuration::from_hours(24));
        let mut shared = nouns(&app, 0).await;

        for (nth, (endpoint, expected)) in (1..).zip(matrix()) {
            let (method, template) = endpoint.split_once(' ').unwrap();
            for (who, expected) in CALLERS.into_iter().zip(expected) {
                let fill = |path: String, (word, id): (&&str, &String)| path.replace(word, id);
                let path = shared.iter().fold(template.to_owned(), fill);

                let answer = app.call(who, method, &path).await;

                let got = match answer.status.as_u16() {
                    401 => "401",
                    404 => "404",
                    _ => "yes",
                };
                assert_eq!(got, expected, "{who:?} {method} {path}: {answer:?}");
                if expected != "yes" {
                    answer.problem();
                }
                assert!(answer.status.as_u16() < 500, "{who:?} {method} {path}: {answer:?}");
                if method == "DELETE" && expected == "yes" {
                    shared = nouns(&app, nth).await;
                }
            }
        }
    }
}
