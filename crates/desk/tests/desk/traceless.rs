//! Clean items: a check of one changes no table and no file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mamori_desk::Desk;
use mamori_desk::checks::check::CheckInput;
use mamori_model::{Action, Pdq, Surface, Verdict};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use crate::common::{hashes, item, test_app_with_vault};

/// Returns the content of every table, as one text each.
pub async fn contents(records: &TestDatabase) -> BTreeMap<String, String> {
    let mut contents = BTreeMap::new();
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let pool = SqlitePool::connect(path).await.unwrap();
        let names =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let tables: Vec<String> = sqlx::query_scalar(names).fetch_all(&pool).await.unwrap();
        for table in tables {
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_all(&pool).await;
            let columns: Vec<String> = columns.unwrap();
            let row: Vec<String> = columns.iter().map(|name| format!("quote({name})")).collect();
            let rows = format!("SELECT {} FROM {table} ORDER BY 1", row.join(" || ',' || "));
            let rows = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&pool).await;
            let rows: Vec<String> = rows.unwrap();
            contents.insert(table, rows.join("\n"));
        }
    } else {
        let pool = PgPool::connect(records.url()).await.unwrap();
        let names = "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(names).fetch_all(&pool).await.unwrap();
        for table in tables {
            let rows = format!("SELECT CAST(a_row AS text) FROM {table} AS a_row ORDER BY 1");
            let rows = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&pool).await;
            let rows: Vec<String> = rows.unwrap();
            contents.insert(table, rows.join("\n"));
        }
    }
    contents
}

/// Returns every file below `folder`, with its size.
fn files(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.insert(entry.path(), entry.metadata().unwrap().len());
        }
    }
    found
}

async fn is_clean(desk: &Desk, caller: &mamori_desk::Caller, input: CheckInput) -> bool {
    let checked = desk.check(caller, item("clean", Surface::Public), input).await.unwrap();
    checked.verdict == Verdict::Allow && checked.recorded.is_none()
}

on_both_engines! {
    async fn a_clean_item_changes_no_table_and_no_file(records: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let app = test_app_with_vault(records, folder.path()).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, Pdq::from([0x0f; 32])).await;
        let before = contents(&app.records).await;
        let files_before = files(folder.path());

        let picture = encode::png(&draw(2, 320, 240));
        assert!(is_clean(&app.desk, &app.caller, CheckInput::Bytes(picture.into())).await);
        assert!(is_clean(&app.desk, &app.caller, hashes(Pdq::from([0xf0; 32]))).await);

        assert!(before.len() > 30 && before["bank"].contains("known"), "{before:?}");
        assert_eq!(contents(&app.records).await, before);
        assert_eq!(files(folder.path()), files_before);

        let matched = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([0x0f; 32])));
        assert!(matched.await.unwrap().recorded.is_some());
        assert_ne!(contents(&app.records).await, before, "a match is recorded");
    }
}
