//! Queries for how many checks a bank of known benign pictures cleared, by day (UTC): totals only.

use jiff::civil::Date;
use mamori_model::BankId;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    ADD_CLEARED_CHECKS = "-- add_cleared_checks
        INSERT INTO cleared_checks (bank_id, day, total, changed_by)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (bank_id, day)
        DO UPDATE SET total = cleared_checks.total + excluded.total,
                      changed_by = excluded.changed_by";
    CLEARED_CHECKS = "-- cleared_checks
        SELECT day, total FROM cleared_checks WHERE bank_id = $1 ORDER BY day DESC";
    DELETE_CLEARED_CHECKS = "-- delete_cleared_checks
        DELETE FROM cleared_checks
         WHERE (bank_id, day) IN (SELECT bank_id, day FROM cleared_checks WHERE day < $1 LIMIT $2)";
}

/// How many checks a bank cleared on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearedChecks {
    /// The day, in UTC.
    pub day: Date,
    /// The number of checks, at least 1.
    pub total: u64,
}

impl Store {
    /// Returns how many checks `bank` cleared on each day, the newest day first. Days without any
    /// are left out.
    pub async fn cleared_checks(&self, bank: BankId) -> Result<Vec<ClearedChecks>, Error> {
        let rows: Vec<(String, i64)> = self.rows(CLEARED_CHECKS.bind(bank)).await?;
        let read = |(day, total): (String, i64)| {
            Ok(ClearedChecks {
                day: day.parse().or_corrupt("cleared_checks.day")?,
                total: u64::try_from(total).or_corrupt("cleared_checks.total")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// Adds to the number of checks that `bank` cleared on a day.
    pub async fn add_cleared_checks(
        &mut self,
        bank: BankId,
        more: ClearedChecks,
    ) -> Result<(), Error> {
        let total = i64::try_from(more.total).unwrap_or(i64::MAX);
        let call = ADD_CLEARED_CHECKS.bind(bank).bind(more.day.to_string()).bind(total);
        self.run(call.bind(self.name())).await.map(drop)
    }

    /// Deletes the numbers of days before `before`, at most `limit`; returns how many.
    pub async fn delete_cleared_checks_before(
        &mut self,
        before: Date,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_CLEARED_CHECKS.bind(before.to_string()).bind(limit)).await
    }
}
