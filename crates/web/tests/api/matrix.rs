//! Who may call what: the file `src/api/matrix.txt` against the API, every endpoint as each caller, and
//! with a key of each scope.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_desk::Clock;
use mamori_model::key::{Role, Scope};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use serde_json::{Value, json};

use crate::test_app::{TestApp, TestResponse, Who, new_bank};

const MATRIX: &str = include_str!("../../src/api/matrix.txt");
const CALLERS: [Who; 4] = [Who::WithoutKey, Who::Admin, Who::Service, Who::OtherService];

/// A line of the matrix.
#[derive(Clone, Debug)]
struct Row {
    /// What each of [`CALLERS`] gets.
    callers: Vec<&'static str>,
    /// The scopes of which a key needs one; empty: no key is needed.
    scopes: Vec<Scope>,
}

/// `METHOD path` → its line.
fn matrix() -> BTreeMap<String, Row> {
    let lines = MATRIX.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let rows = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, path, callers @ .., scopes] = words.as_slice() else { panic!("{line}") };
        let scopes = scopes.split('|').filter(|word| *word != "-");
        let scopes = scopes.map(|word| Scope::parse(word).unwrap()).collect();
        (format!("{method} {path}"), Row { callers: callers.to_vec(), scopes })
    });
    rows.collect()
}

/// `METHOD path` → the document's `x-who` and `x-scopes`.
fn documented() -> BTreeMap<String, (String, Vec<Scope>)> {
    let document = serde_json::to_value(mamori_web::openapi()).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let who = operation["x-who"].as_str().unwrap().to_owned();
            let scopes = operation["x-scopes"].as_array().cloned().unwrap_or_default();
            let scope = |word: Value| Scope::parse(word.as_str().unwrap()).unwrap();
            let scopes = scopes.into_iter().map(scope).collect();
            operations.insert(format!("{} {path}", method.to_uppercase()), (who, scopes));
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
    for (endpoint, (who, scopes)) in documented {
        assert_eq!(matrix[&endpoint].scopes, scopes, "{endpoint}");
        // The service `other` gets 404 for ids of `service`, and its own lists.
        let expected: &[&str] = match who.as_str() {
            "nobody" => &["yes", "yes", "yes", "yes"],
            "any" => &["401", "yes", "yes", "yes"],
            "admin" => &["401", "yes", "404", "404"],
            "service" if endpoint.contains('{') => &["401", "404", "yes", "404"],
            "service" => &["401", "404", "yes", "yes"],
            other => panic!("{endpoint}: {other}"),
        };
        assert_eq!(matrix[&endpoint].callers, expected, "{endpoint}: the document says {who}");
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
            for (who, expected) in CALLERS.into_iter().zip(expected.callers) {
                let path = filled(template, &shared);

                let answer = app.call(who, method, &path).await;

                assert_eq!(got(&answer), expected, "{who:?} {method} {path}: {answer:?}");
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

    async fn a_key_is_allowed_what_its_scope_names_and_nothing_else(records: TestDatabase) {
        let clock = Arc::new(Clock::manual(Timestamp::from_second(1_795_000_000).unwrap()));
        let app = TestApp::at(records, Arc::clone(&clock), mamori_desk::Settings::default()).await;
        // Within the first day, administrators' keys need no second actor.
        let keys = Keys::of_all(&app).await;
        clock.advance(SignedDuration::from_hours(24));
        let mut shared = nouns(&app, 0).await;
        let mut cells = 0;

        for (nth, (endpoint, row)) in (1..).zip(matrix()) {
            let (method, template) = endpoint.split_once(' ').unwrap();
            for (role, expected) in [(Role::Admin, row.callers[1]), (Role::Service(app.service), row.callers[2])] {
                if expected != "yes" || row.scopes.is_empty() {
                    continue;
                }
                // The request that waits is to issue a key.
                let makes = template.ends_with("/approve") || template.ends_with("/apply");
                let needed = if makes { vec![Scope::Keys] } else { row.scopes.clone() };
                for scopes in cases_of(role, &row.scopes) {
                    let is_allowed = scopes.iter().any(|scope| needed.contains(scope));
                    let key = keys.of(role, &scopes);
                    let path = filled(template, &shared);

                    let answer = app.call_with(key, method, &path).await;

                    let expected = if is_allowed { "yes" } else { "404" };
                    assert_eq!(got(&answer), expected, "{role:?} {scopes:?} {method} {path}: {answer:?}");
                    if !is_allowed {
                        let unknown = app.call_with(key, "GET", "/v1/nothing").await;
                        assert_eq!(answer.detail(), unknown.detail(), "unknown and forbidden look alike");
                    }
                    if method == "DELETE" && is_allowed {
                        shared = nouns(&app, nth).await;
                    }
                    cells += 1;
                }
            }
        }

        assert!(cells > 200, "{cells}");
    }
}

/// The scopes of the keys with which an endpoint is called that needs one of `needed`: each scope of
/// the role alone, and all of them but those.
fn cases_of(role: Role, needed: &[Scope]) -> Vec<Vec<Scope>> {
    let all: &[Scope] = match role {
        Role::Admin => &Scope::OF_ADMINS,
        Role::Service(_) => &Scope::OF_SERVICES,
    };
    let others = all.iter().copied().filter(|scope| !needed.contains(scope)).collect();
    all.iter().map(|scope| vec![*scope]).chain([others]).collect()
}

/// The texts of keys, by their scopes.
struct Keys(BTreeMap<(bool, Vec<Scope>), String>);

impl Keys {
    /// Issues a key for every case of every endpoint.
    async fn of_all(app: &TestApp) -> Self {
        let mut keys = BTreeMap::new();
        for row in matrix().values() {
            for role in [Role::Admin, Role::Service(app.service)] {
                for scopes in cases_of(role, &row.scopes) {
                    let index = (role == Role::Admin, scopes.clone());
                    if let Entry::Vacant(new) = keys.entry(index) {
                        new.insert(app.key_with(role, scopes).await);
                    }
                }
            }
        }
        Self(keys)
    }

    fn of(&self, role: Role, scopes: &[Scope]) -> &str {
        &self.0[&(role == Role::Admin, scopes.to_vec())]
    }
}

/// The path with the ids of these objects.
fn filled(template: &str, nouns: &BTreeMap<&'static str, String>) -> String {
    let fill = |path: String, (word, id): (&&str, &String)| path.replace(word, id);
    nouns.iter().fold(template.to_owned(), fill)
}

fn got(answer: &TestResponse) -> &'static str {
    match answer.status.as_u16() {
        401 => "401",
        404 => "404",
        _ => "yes",
    }
}
