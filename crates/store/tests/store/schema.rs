//! Opening: migrations, versions, restarts.

use std::time::Duration;

use mamori_store::{Engine, Error, Migrated, Settings, Store, migrate};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::given::{add, new_entries, open, stored_bank};

/// Runs a statement behind the store's back.
async fn tamper(records: &Records, statement: &'static str) {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let mut sqlite = SqliteConnection::connect(path).await.unwrap();
        sqlite.execute(statement).await.unwrap();
    } else {
        let mut postgres = PgConnection::connect(records.url()).await.unwrap();
        postgres.execute(statement).await.unwrap();
    }
}

on_both_engines! {
    async fn a_newer_schema_is_refused(records: Records) {
        let settings = Settings::new(records.url());
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

    async fn an_empty_database_is_refused_until_it_is_migrated(records: Records) {
        let settings = Settings::new(records.url());
        let known = migrate::known();

        let refused = Store::open_unchanged(&settings).await.map(drop).unwrap_err();
        let first = Store::migrate_only(&settings).await.unwrap();
        let second = Store::migrate_only(&settings).await.unwrap();

        assert!(matches!(refused, Error::OlderSchema { found: 0, .. }), "{refused:?}");
        assert_eq!(first, Migrated { from: 0, to: known });
        assert_eq!(second, Migrated { from: known, to: known });
        Store::open_unchanged(&settings).await.unwrap().ping().await.unwrap();
    }

    async fn many_that_start_at_once_migrate_once(records: Records) {
        let settings = Settings::new(records.url());
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

    async fn a_restart_keeps_everything(records: Records) {
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

    async fn a_value_that_the_model_refuses_is_named_not_shown(records: Records) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        tamper(&records, "UPDATE bank SET owner = ''").await;

        let corrupt = store.all_banks().await.unwrap_err();

        assert!(matches!(corrupt, Error::Corrupt { column: "bank.owner" }), "{corrupt:?}");
    }

    async fn a_lost_database_is_named_and_comes_back(records: Records) {
        let settings = Settings {
            acquire_timeout: Duration::from_millis(500),
            ..Settings::new(records.url())
        };
        let store = Store::open(&settings).await.unwrap();
        let Some((server, name)) = records.server() else {
            assert_eq!(store.engine(), Engine::Sqlite);
            return;
        };
        server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).unwrap();
        let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        server.sql(&format!("{all} = '{name}'")).unwrap();

        let lost = store.ping().await.unwrap_err();
        server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).unwrap();

        assert!(matches!(lost, Error::Unavailable(_)), "{lost:?}");
        store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_unavailable() {
    let lost = Store::open(&Settings::new("sqlite:/nowhere/mamori.db")).await.map(drop);

    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
}
