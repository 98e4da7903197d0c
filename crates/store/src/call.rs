//! A call: a query with its values. The only place that converts to the types of both engines.

use std::pin::Pin;

use jiff::Timestamp;
use mamori_model::{
    ActionId, ApprovalId, AttemptId, AuditId, BankId, BreakId, BulkId, CaseId, CeremonyId,
    CredentialId, DecisionId, DeliveryId, DisputeId, EndpointId, EntryId, EventId, EvidenceId,
    ImportId, JobId, KeyId, MatchId, NoticeId, NotificationId, ServiceId, SessionId, SignInLinkId,
    StaffId, ViewId,
};
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use uuid::Uuid;

use crate::error::Error;
use crate::open::Statements;
use crate::query::Query;
use crate::row::Rows;
use crate::time::to_micros;

/// A connection to either engine.
pub enum Link<'c> {
    /// A connection to SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// A connection to PostgreSQL, and how it prepares statements.
    Postgres(&'c mut PgConnection, Statements),
}

impl Link<'_> {
    /// Reborrows the connection for one more call.
    pub fn again(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection, statements) => Link::Postgres(connection, *statements),
        }
    }
}

/// A value that both engines accept. Lists are passed as JSON text.
#[derive(Clone)]
pub enum Value {
    /// Numbers, and times in microseconds.
    Int(Option<i64>),
    /// Text, and the words of enums.
    Text(Option<String>),
    /// Ids.
    Id(Option<Uuid>),
    /// Hashes and secrets.
    Bytes(Option<Vec<u8>>),
    /// Truth values.
    Bool(bool),
}

/// The answer to a call. Boxed, so that the driver's state machine is compiled once, here, and not
/// in every crate that awaits a verb.
pub type CallFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A query and the values of `$1`, `$2` …
pub struct Call {
    query: Query,
    values: Vec<Value>,
}

impl Query {
    /// Makes a call of this query without values.
    pub fn call(self) -> Call {
        Call { query: self, values: Vec::new() }
    }

    /// Makes a call of this query, with the value of `$1`.
    pub fn bind(self, value: impl Into<Value>) -> Call {
        self.call().bind(value)
    }
}

macro_rules! bound {
    ($db:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<$db>($sql);
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Id(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Call {
    /// Adds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Executes the call and returns how many rows it changed.
    pub async fn run(self, link: Link<'_>) -> Result<u64, sqlx::Error> {
        match link {
            Link::Sqlite(connection) => {
                let query = bound!(Sqlite, self.query.sqlite, self.values);
                Ok(query.execute(connection).await?.rows_affected())
            }
            Link::Postgres(connection, statements) => {
                let query = bound!(Postgres, self.query.postgres, self.values);
                let query = query.persistent(statements == Statements::Kept);
                Ok(query.execute(connection).await?.rows_affected())
            }
        }
    }

    /// Executes the call and returns every row.
    pub async fn rows(self, link: Link<'_>) -> Result<Rows, sqlx::Error> {
        match link {
            Link::Sqlite(connection) => {
                let query = bound!(Sqlite, self.query.sqlite, self.values);
                Ok(Rows::Sqlite(query.fetch_all(connection).await?))
            }
            Link::Postgres(connection, statements) => {
                let query = bound!(Postgres, self.query.postgres, self.values);
                let query = query.persistent(statements == Statements::Kept);
                Ok(Rows::Postgres(query.fetch_all(connection).await?))
            }
        }
    }
}

macro_rules! values {
    ($($from:ty => $variant:ident, $how:expr;)+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some($how(value)))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($how))
            }
        }
    )+};
}

values! {
    i64 => Int, i64::from;
    u32 => Int, i64::from;
    Timestamp => Int, to_micros;
    EntryId => Int, EntryId::number;
    String => Text, String::from;
    &str => Text, str::to_owned;
    Uuid => Id, Uuid::from;
    ActionId => Id, Uuid::from;
    ApprovalId => Id, Uuid::from;
    AttemptId => Id, Uuid::from;
    AuditId => Id, Uuid::from;
    BankId => Id, Uuid::from;
    BulkId => Id, Uuid::from;
    CaseId => Id, Uuid::from;
    CeremonyId => Id, Uuid::from;
    CredentialId => Id, Uuid::from;
    DecisionId => Id, Uuid::from;
    DeliveryId => Id, Uuid::from;
    DisputeId => Id, Uuid::from;
    EndpointId => Id, Uuid::from;
    EventId => Id, Uuid::from;
    EvidenceId => Id, Uuid::from;
    ImportId => Id, Uuid::from;
    JobId => Id, Uuid::from;
    KeyId => Id, Uuid::from;
    ViewId => Id, Uuid::from;
    MatchId => Id, Uuid::from;
    NoticeId => Id, Uuid::from;
    NotificationId => Id, Uuid::from;
    BreakId => Id, Uuid::from;
    ServiceId => Id, Uuid::from;
    SessionId => Id, Uuid::from;
    StaffId => Id, Uuid::from;
    SignInLinkId => Id, Uuid::from;
    &[u8] => Bytes, <[u8]>::to_vec;
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
