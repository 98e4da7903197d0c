//! All queries of this crate, so that a test can prepare them on both engines.

use crate::query::Query;

/// Returns all queries of this crate.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A row lock must be visible where the method is called, so its query and the method that
    /// runs it begin with `lock_`. Queries that write may lock the rows that they choose.
    #[test]
    fn a_query_that_reads_locks_rows_if_and_only_if_its_name_begins_with_lock() {
        for query in all() {
            let text = query.postgres.to_uppercase();
            let locks = ["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "PG_ADVISORY_XACT_LOCK"]
                .iter()
                .any(|words| text.contains(words));
            let writes = text.lines().any(|line| {
                ["UPDATE ", "INSERT ", "DELETE "].iter().any(|verb| line.trim().starts_with(verb))
            });

            assert_eq!(query.name.starts_with("LOCK_"), locks && !writes, "{}", query.name);
        }
    }
}
