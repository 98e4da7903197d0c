//! A fresh, empty database of either engine for one test.

use std::io;

use tempfile::TempDir;

use crate::pgbouncer::PgBouncer;
use crate::postgres::Postgres;

/// A database for one test. It is removed when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(TempDir),
    Postgres { server: Postgres, name: String, pooler: Option<PgBouncer> },
}

impl TestDatabase {
    /// Creates a folder for an SQLite file; the file itself is created by the test.
    pub fn sqlite() -> io::Result<Self> {
        let folder = TempDir::with_prefix("mamori-test-")?;
        let url = format!("sqlite:{}", folder.path().join("mamori.db").display());
        Ok(Self { url, engine: Engine::Sqlite(folder) })
    }

    /// Creates an empty PostgreSQL database; see [`Postgres::start`].
    pub fn postgres() -> io::Result<Self> {
        let server = Postgres::start()?;
        let name = server.create_database()?;
        let url = server.url(&name);
        Ok(Self { url, engine: Engine::Postgres { server, name, pooler: None } })
    }

    /// Creates an empty PostgreSQL database that is reached through PgBouncer in its mode
    /// `transaction`.
    pub fn pooled() -> io::Result<Self> {
        let server = Postgres::start()?;
        let name = server.create_database()?;
        let pooler = PgBouncer::start(&server)?;
        let url = pooler.url(&name);
        Ok(Self { url, engine: Engine::Postgres { server, name, pooler: Some(pooler) } })
    }

    /// Checks whether a pooler is between the test and the database.
    pub fn is_pooled(&self) -> bool {
        matches!(&self.engine, Engine::Postgres { pooler: Some(_), .. })
    }

    /// Returns the URL, for `database.url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the server and the name of the database; `None` for SQLite.
    pub fn server(&self) -> Option<(&Postgres, &str)> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres { server, name, .. } => Some((server, name)),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &mut self.engine {
            Engine::Sqlite(folder) => drop(std::fs::remove_dir_all(folder.path())),
            Engine::Postgres { server, name, pooler } => {
                drop(pooler.take());
                drop(server.drop_database(name));
            }
        }
    }
}

/// Defines tests that each run on SQLite and on PostgreSQL, as `name::sqlite` and `name::postgres`.
///
/// ```text
/// on_both_engines! {
///     async fn a_deleted_bank_frees_its_name(records: TestDatabase) { … }
/// }
/// ```
/// The crate that uses it needs `tokio` with `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($records:ident: $TestDatabase:ty) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn test($records: $TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::database::TestDatabase::sqlite().expect("a folder")).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test($crate::database::TestDatabase::postgres().expect("a PostgreSQL")).await;
            }
        }
    )+};
}
