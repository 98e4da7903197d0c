//! A query: its name and its text for each engine.

/// One query: its name, which is also its first line, and its text for each engine.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// The name of the constant, in capitals.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL; nearly always the same.
    pub postgres: &'static str,
}

/// Defines the queries of one noun, and `QUERIES`, the list of them.
///
/// One text serves both engines; `postgres:` after it gives another one for PostgreSQL.
macro_rules! queries {
    ($($name:ident = $sqlite:expr $(, postgres: $postgres:expr)?;)+) => {
        $(
            const $name: $crate::query::Query = $crate::query::Query {
                name: stringify!($name),
                sqlite: $sqlite,
                postgres: $crate::query::queries!(@last $sqlite $(, $postgres)?),
            };
        )+
        /// Every query of this noun.
        pub const QUERIES: &[$crate::query::Query] = &[$($name),+];
    };
    (@last $only:expr) => { $only };
    (@last $first:expr, $last:expr) => { $last };
}
pub(crate) use queries;
