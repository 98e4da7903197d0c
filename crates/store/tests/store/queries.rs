//! Every text, on both engines.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use mamori_store::registry;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use sqlx::{
    Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection,
};

use crate::given::open;

on_both_engines! {
    async fn every_query_can_be_prepared(records: Records) {
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

/// Told in one, SQLite read the whole bank for each thousand lines of an import.
#[tokio::test]
async fn entries_are_updated_without_reading_their_bank() {
    let records = Records::sqlite().unwrap();
    let store = open(&records).await;
    let query = registry::all().find(|query| query.name == "UPDATE_ENTRIES").unwrap();
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut sqlite = SqliteConnection::connect(path).await.unwrap();

    let explain = format!("EXPLAIN QUERY PLAN {}", query.sqlite);
    let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut sqlite).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();

    let ways: Vec<&String> = plan.iter().filter(|step| step.contains(" entry ")).collect();
    assert!(
        ways.iter().any(|step| step.contains("INDEX entry_hash (bank_id=? AND kind=? AND hash=?)"))
    );
    assert!(ways.iter().any(|step| step.contains("INTEGER PRIMARY KEY (rowid=?)")));
    assert_eq!(ways.len(), 2, "{plan:#?}");
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

/// A query that is not in the registry is never prepared on PostgreSQL by the tests.
#[test]
fn the_registry_has_the_queries_of_every_module() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let registry = fs::read_to_string(sources.join("registry.rs")).unwrap();
    let listed: HashSet<&str> = registry
        .lines()
        .filter_map(|line| line.trim().strip_prefix("crate::")?.strip_suffix("::QUERIES,"))
        .collect();

    let mut defining = HashSet::new();
    let mut folders = vec![sources.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).unwrap().contains("\nqueries! {") {
                let module = path.strip_prefix(&sources).unwrap().with_extension("");
                defining.insert(module.to_str().unwrap().replace('/', "::"));
            }
        }
    }

    assert!(defining.len() > 30);
    assert_eq!(listed, defining.iter().map(String::as_str).collect());
}

#[test]
fn no_two_queries_have_one_name() {
    let names: HashSet<&str> = registry::all().map(|query| query.name).collect();

    assert_eq!(names.len(), registry::all().count());
}
