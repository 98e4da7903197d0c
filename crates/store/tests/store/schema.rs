//! Opening: migrations, versions, restarts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mamori_model::Verdict;
use mamori_store::{Error, Migrated, Settings, Store, migrate};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::given::{a_match, add, hit, new_entries, open, patient, stored_bank, stored_service};

/// Runs a statement behind the store's back.
async fn tamper(records: &TestDatabase, statement: &'static str) {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let mut sqlite = SqliteConnection::connect(path).await.unwrap();
        sqlite.execute(statement).await.unwrap();
    } else {
        let mut postgres = PgConnection::connect(records.url()).await.unwrap();
        postgres.execute(statement).await.unwrap();
    }
}

/// Settings with a short acquire time-out.
fn impatient(records: &TestDatabase) -> Settings {
    Settings { acquire_timeout: Duration::from_millis(500), ..Settings::new(records.url()) }
}

on_both_engines! {
    async fn a_newer_schema_is_refused(records: TestDatabase) {
        let settings = patient(&records);
        open(&records).await.close().await;
        tamper(&records, "INSERT INTO schema_version VALUES (999, 'the future')").await;

        let known = migrate::known();
        for refused in [Store::open(&settings).await, Store::open_unchanged(&settings).await] {
            let refused = refused.map(drop).unwrap_err();
            let Error::NewerSchema { found, known: ours } = refused else { panic!("{refused:?}") };
            assert_eq!((found, ours), (999, known));
        }
        let refused = Store::migrate_only(&settings).await.unwrap_err();
        assert!(matches!(refused, Error::NewerSchema { .. }), "{refused:?}");
    }

    async fn an_empty_database_is_refused_until_it_is_migrated(records: TestDatabase) {
        let settings = patient(&records);
        let known = migrate::known();

        let refused = Store::open_unchanged(&settings).await.map(drop).unwrap_err();
        let first = Store::migrate_only(&settings).await.unwrap();
        let second = Store::migrate_only(&settings).await.unwrap();

        assert!(matches!(refused, Error::OlderSchema { found: 0, .. }), "{refused:?}");
        assert_eq!(first, Migrated { from: 0, to: known });
        assert_eq!(second, Migrated { from: known, to: known });
        Store::open_unchanged(&settings).await.unwrap().ping().await.unwrap();
    }

    async fn many_nodes_that_start_at_once_migrate_once(records: TestDatabase) {
        let settings = patient(&records);
        let starting: Vec<_> = (0..6)
            .map(|_| {
                let settings = settings.clone();
                tokio::spawn(async move { Store::open(&settings).await })
            })
            .collect();

        for start in starting {
            let store = start.await.unwrap().unwrap();
            assert_eq!(store.schema_version().await.unwrap(), migrate::known());
        }
    }

    async fn a_restart_keeps_everything(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        add(&store, bank, &new_entries(0..1_500), 1).await;
        let banks = store.all_banks().await.unwrap();
        let page = store.live_entries(None, 5_000).await.unwrap();
        let last = store.last_change().await.unwrap();
        store.close().await;

        let store = open(&records).await;

        assert_eq!(store.all_banks().await.unwrap(), banks);
        assert_eq!(store.live_entries(None, 5_000).await.unwrap(), page);
        assert_eq!(store.last_change().await.unwrap(), last);
        let added = add(&store, bank, &new_entries([9_999]), 2).await;
        assert!(added.entries[0] > page.last().map(|row| row.entry));
    }

    async fn rows_with_a_country_that_is_not_assigned_stay_readable(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        stored_service(&store, 1).await;
        let found = a_match(4, "post-1", Verdict::Hold, vec![hit(1, 0)]);
        let mut tx = store.begin("match").await.unwrap();
        tx.record_match(&found).await.unwrap();
        tx.commit().await.unwrap();

        tamper(&records, "UPDATE bank SET jurisdictions = '[\"UK\",\"JP\"]'").await;
        tamper(&records, "UPDATE item_match SET country = 'UK'").await;

        let banks = store.all_banks().await.unwrap();
        let read = serde_json::to_value(banks[0].reach.jurisdictions()).unwrap();
        assert_eq!(read, serde_json::json!(["JP", "UK"]));
        let found = store.a_match(found.service, found.id).await.unwrap().unwrap();
        assert_eq!(found.item.country.map(|country| country.to_string()), Some("UK".to_owned()));
    }

    async fn an_error_names_the_column_of_a_refused_value_not_the_value(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        tamper(&records, "UPDATE bank SET owner = ''").await;

        let corrupt = store.all_banks().await.unwrap_err();

        assert!(matches!(corrupt, Error::Corrupt { column: "bank.owner" }), "{corrupt:?}");
    }
}

/// A server that refuses connections for a while.
#[tokio::test]
async fn a_lost_database_is_unavailable_until_it_accepts_connections() {
    let records = TestDatabase::postgres().unwrap();
    let store = Store::open(&impatient(&records)).await.unwrap();
    let (server, name) = records.server().unwrap();
    server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).unwrap();
    let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
    server.sql(&format!("{all} = '{name}'")).unwrap();

    let lost = store.ping().await.unwrap_err();
    server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).unwrap();

    assert!(matches!(lost, Error::Unavailable(_)), "{lost:?}");
    store.ping().await.unwrap();
}

/// A file that another program holds, such as one that copies it.
#[tokio::test]
async fn a_file_that_another_program_locks_is_unavailable_until_released() {
    let records = TestDatabase::sqlite().unwrap();
    let store = Store::open(&impatient(&records)).await.unwrap();
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut other = SqliteConnection::connect(path).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let held = store.begin("test").await.map(drop);
    let read = store.all_banks().await;
    other.execute("ROLLBACK").await.unwrap();

    assert!(matches!(held, Err(Error::Unavailable(_))), "{held:?}");
    assert_eq!(read.unwrap(), [], "readers do not wait for the writer");
    store.begin("test").await.unwrap().commit().await.unwrap();
}

/// A file into which another program wrote.
#[tokio::test]
async fn a_broken_file_is_refused_unchanged_and_opens_after_repair() {
    let records = TestDatabase::sqlite().unwrap();
    let settings = patient(&records);
    let store = open(&records).await;
    let bank = stored_bank(&store, 1).await;
    store.close().await;
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let whole = std::fs::read(path).unwrap();
    let broken: Vec<u8> = whole.iter().map(|byte| byte ^ 0x5a).collect();
    std::fs::write(path, &broken).unwrap();

    let refused = Store::open(&settings).await.map(drop);
    let left = std::fs::read(path).unwrap();
    std::fs::write(path, &whole).unwrap();

    let Err(Error::Other(fault)) = refused else { panic!("{refused:?}") };
    assert_eq!(fault.code.as_deref(), Some("26"), "{fault}");
    assert!(fault.message.contains("not a database"), "{fault}");
    assert!(left == broken, "a refused file stays as it was, for a person to repair");
    let banks = Store::open(&settings).await.unwrap().all_banks().await.unwrap();
    assert_eq!(banks[0].id, bank);
}

/// A folder in the place of the file.
#[tokio::test]
async fn a_folder_in_the_place_of_the_file_is_unavailable() {
    let records = TestDatabase::sqlite().unwrap();
    std::fs::create_dir(records.url().strip_prefix("sqlite:").unwrap()).unwrap();

    let lost = Store::open(&impatient(&records)).await.map(drop);

    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
}

#[tokio::test]
async fn a_file_in_a_missing_folder_is_unavailable() {
    let lost = Store::open(&Settings::new("sqlite:/nowhere/mamori.db")).await.map(drop);

    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
}

on_both_engines! {
    async fn only_a_server_has_a_clock_of_its_own(records: TestDatabase) {
        let store = open(&records).await;

        let database = store.database_time().await.unwrap();

        assert_eq!(database.is_some(), records.server().is_some());
        if let Some(database) = database {
            #[expect(clippy::disallowed_methods, reason = "the server shares this machine's clock")]
            let here = Timestamp::now();
            let apart = here.duration_since(database).abs();
            assert!(apart < SignedDuration::from_mins(1), "{database} at {here}");
        }
    }
}
