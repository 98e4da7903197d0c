//! All queries of this crate, so that a test can prepare them on both engines.

use crate::query::Query;

/// Returns all queries of this crate.
pub fn all() -> impl Iterator<Item = Query> {
    [
        crate::actions::action::QUERIES,
        crate::approvals::installation::QUERIES,
        crate::approvals::notice::QUERIES,
        crate::approvals::request::QUERIES,
        crate::approvals::source::QUERIES,
        crate::staff::attempt::QUERIES,
        crate::audit::chain::QUERIES,
        crate::audit::event::QUERIES,
        crate::banks::bank::QUERIES,
        crate::banks::version::QUERIES,
        crate::banks::cleared_checks::QUERIES,
        crate::decisions::bulk::QUERIES,
        crate::cases::case::QUERIES,
        crate::cases::case::claim::QUERIES,
        crate::cases::case::claim_counts::QUERIES,
        crate::cases::case::event::QUERIES,
        crate::cases::case::item::QUERIES,
        crate::cases::case::list::QUERIES,
        crate::cases::case::lowering::QUERIES,
        crate::cases::case::pace::QUERIES,
        crate::staff::ceremony::QUERIES,
        crate::node::change::QUERIES,
        crate::node::last_sweep::QUERIES,
        crate::node::write_probe::QUERIES,
        crate::staff::credential::QUERIES,
        crate::decisions::decision::QUERIES,
        crate::decisions::earlier_outcomes::QUERIES,
        crate::webhooks::delivery::QUERIES,
        crate::webhooks::delivery::next_attempt::QUERIES,
        crate::banks::dispute::QUERIES,
        crate::webhooks::delivery::overview::QUERIES,
        crate::webhooks::endpoint::QUERIES,
        crate::webhooks::endpoint::condition::QUERIES,
        crate::banks::entry::QUERIES,
        crate::banks::entry::read::QUERIES,
        crate::banks::entry::update::QUERIES,
        crate::banks::entry::withdrawal::QUERIES,
        crate::evidence::object::QUERIES,
        crate::evidence::space::QUERIES,
        crate::overview::figures::QUERIES,
        crate::checks::hit::QUERIES,
        crate::checks::item_context::QUERIES,
        crate::banks::import::QUERIES,
        crate::node::job::QUERIES,
        crate::node::job::lease::QUERIES,
        crate::services::key::QUERIES,
        crate::viewing::item_facts::QUERIES,
        crate::services::leaving::QUERIES,
        crate::viewing::item_view::QUERIES,
        crate::checks::match_hashes::QUERIES,
        crate::checks::matched::QUERIES,
        crate::notifications::danger_alert::QUERIES,
        crate::notifications::notification::QUERIES,
        crate::notifications::waiting::QUERIES,
        crate::migrate::QUERIES,
        crate::decisions::policy::QUERIES,
        crate::decisions::saved_reasons::QUERIES,
        crate::staff::reviewer_break::QUERIES,
        crate::retention::QUERIES,
        crate::staff::secret::QUERIES,
        crate::services::service::QUERIES,
        crate::staff::session::QUERIES,
        crate::staff::person::QUERIES,
        crate::staff::person::display_name::QUERIES,
        crate::staff::sign_in_link::QUERIES,
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
