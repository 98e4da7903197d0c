//! Queries for bulk decisions and for the cases that they keep out of the queue.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Approval, Assignment, BulkId, Case, CaseId, ItemName, Measures, Outcome, StaffId,
};
use serde::Serialize;
use uuid::Uuid;

use crate::cases::case::{CaseRow, columns};
use crate::covered::{covered, covered_purpose};
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
        SELECT id, state, purpose, policy_version, outcome, reason, measures, cases, items, accounts,
               made_by, made_at, expires_at, approval, not_before, approver_id, resolved_at, undone_by,
               undone_at
          FROM bulk_decision
         WHERE ",
            $rest
        )
    };
}

/// Bulk decisions of which an assignment covers every case: `$1` and `$2`, or both NULL. A case that
/// was removed is not known to be covered.
macro_rules! covered_bulk {
    ($engine:ident $name:literal, $rest:literal) => {
        select!(
            $name,
            concat!(
                covered_purpose!($engine "purpose" in "$2"),
                "
           AND ((SELECT count(*)
                   FROM bulk_case
                   JOIN review_case ON review_case.id = bulk_case.case_id
                  WHERE bulk_case.bulk_id = bulk_decision.id AND ",
                covered!($engine "review_case.service_id" in "$1", "review_case.purpose" in "$2"),
                ") = bulk_decision.cases OR ($1 IS NULL AND $2 IS NULL))
           AND ",
                $rest
            )
        )
    };
}

macro_rules! cases {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT ",
            columns!(),
            "
          FROM review_case
         WHERE id IN ",
            $rest
        )
    };
}

queries! {
    BULK_BY_ID = covered_bulk!(sqlite "bulk_by_id", "id = $3"),
        postgres: covered_bulk!(postgres "bulk_by_id", "id = $3");
    LOCK_BULK = covered_bulk!(sqlite "lock_bulk", "id = $3"),
        postgres: covered_bulk!(postgres "lock_bulk", "id = $3 FOR UPDATE");
    BULKS_PAGE = covered_bulk!(sqlite "bulks_page", "id < $3 AND (made_by = $4 OR $4 IS NULL)
           AND (state = $5 OR $5 IS NULL)
         ORDER BY id DESC LIMIT $6"),
        postgres: covered_bulk!(postgres "bulks_page", "id < $3 AND (made_by = $4 OR $4 IS NULL)
           AND (state = $5 OR $5 IS NULL)
         ORDER BY id DESC LIMIT $6");
    LOCK_PREPARED_BULKS_OF = select!("lock_prepared_bulks_of", "state = 'prepared' AND made_by = $1
         ORDER BY id"),
        postgres: select!("lock_prepared_bulks_of", "state = 'prepared' AND made_by = $1
         ORDER BY id FOR UPDATE");
    LOCK_LAPSED_BULKS = select!("lock_lapsed_bulks", "state = 'prepared' AND expires_at <= $1
         ORDER BY id LIMIT $2"),
        postgres: select!("lock_lapsed_bulks", "state = 'prepared' AND expires_at <= $1
         ORDER BY id LIMIT $2 FOR UPDATE");
    LOCK_CASES = cases!("lock_cases", "(SELECT unhex(value) FROM json_each($1))
         ORDER BY id"),
        postgres: cases!("lock_cases",
            "(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid))
         ORDER BY id FOR UPDATE");
    LOCK_CASES_OF_BULK = cases!("lock_cases_of_bulk",
            "(SELECT case_id FROM bulk_case WHERE bulk_id = $1)
         ORDER BY id"),
        postgres: cases!("lock_cases_of_bulk",
            "(SELECT case_id FROM bulk_case WHERE bulk_id = $1)
         ORDER BY id FOR UPDATE");
    CASES_OF_BULK_PAGE = cases!("cases_of_bulk_page",
            "(SELECT case_id FROM bulk_case WHERE bulk_id = $1) AND id > $2
         ORDER BY id LIMIT $3");
    BULK_VERSIONS = "-- bulk_versions
        SELECT case_id, version FROM bulk_case WHERE bulk_id = $1";
    NAMES_OF_BULK = "-- names_of_bulk
        SELECT bulk_case.case_id, item_match.item_name
          FROM bulk_case
          JOIN case_item ON case_item.case_id = bulk_case.case_id
          JOIN item_match ON item_match.id = case_item.match_id
         WHERE bulk_case.bulk_id = $1
         ORDER BY item_match.id";
    INSERT_BULK = "-- insert_bulk
        INSERT INTO bulk_decision (id, state, purpose, policy_version, outcome, reason, measures,
                                   cases, items, accounts, made_by, made_at, expires_at, approval,
                                   not_before, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    PUT_BULK_CASES = "-- put_bulk_cases
        INSERT INTO bulk_case (bulk_id, case_id, version, changed_by)
        SELECT $1, unhex(value ->> 'id'), value ->> 'version', $3 FROM json_each($2)",
        postgres: "-- put_bulk_cases
        INSERT INTO bulk_case (bulk_id, case_id, version, changed_by)
        SELECT $1, CAST(id AS uuid), version, $3
          FROM json_to_recordset(CAST($2 AS json)) AS given (id text, version bigint)";
    TAKE_INTO_BULK = "-- take_into_bulk
        UPDATE review_case
           SET bulk_id = $1, handed_to = NULL, handed_until = NULL, changed_by = $2
         WHERE id IN (SELECT case_id FROM bulk_case WHERE bulk_id = $1)";
    RELEASE_FROM_BULK = "-- release_from_bulk
        UPDATE review_case SET bulk_id = NULL, changed_by = $2 WHERE bulk_id = $1";
    SET_BULK = "-- set_bulk
        UPDATE bulk_decision
           SET state = $2, approval = $3, not_before = $4, approver_id = $5, resolved_at = $6,
               undone_by = $7, undone_at = $8, changed_by = $9
         WHERE id = $1";
    LAST_OPENED_OF_BULK = "-- last_opened_of_bulk
        SELECT max(happened_at)
          FROM case_event
         WHERE staff_id = $2 AND kind = 'bulk_opened'
           AND case_id IN (SELECT case_id FROM bulk_case WHERE bulk_id = $1)";
    DELETE_BULKS = "-- delete_bulks
        DELETE FROM bulk_decision
         WHERE id IN (SELECT id FROM bulk_decision
                       WHERE made_at < $1
                         AND NOT EXISTS (SELECT 1 FROM bulk_case
                                          WHERE bulk_case.bulk_id = bulk_decision.id)
                       ORDER BY made_at LIMIT $2)";
}

row! {
    struct BulkRow {
        id: Uuid,
        state: String,
        purpose: String,
        policy_version: i64,
        outcome: String,
        reason: String,
        measures: String,
        cases: i64,
        items: i64,
        accounts: i64,
        made_by: Uuid,
        made_at: i64,
        expires_at: i64,
        approval: String,
        not_before: Option<i64>,
        approver_id: Option<Uuid>,
        resolved_at: Option<i64>,
        undone_by: Option<Uuid>,
        undone_at: Option<i64>,
    }
}

impl BulkRow {
    fn read(self) -> Result<Bulk, Error> {
        let not_before = maybe_from_micros(self.not_before, "bulk_decision.not_before")?;
        let measures: Measures =
            serde_json::from_str(&self.measures).or_corrupt("bulk_decision.measures")?;
        let version = u32::try_from(self.policy_version);
        Ok(Bulk {
            id: self.id.into(),
            state: BulkState::parse(&self.state).or_corrupt("bulk_decision.state")?,
            purpose: self.purpose.parse().or_corrupt("bulk_decision.purpose")?,
            policy_version: version.or_corrupt("bulk_decision.policy_version")?,
            outcome: Outcome::parse(&self.outcome).or_corrupt("bulk_decision.outcome")?,
            reason: self.reason.parse().or_corrupt("bulk_decision.reason")?,
            measures,
            cases: u32::try_from(self.cases).or_corrupt("bulk_decision.cases")?,
            items: u32::try_from(self.items).or_corrupt("bulk_decision.items")?,
            accounts: u32::try_from(self.accounts).or_corrupt("bulk_decision.accounts")?,
            made_by: self.made_by.into(),
            made_at: from_micros(self.made_at, "bulk_decision.made_at")?,
            expires_at: from_micros(self.expires_at, "bulk_decision.expires_at")?,
            approval: Approval::parse(&self.approval, not_before)
                .or_corrupt("bulk_decision.approval")?,
            approver_id: self.approver_id.map(Into::into),
            resolved_at: maybe_from_micros(self.resolved_at, "bulk_decision.resolved_at")?,
            undone_by: self.undone_by.map(Into::into),
            undone_at: maybe_from_micros(self.undone_at, "bulk_decision.undone_at")?,
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<Bulk>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

#[derive(Serialize)]
struct NewRow {
    id: String,
    version: u32,
}

fn versions(rows: Vec<(Uuid, i64)>) -> Result<HashMap<CaseId, u32>, Error> {
    let read = |(case, version): (Uuid, i64)| {
        Ok((case.into(), u32::try_from(version).or_corrupt("bulk_case.version")?))
    };
    rows.into_iter().map(read).collect()
}

fn names(rows: Vec<(Uuid, String)>) -> Result<HashMap<CaseId, Vec<ItemName>>, Error> {
    let mut names: HashMap<CaseId, Vec<ItemName>> = HashMap::new();
    for (case, name) in rows {
        let name = name.parse().or_corrupt("item_match.item_name")?;
        names.entry(case.into()).or_default().push(name);
    }
    Ok(names)
}

impl Store {
    /// Returns the item names of the cases of a bulk decision, by case.
    pub async fn names_of_bulk(
        &self,
        bulk: BulkId,
    ) -> Result<HashMap<CaseId, Vec<ItemName>>, Error> {
        names(self.rows(NAMES_OF_BULK.bind(bulk)).await?)
    }

    /// Returns a bulk decision, if `within` covers all of its cases.
    pub async fn bulk(&self, bulk: BulkId, within: &Assignment) -> Result<Option<Bulk>, Error> {
        let call = BULK_BY_ID.call().within(within).bind(bulk);
        let row: Option<BulkRow> = self.row(call).await?;
        row.map(BulkRow::read).transpose()
    }

    /// Returns a page of the bulk decisions of which `within` covers all cases, of the staff member
    /// `by` or of all, in one state or any, the newest first.
    pub async fn bulks(
        &self,
        within: &Assignment,
        by: Option<StaffId>,
        state: Option<BulkState>,
        after: Option<BulkId>,
        size: PageSize,
    ) -> Result<Page<Bulk, BulkId>, Error> {
        let call = BULKS_PAGE
            .call()
            .within(within)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(by)
            .bind(state.map(BulkState::as_str))
            .bind(size.rows().saturating_add(1));
        let bulks = BulkRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(bulks, size, |bulk: &Bulk| bulk.id))
    }

    /// Returns a page of the cases of a bulk decision, the oldest first.
    pub async fn cases_of_bulk(
        &self,
        bulk: BulkId,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<Case, CaseId>, Error> {
        let call = CASES_OF_BULK_PAGE
            .bind(bulk)
            .bind(after.map_or(Uuid::nil(), Uuid::from))
            .bind(size.rows().saturating_add(1));
        let cases = CaseRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(cases, size, |case: &Case| case.id))
    }

    /// Returns the versions of its cases that the preview of a bulk decision showed.
    pub async fn bulk_versions(&self, bulk: BulkId) -> Result<HashMap<CaseId, u32>, Error> {
        versions(self.rows(BULK_VERSIONS.bind(bulk)).await?)
    }
}

impl Tx {
    /// Locks the row of a bulk decision until this transaction ends and returns it, if `within` covers
    /// all of its cases.
    pub async fn lock_bulk(
        &mut self,
        bulk: BulkId,
        within: &Assignment,
    ) -> Result<Option<Bulk>, Error> {
        let call = LOCK_BULK.call().within(within).bind(bulk);
        let row: Option<BulkRow> = self.row(call).await?;
        row.map(BulkRow::read).transpose()
    }

    /// Locks and returns the bulk decisions that this staff member prepared and neither confirmed
    /// nor dropped.
    pub async fn lock_prepared_bulks_of(&mut self, by: StaffId) -> Result<Vec<Bulk>, Error> {
        BulkRow::read_all(self.rows(LOCK_PREPARED_BULKS_OF.bind(by)).await?)
    }

    /// Locks and returns prepared bulk decisions that were not confirmed in time, at most `limit`.
    pub async fn lock_lapsed_bulks(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Bulk>, Error> {
        BulkRow::read_all(self.rows(LOCK_LAPSED_BULKS.bind(now).bind(limit)).await?)
    }

    /// Locks the rows of these cases until this transaction ends and returns those that `within`
    /// covers.
    pub async fn lock_cases(
        &mut self,
        cases: impl IntoIterator<Item = CaseId>,
        within: &Assignment,
    ) -> Result<Vec<Case>, Error> {
        let mut cases = CaseRow::read_all(self.rows(LOCK_CASES.bind(json::ids(cases))).await?)?;
        cases.retain(|case| within.covers(case.service, case.purpose));
        Ok(cases)
    }

    /// Locks the rows of the cases of a bulk decision until this transaction ends and returns them.
    pub async fn lock_cases_of_bulk(&mut self, bulk: BulkId) -> Result<Vec<Case>, Error> {
        CaseRow::read_all(self.rows(LOCK_CASES_OF_BULK.bind(bulk)).await?)
    }

    /// Returns the versions of its cases that the preview of a bulk decision showed.
    pub async fn bulk_versions(&mut self, bulk: BulkId) -> Result<HashMap<CaseId, u32>, Error> {
        versions(self.rows(BULK_VERSIONS.bind(bulk)).await?)
    }

    /// Returns the item names of the cases of a bulk decision, by case.
    pub async fn names_of_bulk(
        &mut self,
        bulk: BulkId,
    ) -> Result<HashMap<CaseId, Vec<ItemName>>, Error> {
        names(self.rows(NAMES_OF_BULK.bind(bulk)).await?)
    }

    /// Adds a bulk decision over `cases`, which this transaction has locked: the queue does not
    /// offer them until they are released from it.
    pub async fn insert_bulk(&mut self, bulk: &Bulk, cases: &[Case]) -> Result<(), Error> {
        let call = INSERT_BULK
            .bind(bulk.id)
            .bind(bulk.state.as_str())
            .bind(bulk.purpose.as_str())
            .bind(bulk.policy_version)
            .bind(bulk.outcome.as_str())
            .bind(bulk.reason.as_str())
            .bind(json::write(&bulk.measures)?)
            .bind(bulk.cases)
            .bind(bulk.items)
            .bind(bulk.accounts)
            .bind(bulk.made_by)
            .bind(bulk.made_at)
            .bind(bulk.expires_at)
            .bind(bulk.approval.as_str())
            .bind(bulk.approval.not_before())
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "bulk decision"))?;
        let rows: Vec<NewRow> = cases
            .iter()
            .map(|case| NewRow { id: json::hex(case.id), version: case.version })
            .collect();
        let call = PUT_BULK_CASES.bind(bulk.id).bind(json::write(&rows)?).bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("case", "bulk decision"))?;
        self.run(TAKE_INTO_BULK.bind(bulk.id).bind(self.name())).await.map(drop)
    }

    /// Returns the cases of a bulk decision, which this transaction has locked, to the queue.
    pub async fn release_from_bulk(&mut self, bulk: BulkId) -> Result<(), Error> {
        self.run(RELEASE_FROM_BULK.bind(bulk).bind(self.name())).await.map(drop)
    }

    /// Updates the state of a bulk decision, which this transaction has locked.
    pub async fn set_bulk(&mut self, bulk: &Bulk) -> Result<(), Error> {
        let call = SET_BULK
            .bind(bulk.id)
            .bind(bulk.state.as_str())
            .bind(bulk.approval.as_str())
            .bind(bulk.approval.not_before())
            .bind(bulk.approver_id)
            .bind(bulk.resolved_at)
            .bind(bulk.undone_by)
            .bind(bulk.undone_at)
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Returns when the staff member, as the second approver, last opened a bulk
    /// decision.
    pub async fn last_opened_of_bulk(
        &mut self,
        bulk: BulkId,
        by: StaffId,
    ) -> Result<Option<Timestamp>, Error> {
        let row: Option<(Option<i64>,)> = self.row(LAST_OPENED_OF_BULK.bind(bulk).bind(by)).await?;
        maybe_from_micros(row.and_then(|(at,)| at), "case_event.happened_at")
    }

    /// Removes bulk decisions from before `before` whose cases are all removed, at most `limit`;
    /// returns how many.
    pub async fn delete_bulks_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_BULKS.bind(before).bind(limit)).await
    }
}
