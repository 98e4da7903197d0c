//! The store: a database and its connections.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt as _;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Executor as _, PgPool, SqlitePool};

use crate::call::{Call, CallFuture, Link};
use crate::error::Error;
use crate::group_commit::Writer;
use crate::row::{Row, Rows};

/// How many prepared statements a connection to SQLite keeps: more than there are queries.
const STATEMENTS_MAX: usize = 1024;
/// How many rows a connection to SQLite reads ahead of the task that takes them. A page of a list has
/// fewer, so that its rows are handed over at once.
const ROWS_AHEAD: usize = 1024;
/// The most readers of SQLite for each processor. Each has a thread of its own; more of them make no
/// answer faster, and the processors switch between them instead.
const READERS_EACH: usize = 2;

/// The database to connect to. `Debug` shows no password.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: String,
    /// The most open connections; on SQLite, the most readers, and at most two for each processor.
    pub connections_max: u32,
    /// How long a caller waits for a connection before it gets [`Error::Unavailable`].
    pub acquire_timeout: Duration,
    /// Whether a pooler that gives each transaction another connection, such as PgBouncer in its
    /// mode `transaction`, is between Mamori and PostgreSQL. Of no effect on SQLite.
    pub is_pooled: bool,
}

impl Settings {
    /// Returns the settings for `url` with 16 connections and a wait of 5 seconds.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections_max: 16,
            acquire_timeout: Duration::from_secs(5),
            is_pooled: false,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match Address::parse(&self.url) {
            Ok(Address::Sqlite(path)) => format!("sqlite:{path}"),
            Ok(Address::Postgres(_)) => "postgres://[sensitive]".to_owned(),
            Err(_) => "[sensitive]".to_owned(),
        };
        f.debug_struct("Settings")
            .field("url", &url)
            .field("connections_max", &self.connections_max)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("is_pooled", &self.is_pooled)
            .finish()
    }
}

/// The kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite: one file on this machine.
    Sqlite,
    /// PostgreSQL: a server, which many nodes share.
    Postgres,
}

/// A handle to the database. Cheap to clone; every clone is the same store.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
}

/// The connections.
#[derive(Clone, Debug)]
pub enum Pools {
    /// One connection that writes, many that read committed data.
    Sqlite {
        /// The only connection that writes.
        writer: Writer,
        /// Read-only connections.
        readers: SqlitePool,
    },
    /// Connections that read and write, and how they prepare statements.
    Postgres(PgPool, Statements),
}

/// How statements are prepared on a connection to PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statements {
    /// Once for each connection, which keeps them.
    Kept,
    /// For each call, without a name. Needed behind a pooler that may give each transaction another
    /// connection, on which a statement that was prepared before does not exist.
    Unnamed,
}

enum Address<'a> {
    Sqlite(&'a str),
    Postgres(&'a str),
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(Error::Settings("`sqlite:` needs the path of a file"));
            }
            return Ok(Self::Sqlite(path));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url));
        }
        Err(Error::Settings("expected `sqlite:PATH` or `postgres://…`"))
    }
}

impl Store {
    /// Returns the kind of database.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(..) => Engine::Postgres,
        }
    }

    /// Waits for open transactions and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.pool().close().await;
            }
            Pools::Postgres(pool, _) => pool.close().await,
        }
    }

    /// Connects, without checking the schema.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self, Error> {
        let pools = match Address::parse(&settings.url)? {
            Address::Sqlite(path) => open_sqlite(path, settings).await?,
            Address::Postgres(url) => {
                let statements =
                    if settings.is_pooled { Statements::Unnamed } else { Statements::Kept };
                Pools::Postgres(open_postgres(url, settings).await?, statements)
            }
        };
        Ok(Self { pools })
    }

    /// Returns the connections.
    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Reads every row of `call`, outside of any transaction.
    pub(crate) async fn rows<T: Row>(&self, call: Call) -> Result<Vec<T>, Error> {
        Ok(self.fetch(call).await?.read()?)
    }

    fn fetch(&self, call: Call) -> CallFuture<'_, Rows> {
        Box::pin(async move {
            let rows = match &self.pools {
                Pools::Sqlite { readers, .. } => {
                    let mut connection = readers.acquire().await?;
                    call.rows(Link::Sqlite(&mut connection)).await?
                }
                Pools::Postgres(pool, statements @ Statements::Kept) => {
                    let mut connection = pool.acquire().await?;
                    call.rows(Link::Postgres(&mut connection, *statements)).await?
                }
                Pools::Postgres(pool, statements @ Statements::Unnamed) => {
                    // The driver prepares and executes in two steps. Outside of a transaction the
                    // pooler could send the second one to a connection without the statement.
                    let mut transaction = pool.begin().await?;
                    let rows = call.rows(Link::Postgres(&mut transaction, *statements)).await?;
                    transaction.commit().await?;
                    rows
                }
            };
            Ok(rows)
        })
    }

    /// Reads the first row of `call`, outside of any transaction.
    pub(crate) async fn row<T: Row>(&self, call: Call) -> Result<Option<T>, Error> {
        Ok(self.rows(call).await?.into_iter().next())
    }
}

/// Creates the file, readable by its owner alone: it holds hashes, pseudonyms and signing secrets.
/// SQLite gives the same permissions to the files that it creates beside it.
fn make_private(path: &str) -> Result<(), Error> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(sqlx::Error::Io(error).into())
        }
        // A file that exists already keeps the permissions that its owner gave it.
        Ok(_) | Err(_) => Ok(()),
    }
}

async fn open_sqlite(path: &str, settings: &Settings) -> Result<Pools, Error> {
    make_private(path)?;
    let both = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(settings.acquire_timeout)
        // Overwrites deleted data with zeros: so no later copy of the file contains the key of an
        // item whose retention term has ended.
        .pragma("secure_delete", "ON")
        // A connection prepares each query once; the driver would keep only the last 100.
        .statement_cache_capacity(STATEMENTS_MAX)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let writing = both
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses the last commits on a power failure; acknowledged commits must stay.
        .synchronous(SqliteSynchronous::Full)
        // Hashes are random, so their index is read everywhere: 64 MiB of it in memory.
        .pragma("cache_size", "-65536")
        // Each batch of an import writes to thousands of pages, many of them repeatedly. Moving
        // them to the file every 64 MiB instead of every 4, the default, makes importing a million
        // hashes faster by a third (`desk/examples/import.rs`).
        .pragma("wal_autocheckpoint", "16384")
        .pragma("journal_size_limit", "67108864");
    let reading = both.pragma("query_only", "ON");

    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(settings.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    // The writer first: it creates the file and turns on the write-ahead log.
    let writer = pool().max_connections(1).connect_with(writing).await?;
    let writer = Writer::new(writer, settings.acquire_timeout);
    let readers = pool().max_connections(readers(settings)).connect_lazy_with(reading);
    Ok(Pools::Sqlite { writer, readers })
}

/// Returns how many connections read from SQLite.
fn readers(settings: &Settings) -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let useful = u32::try_from(processors.saturating_mul(READERS_EACH)).unwrap_or(u32::MAX);
    settings.connections_max.clamp(1, useful)
}

async fn open_postgres(url: &str, settings: &Settings) -> Result<PgPool, Error> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| Error::Settings("the `postgres://` address cannot be read"))?
        .application_name("mamori")
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections_max.max(1))
        .acquire_timeout(settings.acquire_timeout);
    if settings.is_pooled {
        // A session setting would stay on a server connection that other clients get next, and
        // PgBouncer refuses startup parameters that it does not know. `plan_cache_mode` is not needed,
        // because unnamed statements are planned each time; `extra_float_digits` is not, because no
        // column has fractions.
        let options = options.statement_cache_capacity(0).extra_float_digits(None);
        return Ok(pool.connect_with(options).await?);
    }
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async move {
            // A plan made without knowing the values estimates a `LIMIT $2` as a tenth of the
            // table, and then reads all of it. Planning each time costs 0.2 ms.
            connection.execute("SET plan_cache_mode = force_custom_plan").await.map(drop)
        })
    });
    Ok(pool.connect_with(options).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_do_not_show_a_password() {
        for url in ["postgres://ada:geheim@db/mamori", "mysql://ada:geheim@db/mamori"] {
            assert!(!format!("{:?}", Settings::new(url)).contains("geheim"), "{url}");
        }
        assert!(format!("{:?}", Settings::new("sqlite:/var/m.db")).contains("/var/m.db"));
    }

    #[test]
    fn only_files_and_postgresql_are_addresses() {
        for url in ["", "sqlite:", "sqlite::memory:", "mysql://db/x", "/var/m.db"] {
            assert!(matches!(Address::parse(url), Err(Error::Settings(_))), "{url}");
        }
        assert!(matches!(Address::parse("sqlite://m.db"), Ok(Address::Sqlite("m.db"))));
        assert!(matches!(Address::parse("postgresql://db/m"), Ok(Address::Postgres(_))));
    }
}
