//! The OpenAPI document: the one in the repository, and whether it is whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mamori_testkit::database::TestDatabase;
use serde_json::Value;

use crate::test_app::{TestApp, Who};

fn document() -> Value {
    serde_json::to_value(mamori_web::openapi()).unwrap()
}

/// Every value inside `value`, with the keys that lead to it.
fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(path, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), visit));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(nth, value)| walk(value, &format!("{path}/{nth}"), visit));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let text = fs::read_to_string(&kept).unwrap_or_default();
    if serde_json::from_str(&text).ok() == Some(document()) {
        return;
    }
    let shown = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    fs::write(&shown, serde_json::to_string_pretty(&document()).unwrap() + "\n").unwrap();
    panic!(
        "the API changed; if you meant it: cp {} docs/openapi.json, and read the difference",
        shown.display(),
    );
}

#[test]
fn every_reference_has_its_target_and_every_operation_its_own_name() {
    let document = document();
    let mut names = BTreeSet::new();

    walk(&document, "", &mut |path, value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{path}: {target}");
        }
        if let Some(name) = value.get("operationId").and_then(Value::as_str) {
            assert!(names.insert(name), "{name} twice");
            assert!(value["summary"].is_string(), "{name} has no summary");
        }
    });

    assert!(names.len() > 25);
}

#[tokio::test]
async fn the_documents_are_there_without_a_key() {
    let app = TestApp::open(TestDatabase::sqlite().unwrap()).await;

    let json = app.get(Who::WithoutKey, "/openapi.json").await;
    let page = app.get(Who::WithoutKey, "/docs").await;
    let style = app.get(Who::WithoutKey, "/docs.css").await;

    assert_eq!(json.ok(), document());
    assert_eq!(json.json()["openapi"], "3.1.0");
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
}
