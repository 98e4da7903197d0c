//! Every query, on both engines, and rules about their names.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use mamori_store::registry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use sqlx::{
    Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection,
};

use crate::given::open;

on_both_engines! {
    async fn every_query_can_be_prepared(records: TestDatabase) {
        let store = open(&records).await;

        for query in registry::all() {
            let prepared = if let Some(path) = records.url().strip_prefix("sqlite:") {
                let mut sqlite = SqliteConnection::connect(path).await.unwrap();
                sqlite.prepare(query.sqlite.into_sql_str()).await.map(drop)
            } else {
                let mut postgres = PgConnection::connect(records.url()).await.unwrap();
                postgres.prepare(query.postgres.into_sql_str()).await.map(drop)
            };
            assert!(prepared.is_ok(), "{}: {}", query.name, prepared.unwrap_err());
        }
        store.close().await;
    }
}

/// As a single query, SQLite read the whole bank for each thousand lines of an import.
#[tokio::test]
async fn entries_are_updated_without_reading_their_bank() {
    let records = TestDatabase::sqlite().unwrap();
    let store = open(&records).await;
    let query = registry::all().find(|query| query.name == "UPDATE_ENTRIES").unwrap();
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut sqlite = SqliteConnection::connect(path).await.unwrap();

    let explain = format!("EXPLAIN QUERY PLAN {}", query.sqlite);
    let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut sqlite).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();

    let lookups: Vec<&String> = plan.iter().filter(|step| step.contains(" entry ")).collect();
    assert!(
        lookups
            .iter()
            .any(|step| step.contains("INDEX entry_hash (bank_id=? AND kind=? AND hash=?)"))
    );
    assert!(lookups.iter().any(|step| step.contains("INTEGER PRIMARY KEY (rowid=?)")));
    assert_eq!(lookups.len(), 2, "{plan:#?}");
    store.close().await;
}

/// Tables that grow with the use of the service.
const GROWING: [&str; 8] = [
    "case_event",
    "case_item",
    "decision",
    "delivery",
    "evidence",
    "hit",
    "item_match",
    "review_case",
];

/// Searching for lapsed claims read every case that was ever opened, at each claim.
#[tokio::test]
async fn no_query_of_a_request_reads_a_growing_table_as_a_whole() {
    let records = TestDatabase::sqlite().unwrap();
    let store = open(&records).await;
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut sqlite = SqliteConnection::connect(path).await.unwrap();

    let mut found = Vec::new();
    for query in registry::all() {
        let explain = format!("EXPLAIN QUERY PLAN {}", query.sqlite);
        let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut sqlite).await.unwrap();
        let plan = rows.iter().map(|row| row.get::<String, _>("detail"));
        let reads_all = |step: &String| {
            GROWING.iter().any(|table| {
                step == &format!("SCAN {table}")
                    || step.starts_with(&format!("SCAN {table} USING INDEX sqlite_autoindex"))
                    || step
                        .starts_with(&format!("SCAN {table} USING COVERING INDEX sqlite_autoindex"))
            })
        };
        if plan.into_iter().any(|step| reads_all(&step)) {
            found.push(query.name);
        }
    }

    assert_eq!(found, Vec::<&str>::new());
    store.close().await;
}

#[test]
fn every_query_begins_with_its_name() {
    for query in registry::all() {
        let first = format!("-- {}", query.name.to_lowercase());
        assert_eq!(query.sqlite.lines().next(), Some(first.as_str()));
        assert_eq!(query.postgres.lines().next(), Some(first.as_str()));
    }
}

/// The modules of the store, by their paths, with their sources.
fn modules() -> Vec<(String, String)> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut folders) = (Vec::new(), vec![sources.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let module = path.strip_prefix(&sources).unwrap().with_extension("");
                let source = fs::read_to_string(&path).unwrap();
                found.push((module.to_str().unwrap().replace('/', "::"), source));
            }
        }
    }
    found
}

/// Methods that write and lock what they are about to write.
const WRITERS: [&str; 4] =
    ["add_entries", "append_pending_changes", "begin_attempt", "record_match"];

/// Together with the test of the registry: a method that reads locks rows only if its name says so.
#[test]
fn a_query_that_locks_is_run_by_a_method_that_says_so_or_that_writes() {
    let mut calls = 0;
    for (module, source) in modules() {
        let mut method = "";
        for line in source.lines() {
            if let Some((_, after)) = line.split_once("fn ") {
                method = after.split(['(', '<']).next().unwrap();
            }
            let name = line.split_once("LOCK_").map(|(_, after)| after);
            let is_call =
                name.is_some_and(|name| name.contains(".bind(") || name.contains(".call("));
            if is_call {
                let is_named = method.starts_with("lock_") || WRITERS.contains(&method);
                assert!(is_named, "{module}: `{method}` locks rows");
                calls += 1;
            }
        }
    }
    assert!(calls >= 20, "{calls} calls");
}

/// A query that is not in the registry is never prepared on PostgreSQL by the tests.
#[test]
fn the_registry_has_the_queries_of_every_module() {
    let registry = include_str!("../../src/registry.rs");
    let listed: HashSet<&str> = registry
        .lines()
        .filter_map(|line| line.trim().strip_prefix("crate::")?.strip_suffix("::QUERIES,"))
        .collect();

    let defining: HashSet<String> = modules()
        .into_iter()
        .filter(|(_, source)| source.contains("\nqueries! {"))
        .map(|(module, _)| module)
        .collect();

    assert!(defining.len() > 30);
    assert_eq!(listed, defining.iter().map(String::as_str).collect());
}

#[test]
fn no_two_queries_have_one_name() {
    let names: HashSet<&str> = registry::all().map(|query| query.name).collect();

    assert_eq!(names.len(), registry::all().count());
}
