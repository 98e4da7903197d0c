//! The tables, read behind the desk's back. One text for both engines.

use mamori_testkit::records::Records;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

/// A connection that only looks.
pub enum Tables {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// As SQLite has it, so that ids look alike in both.
const HEX: &str = "CREATE FUNCTION hex(uuid) RETURNS text IMMUTABLE LANGUAGE sql
    AS 'SELECT upper(replace($1::text, ''-'', ''''))'";

impl Tables {
    pub async fn open(records: &Records) -> Self {
        if let Some(path) = records.url().strip_prefix("sqlite:") {
            return Self::Sqlite(SqlitePool::connect(path).await.unwrap());
        }
        let pool = PgPool::connect(records.url()).await.unwrap();
        sqlx::query(HEX).execute(&pool).await.unwrap();
        Self::Postgres(pool)
    }

    /// The number that `query` gives.
    pub async fn count(&self, query: &str) -> Result<i64, String> {
        let query = AssertSqlSafe(query.to_owned());
        let count = match self {
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
        };
        count.map_err(|error| error.to_string())
    }

    /// The texts in the one column that `query` gives.
    pub async fn texts(&self, query: &str) -> Result<Vec<String>, String> {
        let query = AssertSqlSafe(query.to_owned());
        let texts = match self {
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
        };
        texts.map_err(|error| error.to_string())
    }
}
