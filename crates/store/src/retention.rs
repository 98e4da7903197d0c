//! Removing what may no longer be kept; `model::retention` says when.
//!
//! Each call removes at most `limit` rows and says how many, so that no transaction is long.

use jiff::Timestamp;

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    DELETE_MATCHES = "-- delete_matches
        DELETE FROM item_match
         WHERE id IN (SELECT id FROM item_match WHERE changed_at < $1 ORDER BY changed_at LIMIT $2)";
    DELETE_DELIVERIES = "-- delete_deliveries
        DELETE FROM delivery
         WHERE id IN (SELECT id FROM delivery WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    PRUNE_CHANGES = "-- prune_changes
        DELETE FROM change
         WHERE seq < $1 AND seq < (SELECT max(seq) FROM change)";
    PRUNE_OLD_CHANGES = "-- prune_old_changes
        DELETE FROM change
         WHERE changed_at < $1 AND seq < (SELECT max(seq) FROM change)";
}

impl Tx {
    /// Removes matches, with their hits, whose verdict last became stricter before `before`.
    pub async fn delete_matches_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_MATCHES.bind(before).bind(limit)).await
    }

    /// Removes deliveries that were promised before `before`, waiting ones too: a job that no
    /// longer finds its delivery is done.
    pub async fn delete_deliveries_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_DELIVERIES.bind(before).bind(limit)).await
    }

    /// Removes changes before `seq`. The newest always stays: its number is the log's end.
    pub async fn prune_changes_before(&mut self, seq: i64) -> Result<u64, Error> {
        self.run(PRUNE_CHANGES.bind(seq)).await
    }

    /// Removes changes older than `before`. A node that was away for longer loads everything.
    pub async fn prune_changes_older_than(&mut self, before: Timestamp) -> Result<u64, Error> {
        self.run(PRUNE_OLD_CHANGES.bind(before)).await
    }
}
