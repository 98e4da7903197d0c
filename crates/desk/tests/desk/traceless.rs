//! Clean items: a check of one changes no table and no file.

use std::collections::BTreeMap;

use mamori_desk::Desk;
use mamori_desk::checks::check::CheckInput;
use mamori_model::{Action, Pdq, Surface, Verdict};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use crate::common::{hashes, item, test_app_with_vault};

/// Returns the number of rows of every table.
async fn row_counts(records: &TestDatabase) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    let count = |table: &str| AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let pool = SqlitePool::connect(path).await.unwrap();
        let names =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let tables: Vec<String> = sqlx::query_scalar(names).fetch_all(&pool).await.unwrap();
        for table in tables {
            let rows = sqlx::query_scalar(count(&table)).fetch_one(&pool).await.unwrap();
            counts.insert(table, rows);
        }
    } else {
        let pool = PgPool::connect(records.url()).await.unwrap();
        let names = "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(names).fetch_all(&pool).await.unwrap();
        for table in tables {
            let rows = sqlx::query_scalar(count(&table)).fetch_one(&pool).await.unwrap();
            counts.insert(table, rows);
        }
    }
    counts
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
        let before = row_counts(&app.records).await;
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let files_before = files();

        let picture = encode::png(&draw(2, 320, 240));
        assert!(is_clean(&app.desk, &app.caller, CheckInput::Bytes(picture.into())).await);
        assert!(is_clean(&app.desk, &app.caller, hashes(Pdq::from([0xf0; 32]))).await);

        assert!(before.len() > 30 && before["bank"] == 1, "{before:?}");
        assert_eq!(row_counts(&app.records).await, before);
        assert_eq!(files(), files_before);

        let matched = app.desk.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([0x0f; 32])));
        assert!(matched.await.unwrap().recorded.is_some());
        assert_ne!(row_counts(&app.records).await, before, "a match is counted");
    }
}
