//! Rows: structs whose fields are read from the columns of the same names, on both engines.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

/// What a query returns on both engines: a struct made by [`row!`], or a tuple.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// Rows as one engine returned them.
pub enum Rows {
    /// Rows of SQLite.
    Sqlite(Vec<SqliteRow>),
    /// Rows of PostgreSQL.
    Postgres(Vec<PgRow>),
}

impl Rows {
    /// Reads every row as a `T`.
    pub fn read<T: Row>(&self) -> Result<Vec<T>, sqlx::Error> {
        match self {
            Self::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Self::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        }
    }
}

/// Defines a struct and how to read it by the names of its fields.
///
/// The derive macro of `sqlx` does the same, but compiles both drivers, including SQLite's C code,
/// a second time for the build machine: a minute of processor time.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$about:meta])* $shown:vis $field:ident: $type:ty,)+
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$about])* $shown $field: $type,)+
        }
        $crate::row::row!(@from sqlx::sqlite::SqliteRow, $name { $($field),+ });
        $crate::row::row!(@from sqlx::postgres::PgRow, $name { $($field),+ });
    };
    (@from $row:ty, $name:ident { $($field:ident),+ }) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use row;
