//! The texts of all queries, each with a name, so that a test can prepare them on both engines.

/// One query: its name, which is also its first line, and its text for each engine.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// The name of the constant, in capitals.
    pub name: &'static str,
    /// What SQLite is told.
    pub sqlite: &'static str,
    /// What PostgreSQL is told; nearly always the same.
    pub postgres: &'static str,
}

/// Defines the queries of one noun, and `QUERIES`, the list of them.
///
/// One text serves both engines; `postgres:` after it names another for PostgreSQL.
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

/// Every query of this crate.
pub fn all() -> impl Iterator<Item = Query> {
    [
        crate::action::QUERIES,
        crate::attempt::QUERIES,
        crate::bank::QUERIES,
        crate::bulk::QUERIES,
        crate::case::QUERIES,
        crate::case::claim::QUERIES,
        crate::case::event::QUERIES,
        crate::case::item::QUERIES,
        crate::case::list::QUERIES,
        crate::ceremony::QUERIES,
        crate::change::QUERIES,
        crate::credential::QUERIES,
        crate::decision::QUERIES,
        crate::delivery::QUERIES,
        crate::dispute::QUERIES,
        crate::delivery::overview::QUERIES,
        crate::endpoint::QUERIES,
        crate::entry::QUERIES,
        crate::entry::read::QUERIES,
        crate::entry::update::QUERIES,
        crate::entry::withdrawal::QUERIES,
        crate::evidence::QUERIES,
        crate::figures::QUERIES,
        crate::hit::QUERIES,
        crate::import::QUERIES,
        crate::job::QUERIES,
        crate::job::lease::QUERIES,
        crate::key::QUERIES,
        crate::look::QUERIES,
        crate::match_hashes::QUERIES,
        crate::matched::QUERIES,
        crate::migrate::QUERIES,
        crate::policy::QUERIES,
        crate::rest::QUERIES,
        crate::retention::QUERIES,
        crate::secret::QUERIES,
        crate::service::QUERIES,
        crate::session::QUERIES,
        crate::staff::QUERIES,
        crate::staff::event::QUERIES,
        crate::staff::shown::QUERIES,
        crate::ticket::QUERIES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
