//! Queries for disputes. There is at most one open dispute for each entry, service and subject, and at
//! most one for each entry and service to which a lead agreed.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Assignment, BankId, CaseId, DecisionId, Dispute, DisputeId, DisputeScope, DisputeState,
    EntryId, FreeText, ServiceId, StaffId, Subject,
};
use uuid::Uuid;

use crate::covered::{covered_purpose, covered_service};
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:expr) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, bank_id, entry_id, service_id, subject, decision_id, reason, state, opened_at,
               agreed_by, agreed_at, resolved_by, resolved_at, resolved_note
          FROM dispute
         WHERE ",
            $rest
        )
    };
}

/// Disputes that an assignment covers, `$1` and `$2`: their service, and the policies of the bank and
/// of the decision.
macro_rules! covered_dispute {
    ($engine:ident) => {
        concat!(
            covered_service!($engine "service_id" in "$1"),
            "
           AND EXISTS (SELECT 1 FROM bank WHERE bank.id = dispute.bank_id AND ",
            covered_purpose!($engine "bank.purpose" in "$2"),
            ")
           AND (decision_id IS NULL
                OR EXISTS (SELECT 1 FROM decision WHERE decision.id = dispute.decision_id AND ",
            covered_purpose!($engine "decision.purpose" in "$2"),
            "))"
        )
    };
    ($engine:ident $name:literal, $rest:literal) => {
        select!($name, concat!(covered_dispute!($engine), " AND ", $rest))
    };
}

macro_rules! count_open_disputes {
    ($engine:ident) => {
        concat!(
            "-- count_open_disputes
        SELECT CASE WHEN agreed_at IS NULL THEN 0 ELSE 1 END AS is_agreed, count(*)
          FROM dispute
         WHERE state = 'open' AND ",
            covered_dispute!($engine),
            "
         GROUP BY 1"
        )
    };
}

/// Another decision in effect about the same subject that rejects a hit on the same entry.
macro_rules! another {
    () => {
        "(SELECT other.id
                  FROM hit
                  JOIN case_item ON case_item.match_id = hit.match_id
                  JOIN decision AS other ON other.case_id = case_item.case_id
                  JOIN review_case ON review_case.id = other.case_id
                 WHERE review_case.subject = dispute.subject
                   AND hit.bank_id = dispute.bank_id AND hit.entry_id = dispute.entry_id
                   AND hit.action IN ('hold', 'block') AND other.service_id = dispute.service_id
                   AND other.outcome = 'not_a_match' AND other.state = 'standing'
                   AND other.id <> $1
                 ORDER BY other.id LIMIT 1)"
    };
}

queries! {
    DISPUTE_BY_ID = covered_dispute!(sqlite "dispute_by_id", "id = $3"),
        postgres: covered_dispute!(postgres "dispute_by_id", "id = $3");
    DISPUTES_PAGE = covered_dispute!(sqlite "disputes_page", "id < $3
           AND (bank_id = $4 OR $4 IS NULL) AND (state = $5 OR $5 IS NULL)
         ORDER BY id DESC LIMIT $6"),
        postgres: covered_dispute!(postgres "disputes_page", "id < $3
           AND (bank_id = $4 OR $4 IS NULL) AND (state = $5 OR $5 IS NULL)
         ORDER BY id DESC LIMIT $6");
    ACCUSING_ENTRIES = "-- accusing_entries
        SELECT DISTINCT bank_id, entry_id
          FROM hit
         WHERE action IN ('hold', 'block')
           AND match_id IN (SELECT match_id FROM case_item WHERE case_id = $1)
         ORDER BY entry_id";
    LOCK_DISPUTE = covered_dispute!(sqlite "lock_dispute", "id = $3"),
        postgres: covered_dispute!(postgres "lock_dispute", "id = $3 FOR UPDATE");
    COUNT_OPEN_DISPUTES = count_open_disputes!(sqlite), postgres: count_open_disputes!(postgres);
    DISPUTED = "-- disputed
        SELECT entry_id
          FROM dispute
         WHERE state = 'open' AND service_id = $1 AND (agreed_at IS NOT NULL OR subject = $3)
           AND entry_id IN (SELECT value FROM json_each($2))",
        postgres: "-- disputed
        SELECT entry_id
          FROM dispute
         WHERE state = 'open' AND service_id = $1 AND (agreed_at IS NOT NULL OR subject = $3)
           AND entry_id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($2 AS json)) AS bigint)))";
    INSERT_DISPUTE = "-- insert_dispute
        INSERT INTO dispute (id, bank_id, entry_id, service_id, decision_id, reason, state,
                             opened_at, changed_by, subject)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9)
        ON CONFLICT (entry_id, service_id, subject) WHERE state = 'open' DO NOTHING";
    AGREE_DISPUTE = "-- agree_dispute
        UPDATE dispute
           SET agreed_by = $2, agreed_at = $3, changed_by = $4
         WHERE id = $1 AND state = 'open' AND agreed_at IS NULL";
    MAKER_OF_DISPUTE = "-- maker_of_dispute
        SELECT decision.made_by
          FROM dispute
          JOIN decision ON decision.id = dispute.decision_id
         WHERE dispute.id = $1";
    CASE_OF_DISPUTE = "-- case_of_dispute
        SELECT decision.case_id
          FROM dispute
          JOIN decision ON decision.id = dispute.decision_id
         WHERE dispute.id = $1";
    RESOLVE_DISPUTE = "-- resolve_dispute
        UPDATE dispute
           SET state = $2, resolved_by = $3, resolved_at = $4, resolved_note = $5, changed_by = $6,
               subject = NULL
         WHERE id = $1 AND state = 'open'";
    UPHOLD_DISPUTES_OF_ENTRY = "-- uphold_disputes_of_entry
        UPDATE dispute
           SET state = 'upheld', resolved_by = $2, resolved_at = $3, resolved_note = $4,
               changed_by = $5, subject = NULL
         WHERE entry_id = $1 AND state = 'open'";
    TRANSFER_DISPUTES = concat!("-- transfer_disputes
        UPDATE dispute
           SET decision_id = ", another!(), ", agreed_by = NULL, agreed_at = NULL, changed_by = $2
         WHERE decision_id = $1 AND state = 'open' AND EXISTS ", another!());
    TAKE_BACK_OF_DECISION = "-- take_back_of_decision
        UPDATE dispute
           SET state = 'taken_back', resolved_at = $2, changed_by = $3, subject = NULL
         WHERE decision_id = $1 AND state = 'open'";
    TAKE_BACK_OF_SERVICE = "-- take_back_of_service
        UPDATE dispute
           SET state = 'taken_back', resolved_at = $2, changed_by = $3, subject = NULL
         WHERE service_id = $1 AND state = 'open'";
    TAKE_BACK_WITHOUT_DECISION = "-- take_back_without_decision
        UPDATE dispute
           SET state = 'taken_back', resolved_at = $1, changed_by = $3, subject = NULL
         WHERE id IN (SELECT id FROM dispute
                       WHERE state = 'open' AND decision_id IS NULL AND agreed_at IS NULL
                       ORDER BY id LIMIT $2)";
    ERASE_SUBJECTS = "-- erase_subjects
        UPDATE dispute
           SET subject = NULL, changed_by = $2
         WHERE id IN (SELECT id FROM dispute
                       WHERE decision_id IS NULL AND subject IS NOT NULL ORDER BY id LIMIT $1)";
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
        subject: Option<String>,
        decision_id: Option<Uuid>,
        reason: String,
        state: String,
        opened_at: i64,
        agreed_by: Option<Uuid>,
        agreed_at: Option<i64>,
        resolved_by: Option<Uuid>,
        resolved_at: Option<i64>,
        resolved_note: Option<String>,
    }
}

impl DisputeRow {
    fn read(self) -> Result<Dispute, Error> {
        let note = self.resolved_note.map(|note| note.parse()).transpose();
        let subject = self.subject.as_deref();
        let subject =
            subject.map(|key| Subject::parse(key).or_corrupt("dispute.subject")).transpose()?;
        let agreed_at = maybe_from_micros(self.agreed_at, "dispute.agreed_at")?;
        Ok(Dispute {
            id: self.id.into(),
            bank: self.bank_id.into(),
            entry: EntryId::new(self.entry_id).or_corrupt("dispute.entry_id")?,
            service: self.service_id.into(),
            subject,
            decision: self.decision_id.map(Into::into),
            reason: self.reason.parse().or_corrupt("dispute.reason")?,
            state: DisputeState::parse(&self.state).or_corrupt("dispute.state")?,
            opened_at: from_micros(self.opened_at, "dispute.opened_at")?,
            agreed: self.agreed_by.map(Into::into).zip(agreed_at),
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
    /// Returns a dispute, if `within` covers it.
    pub async fn dispute(
        &self,
        dispute: DisputeId,
        within: &Assignment,
    ) -> Result<Option<Dispute>, Error> {
        let call = DISPUTE_BY_ID.call().within(within).bind(dispute);
        let row: Option<DisputeRow> = self.row(call).await?;
        row.map(DisputeRow::read).transpose()
    }

    /// Returns a page of the disputes that `within` covers, of one bank or all, in one state or any,
    /// the newest first.
    pub async fn disputes(
        &self,
        within: &Assignment,
        bank: Option<BankId>,
        state: Option<DisputeState>,
        after: Option<DisputeId>,
        size: PageSize,
    ) -> Result<Page<Dispute, DisputeId>, Error> {
        let call = DISPUTES_PAGE
            .call()
            .within(within)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(bank)
            .bind(state.map(DisputeState::as_str))
            .bind(size.rows().saturating_add(1));
        let disputes = DisputeRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(disputes, size, |dispute: &Dispute| dispute.id))
    }

    /// Returns how many disputes are open that `within` covers, by their scope.
    pub async fn open_dispute_counts(
        &self,
        within: &Assignment,
    ) -> Result<BTreeMap<DisputeScope, u64>, Error> {
        let rows: Vec<(i32, i64)> = self.rows(COUNT_OPEN_DISPUTES.call().within(within)).await?;
        let read = |(is_agreed, count): (i32, i64)| {
            let scope = if is_agreed == 0 { DisputeScope::Account } else { DisputeScope::Service };
            Ok((scope, u64::try_from(count).or_corrupt("dispute.id")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns which of `entries` are disputed for items of this subject at this service, and so do
    /// not act on them by themselves.
    pub async fn disputed(
        &self,
        service: ServiceId,
        subject: &Subject,
        entries: &[EntryId],
    ) -> Result<HashSet<EntryId>, Error> {
        let call = DISPUTED
            .bind(service)
            .bind(json::numbers(entries))
            .bind(subject.as_key().reveal().as_str());
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

    /// Locks the dispute's row until this transaction ends and returns the dispute, if `within` covers
    /// it.
    pub async fn lock_dispute(
        &mut self,
        dispute: DisputeId,
        within: &Assignment,
    ) -> Result<Option<Dispute>, Error> {
        let call = LOCK_DISPUTE.call().within(within).bind(dispute);
        let row: Option<DisputeRow> = self.row(call).await?;
        row.map(DisputeRow::read).transpose()
    }

    /// Opens a dispute; returns `false` if the entry is disputed already for this subject at this
    /// service.
    pub async fn insert_dispute(&mut self, dispute: &Dispute) -> Result<bool, Error> {
        let call = INSERT_DISPUTE
            .bind(dispute.id)
            .bind(dispute.bank)
            .bind(dispute.entry)
            .bind(dispute.service)
            .bind(dispute.decision)
            .bind(dispute.reason.as_str())
            .bind(dispute.opened_at)
            .bind(self.name())
            .bind(dispute.subject.as_ref().map(|subject| subject.as_key().into_revealed()));
        Ok(self.run(call).await.map_err(|error| error.or_taken("bank", "dispute"))? == 1)
    }

    /// Extends an open dispute to its whole service; returns `false` if it is not open or a lead
    /// agreed before. [`Error::Conflict`] if a lead agreed to another dispute about the entry at
    /// this service.
    pub async fn agree_dispute(
        &mut self,
        dispute: DisputeId,
        by: StaffId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = AGREE_DISPUTE.bind(dispute).bind(by).bind(now).bind(self.name());
        Ok(self.run(call).await.map_err(|error| error.or_taken("staff", "dispute"))? == 1)
    }

    /// Returns the staff member who made the decision that a dispute follows from; `None` if the
    /// decision was removed.
    pub async fn maker_of_dispute(&mut self, dispute: DisputeId) -> Result<Option<StaffId>, Error> {
        let row: Option<(Uuid,)> = self.row(MAKER_OF_DISPUTE.bind(dispute)).await?;
        Ok(row.map(|(by,)| by.into()))
    }

    /// Returns the case of the decision that a dispute follows from; `None` if the decision was
    /// removed.
    pub async fn case_of_dispute(&mut self, dispute: DisputeId) -> Result<Option<CaseId>, Error> {
        let row: Option<(Uuid,)> = self.row(CASE_OF_DISPUTE.bind(dispute)).await?;
        Ok(row.map(|(case,)| case.into()))
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

    /// Upholds every open dispute about an entry, which this transaction withdraws.
    pub async fn uphold_disputes_of_entry(
        &mut self,
        entry: EntryId,
        (by, note): (StaffId, &FreeText),
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = UPHOLD_DISPUTES_OF_ENTRY
            .bind(entry)
            .bind(by)
            .bind(now)
            .bind(note.as_str())
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Ends the open disputes of a decision that is undone. If another decision about the same
    /// subject rejects the same entry, the dispute is transferred to that one instead, and no lead
    /// has agreed to it any more.
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

    /// Ends open disputes whose case was deleted and to which no lead agreed, and erases the
    /// subjects of the others whose case was deleted: at most `limit` of each. Returns how many it
    /// ended.
    pub async fn end_disputes_without_case(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        let call = TAKE_BACK_WITHOUT_DECISION.bind(now).bind(limit).bind(self.name());
        let ended = self.run(call).await?;
        self.run(ERASE_SUBJECTS.bind(limit).bind(self.name())).await?;
        Ok(ended)
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
