//! Queries for disputes. There is at most one open dispute for each entry and service.

use std::collections::HashSet;

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    BankId, CaseId, DecisionId, Dispute, DisputeId, DisputeState, EntryId, FreeText, ServiceId,
    StaffId,
};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, bank_id, entry_id, service_id, decision_id, reason, state, opened_at, resolved_by,
               resolved_at, resolved_note
          FROM dispute
         WHERE ",
            $rest
        )
    };
}

/// Another decision in effect at the same service that rejects a hit on the same entry.
macro_rules! another {
    () => {
        "(SELECT other.id
                  FROM hit
                  JOIN case_item ON case_item.match_id = hit.match_id
                  JOIN decision AS other ON other.case_id = case_item.case_id
                 WHERE hit.bank_id = dispute.bank_id AND hit.entry_id = dispute.entry_id
                   AND hit.action IN ('hold', 'block') AND other.service_id = dispute.service_id
                   AND other.outcome = 'not_a_match' AND other.state = 'standing'
                   AND other.id <> $1
                 ORDER BY other.id LIMIT 1)"
    };
}

queries! {
    DISPUTE_BY_ID = select!("dispute_by_id", "id = $1");
    DISPUTES_PAGE = select!("disputes_page", "id < $1 AND (bank_id = $2 OR $2 IS NULL)
           AND (state = $3 OR $3 IS NULL)
         ORDER BY id DESC LIMIT $4");
    ACCUSING_ENTRIES = "-- accusing_entries
        SELECT DISTINCT bank_id, entry_id
          FROM hit
         WHERE action IN ('hold', 'block')
           AND match_id IN (SELECT match_id FROM case_item WHERE case_id = $1)
         ORDER BY entry_id";
    DISPUTED = "-- disputed
        SELECT entry_id
          FROM dispute
         WHERE state = 'open' AND service_id = $1
           AND entry_id IN (SELECT value FROM json_each($2))",
        postgres: "-- disputed
        SELECT entry_id
          FROM dispute
         WHERE state = 'open' AND service_id = $1
           AND entry_id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($2 AS json)) AS bigint)))";
    INSERT_DISPUTE = "-- insert_dispute
        INSERT INTO dispute (id, bank_id, entry_id, service_id, decision_id, reason, state,
                             opened_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)
        ON CONFLICT (entry_id, service_id) WHERE state = 'open' DO NOTHING";
    MAKER_OF_DISPUTE = "-- maker_of_dispute
        SELECT decision.made_by
          FROM dispute
          JOIN decision ON decision.id = dispute.decision_id
         WHERE dispute.id = $1";
    RESOLVE_DISPUTE = "-- resolve_dispute
        UPDATE dispute
           SET state = $2, resolved_by = $3, resolved_at = $4, resolved_note = $5, changed_by = $6
         WHERE id = $1 AND state = 'open'";
    TRANSFER_DISPUTES = concat!("-- transfer_disputes
        UPDATE dispute
           SET decision_id = ", another!(), ", changed_by = $2
         WHERE decision_id = $1 AND state = 'open' AND EXISTS ", another!());
    TAKE_BACK_OF_DECISION = "-- take_back_of_decision
        UPDATE dispute
           SET state = 'taken_back', resolved_at = $2, changed_by = $3
         WHERE decision_id = $1 AND state = 'open'";
    TAKE_BACK_OF_SERVICE = "-- take_back_of_service
        UPDATE dispute
           SET state = 'taken_back', resolved_at = $2, changed_by = $3
         WHERE service_id = $1 AND state = 'open'";
    DELETE_DISPUTES = "-- delete_disputes
        DELETE FROM dispute
         WHERE id IN (SELECT id FROM dispute
                       WHERE resolved_at < $1 ORDER BY resolved_at LIMIT $2)";
}

row! {
    struct DisputeRow {
        id: Uuid,
        bank_id: Uuid,
        entry_id: i64,
        service_id: Uuid,
        decision_id: Option<Uuid>,
        reason: String,
        state: String,
        opened_at: i64,
        resolved_by: Option<Uuid>,
        resolved_at: Option<i64>,
        resolved_note: Option<String>,
    }
}

impl DisputeRow {
    fn read(self) -> Result<Dispute, Error> {
        let note = self.resolved_note.map(|note| note.parse()).transpose();
        Ok(Dispute {
            id: self.id.into(),
            bank: self.bank_id.into(),
            entry: EntryId::new(self.entry_id).or_corrupt("dispute.entry_id")?,
            service: self.service_id.into(),
            decision: self.decision_id.map(Into::into),
            reason: self.reason.parse().or_corrupt("dispute.reason")?,
            state: DisputeState::parse(&self.state).or_corrupt("dispute.state")?,
            opened_at: from_micros(self.opened_at, "dispute.opened_at")?,
            resolved_by: self.resolved_by.map(Into::into),
            resolved_at: maybe_from_micros(self.resolved_at, "dispute.resolved_at")?,
            resolved_note: note.or_corrupt("dispute.resolved_note")?,
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<Dispute>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

impl Store {
    /// Returns a dispute.
    pub async fn dispute(&self, dispute: DisputeId) -> Result<Option<Dispute>, Error> {
        let row: Option<DisputeRow> = self.row(DISPUTE_BY_ID.bind(dispute)).await?;
        row.map(DisputeRow::read).transpose()
    }

    /// Returns a page of disputes, of one bank or all, in one state or any, the newest first.
    pub async fn disputes(
        &self,
        bank: Option<BankId>,
        state: Option<DisputeState>,
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        let call = DISPUTES_PAGE
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(bank)
            .bind(state.map(DisputeState::as_str))
            .bind(size.rows().saturating_add(1));
        let disputes = DisputeRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(disputes, size, |dispute: &Dispute| dispute.id))
    }

    /// Returns which of `entries` are disputed at this service, and so do not act by themselves
    /// there.
    pub async fn disputed(
        &self,
        service: ServiceId,
        entries: &[EntryId],
    ) -> Result<HashSet<EntryId>, Error> {
        let call = DISPUTED.bind(service).bind(json::numbers(entries));
        let rows: Vec<(i64,)> = self.rows(call).await?;
        rows.into_iter()
            .map(|(entry,)| EntryId::new(entry).or_corrupt("dispute.entry_id"))
            .collect()
    }
}

impl Tx {
    /// Returns the entries because of which the items of a case were held or blocked.
    pub async fn accusing_entries(
        &mut self,
        case: CaseId,
    ) -> Result<Vec<(BankId, EntryId)>, Error> {
        let rows: Vec<(Uuid, i64)> = self.rows(ACCUSING_ENTRIES.bind(case)).await?;
        rows.into_iter()
            .map(|(bank, entry)| Ok((bank.into(), EntryId::new(entry).or_corrupt("hit.entry_id")?)))
            .collect()
    }

    /// Opens a dispute; returns `false` if the entry is disputed at this service already.
    pub async fn insert_dispute(&mut self, dispute: &Dispute) -> Result<bool, Error> {
        let call = INSERT_DISPUTE
            .bind(dispute.id)
            .bind(dispute.bank)
            .bind(dispute.entry)
            .bind(dispute.service)
            .bind(dispute.decision)
            .bind(dispute.reason.as_str())
            .bind(dispute.opened_at)
            .bind(self.name());
        Ok(self.run(call).await.map_err(|error| error.or_taken("bank", "dispute"))? == 1)
    }

    /// Returns the staff member who made the decision that a dispute follows from; `None` if the
    /// decision was removed.
    pub async fn maker_of_dispute(&mut self, dispute: DisputeId) -> Result<Option<StaffId>, Error> {
        let row: Option<(Uuid,)> = self.row(MAKER_OF_DISPUTE.bind(dispute)).await?;
        Ok(row.map(|(by,)| by.into()))
    }

    /// Resolves an open dispute; returns `false` if it is not open.
    pub async fn resolve_dispute(
        &mut self,
        dispute: DisputeId,
        state: DisputeState,
        (by, note): (StaffId, &FreeText),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = RESOLVE_DISPUTE
            .bind(dispute)
            .bind(state.as_str())
            .bind(by)
            .bind(now)
            .bind(note.as_str())
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Ends the open disputes of a decision that is undone. If another decision rejects the same
    /// entry, the dispute is transferred to that one instead.
    pub async fn take_back_disputes(
        &mut self,
        decision: DecisionId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(TRANSFER_DISPUTES.bind(decision).bind(self.name())).await?;
        self.run(TAKE_BACK_OF_DECISION.bind(decision).bind(now).bind(self.name())).await.map(drop)
    }

    /// Ends the open disputes of a service that is being deleted.
    pub async fn take_back_disputes_of(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(TAKE_BACK_OF_SERVICE.bind(service).bind(now).bind(self.name())).await.map(drop)
    }

    /// Removes disputes that were resolved before `before`, at most `limit`; returns how many.
    pub async fn delete_disputes_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_DISPUTES.bind(before).bind(limit)).await
    }
}
