//! Queries for approved sources: lists that may be imported into a bank without a further request.

use jiff::Timestamp;
use mamori_model::{BankId, Line};

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    PUT_SOURCE_APPROVAL = "-- put_source_approval
        INSERT INTO source_approval (bank_id, source, is_single, approved_at, ends_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bank_id, source) DO UPDATE
           SET is_single = excluded.is_single, approved_at = excluded.approved_at,
               ends_at = excluded.ends_at, changed_by = excluded.changed_by";
    SOURCE_APPROVAL = "-- source_approval
        SELECT is_single FROM source_approval WHERE bank_id = $1 AND source = $2 AND ends_at > $3";
    DELETE_SOURCE_APPROVAL = "-- delete_source_approval
        DELETE FROM source_approval WHERE bank_id = $1 AND source = $2";
    DELETE_SOURCE_APPROVALS = "-- delete_source_approvals
        DELETE FROM source_approval WHERE bank_id = $1 AND source <> $2";
    DELETE_ENDED_SOURCE_APPROVALS = "-- delete_ended_source_approvals
        DELETE FROM source_approval WHERE ends_at <= $1";
}

impl Tx {
    /// Stores that lists of `source` may be imported into `bank` until `ends_at`, as often as they
    /// come; once, if `is_single`.
    pub async fn put_source_approval(
        &mut self,
        (bank, source): (BankId, &Line),
        is_single: bool,
        now: Timestamp,
        ends_at: Timestamp,
    ) -> Result<(), Error> {
        let call = PUT_SOURCE_APPROVAL
            .bind(bank)
            .bind(source.as_str())
            .bind(is_single)
            .bind(now)
            .bind(ends_at)
            .bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Checks whether a list of `source` may be imported into `bank` now. If that was approved for
    /// one import, this is it. The caller holds the bank's lock.
    pub async fn use_source_approval(
        &mut self,
        bank: BankId,
        source: &Line,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = SOURCE_APPROVAL.bind(bank).bind(source.as_str()).bind(now);
        let approved: Option<(bool,)> = self.row(call).await?;
        if approved == Some((true,)) {
            self.run(DELETE_SOURCE_APPROVAL.bind(bank).bind(source.as_str())).await?;
        }
        Ok(approved.is_some())
    }

    /// Ends the approvals of every source of `bank` but `source`.
    pub async fn end_other_source_approvals(
        &mut self,
        bank: BankId,
        source: &Line,
    ) -> Result<(), Error> {
        self.run(DELETE_SOURCE_APPROVALS.bind(bank).bind(source.as_str())).await?;
        Ok(())
    }

    /// Deletes the approvals that have ended; returns how many.
    pub async fn delete_ended_source_approvals(&mut self, now: Timestamp) -> Result<u64, Error> {
        self.run(DELETE_ENDED_SOURCE_APPROVALS.bind(now)).await
    }
}
