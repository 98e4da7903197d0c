//! The tables, read without the desk. One text for both engines.

use jiff::Timestamp;
use mamori_testkit::database::TestDatabase;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

/// A connection that only reads.
pub enum Tables {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// SQLite's function, so that ids and bytes have the same form on both engines.
const HEX: &str = "CREATE FUNCTION hex(uuid) RETURNS text IMMUTABLE LANGUAGE sql
        AS 'SELECT upper(replace($1::text, ''-'', ''''))';
    CREATE FUNCTION hex(bytea) RETURNS text IMMUTABLE LANGUAGE sql
        AS 'SELECT upper(encode($1, ''hex''))'";

impl Tables {
    pub async fn open(records: &TestDatabase) -> Self {
        if let Some(path) = records.url().strip_prefix("sqlite:") {
            return Self::Sqlite(SqlitePool::connect(path).await.unwrap());
        }
        let pool = PgPool::connect(records.url()).await.unwrap();
        sqlx::raw_sql(HEX).execute(&pool).await.unwrap();
        Self::Postgres(pool)
    }

    /// The number that `query` returns.
    pub async fn count(&self, query: &str) -> Result<i64, String> {
        let query = AssertSqlSafe(query.to_owned());
        let count = match self {
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
        };
        count.map_err(|error| error.to_string())
    }

    /// The texts in the one column that `query` returns.
    pub async fn texts(&self, query: &str) -> Result<Vec<String>, String> {
        let query = AssertSqlSafe(query.to_owned());
        let texts = match self {
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
        };
        texts.map_err(|error| error.to_string())
    }

    /// The words of each text that `query` returns; the last may contain spaces.
    pub async fn words<const N: usize>(&self, query: &str) -> Result<Vec<[String; N]>, String> {
        let split = |text: String| {
            let words: Vec<String> = text.splitn(N, ' ').map(str::to_owned).collect();
            words.try_into().map_err(|words| format!("not {N} words: {words:?}"))
        };
        self.texts(query).await?.into_iter().map(split).collect()
    }
}

/// A time as the tables store it.
pub fn at(text: &str) -> Timestamp {
    Timestamp::from_microsecond(text.parse().unwrap()).unwrap()
}
