//! Queries that remove data at the end of their retention term, which `model::retention` defines.
//!
//! Each call removes at most `limit` rows and returns how many, so that no transaction is long.

use jiff::Timestamp;

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    DELETE_MATCHES = "-- delete_matches
        DELETE FROM item_match
         WHERE id IN (SELECT id FROM item_match
                       WHERE changed_at < $1
                         AND NOT EXISTS (SELECT 1 FROM case_item
                                          WHERE case_item.match_id = item_match.id)
                         AND NOT EXISTS (SELECT 1 FROM evidence
                                          WHERE evidence.match_id = item_match.id
                                            AND evidence.wrapped_key IS NOT NULL)
                       ORDER BY changed_at LIMIT $2)";
    DELETE_DELIVERIES = "-- delete_deliveries
        DELETE FROM delivery
         WHERE id IN (SELECT id FROM delivery WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    DELETE_IMPORTS = "-- delete_imports
        DELETE FROM import
         WHERE id IN (SELECT id FROM import
                       WHERE changed_at < $1 AND state <> 'running'
                       ORDER BY changed_at LIMIT $2)";
    INTERRUPT_IMPORTS = "-- interrupt_imports
        UPDATE import
           SET state = 'interrupted', changed_by = $2
         WHERE state = 'running' AND changed_at < $1";
    PRUNE_CHANGES = "-- prune_changes
        DELETE FROM change
         WHERE seq IN (SELECT seq FROM change
                        WHERE seq < COALESCE((SELECT min(seq) FROM change WHERE changed_at >= $1),
                                             (SELECT max(seq) FROM change))
                        ORDER BY seq LIMIT $2)";
}

impl Tx {
    /// Removes matches, with their hits, that last changed (a stricter verdict, new hashes or new
    /// hits) before `before`. A match in a case is kept as long as the case, and one whose bytes
    /// are kept as long as these.
    pub async fn delete_matches_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_MATCHES.bind(before).bind(limit)).await
    }

    /// Removes deliveries that were created before `before`, even if they are waiting: the job of a
    /// removed delivery ends without sending.
    pub async fn delete_deliveries_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_DELIVERIES.bind(before).bind(limit)).await
    }

    /// Removes imports that are no longer running and last progressed before `before`.
    pub async fn delete_imports_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_IMPORTS.bind(before).bind(limit)).await
    }

    /// Marks running imports as interrupted that have not progressed since `before`; returns how
    /// many. An import that progresses after all updates its own state.
    pub async fn interrupt_imports(&mut self, before: Timestamp) -> Result<u64, Error> {
        self.run(INTERRUPT_IMPORTS.bind(before).bind(self.name())).await
    }

    /// Removes the beginning of the change log, up to the first change that is not older than
    /// `before`: never one from the middle, whatever the clocks of the nodes said. The newest
    /// change always stays, because its number is the log's end. A node that was away for longer
    /// loads everything.
    pub async fn prune_changes_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(PRUNE_CHANGES.bind(before).bind(limit)).await
    }
}
