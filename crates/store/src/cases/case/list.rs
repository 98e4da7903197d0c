//! Queries for lists of cases and for counts of the case queue.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mamori_model::case::{Case, CaseState, Level, Subject, Urgency};
use mamori_model::page::{Page, PageSize};
use mamori_model::{CaseId, ItemName, Purpose, ServiceId, StaffId};
use uuid::Uuid;

use super::{CaseRow, columns, select};
use crate::call::Call;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::maybe_from_micros;

/// The first `$4` open cases that the staff member `$1`, a lead if `$2`, may put into a bulk
/// decision at the time `$3`. A case in which a child may be in danger now (urgency 0) is never
/// decided in bulk.
macro_rules! free {
    ($name:literal, $which:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT ",
            columns!(),
            "
          FROM review_case
         WHERE state = 'open' AND bulk_id IS NULL AND (level = 'reviewer' OR $2) AND urgency > 0
           AND (claimed_by IS NULL OR claimed_by = $1 OR claim_until <= $3)
           AND ",
            $which,
            "
         ORDER BY urgency, opened_at, id LIMIT $4"
        )
    };
}

/// What some cases are about. Each engine needs its own form of the list.
macro_rules! subjects_of_cases {
    ($listed:literal) => {
        concat!(
            "-- subjects_of_cases
        SELECT id, service_id, subject FROM review_case WHERE id ",
            $listed
        )
    };
}

queries! {
    CASE_OF_SERVICE = select!("case_of_service", "service_id = $1 AND id = $2");
    CASES_OF_SERVICE = select!("cases_of_service", "service_id = $1 AND id < $2
           AND (state = $3 OR $3 IS NULL OR ($3 = 'open' AND state = 'proposed'))
         ORDER BY id DESC LIMIT $4");
    CLAIMED_CASE = select!("claimed_case", "claimed_by = $1 AND claim_until > $2");
    CASES_TO_CHOOSE = free!("cases_to_choose", "(purpose = $5 OR $5 IS NULL)");
    CASES_WITH_SAME_ENTRY = free!("cases_with_same_entry", "purpose = (
                   SELECT ours.purpose FROM review_case AS ours WHERE ours.id = $5)
           AND id IN (SELECT theirs.case_id
                        FROM case_item AS ours
                        JOIN hit AS our_hit ON our_hit.match_id = ours.match_id
                        JOIN hit AS their_hit ON their_hit.bank_id = our_hit.bank_id
                                             AND their_hit.entry_id = our_hit.entry_id
                        JOIN case_item AS theirs ON theirs.match_id = their_hit.match_id
                       WHERE ours.case_id = $5)");
    CASES_OF_ITEM_NAME = concat!("-- cases_of_item_name
        SELECT ", columns!(), "
          FROM review_case
         WHERE id IN (SELECT case_item.case_id
                        FROM case_item
                        JOIN item_match ON item_match.id = case_item.match_id
                       WHERE item_match.service_id IN (SELECT id FROM service)
                         AND item_match.item_name = $1)
         ORDER BY id DESC LIMIT $2");
    SUBJECTS_OF_CASES = subjects_of_cases!("IN (SELECT unhex(value) FROM json_each($1))"),
        postgres: subjects_of_cases!(
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))"
        );
    QUEUE_COUNTS = "-- queue_counts
        SELECT purpose, urgency, level, state,
               CASE WHEN bulk_id IS NULL THEN 0 ELSE 1 END AS in_bulk,
               count(*) AS cases, min(opened_at) AS oldest
          FROM review_case
         WHERE state IN ('open', 'proposed')
         GROUP BY 1, 2, 3, 4, 5
         ORDER BY 1, 2, 3, 4, 5";
}

/// A staff member who selects several cases at once, which excludes cases that colleagues claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choosing {
    /// The staff member.
    pub by: StaffId,
    /// Whether escalated cases are included.
    pub is_lead: bool,
    /// The current time.
    pub now: Timestamp,
    /// The most cases to return.
    pub limit: u32,
}

impl Choosing {
    fn bind(&self, query: Query) -> Call {
        query.bind(self.by).bind(self.is_lead).bind(self.now).bind(self.limit)
    }
}

/// Number of undecided cases of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueCount {
    /// Their policy.
    pub purpose: Purpose,
    /// Their urgency.
    pub urgency: Urgency,
    /// The role that may claim them.
    pub level: Level,
    /// Open, or proposed.
    pub state: CaseState,
    /// Whether they are in a bulk decision.
    pub is_in_bulk: bool,
    /// Number of cases.
    pub cases: u64,
    /// Time at which the oldest was opened.
    pub oldest: Timestamp,
}

row! {
    struct CountRow {
        purpose: String,
        urgency: i64,
        level: String,
        state: String,
        // The column is an expression, so its type is that of the literals.
        in_bulk: i32,
        cases: i64,
        oldest: Option<i64>,
    }
}

impl CountRow {
    fn read(self) -> Result<QueueCount, Error> {
        let urgency = u32::try_from(self.urgency).ok().and_then(Urgency::from_number);
        let oldest = maybe_from_micros(self.oldest, "review_case.opened_at")?;
        Ok(QueueCount {
            purpose: self.purpose.parse().or_corrupt("review_case.purpose")?,
            urgency: urgency.or_corrupt("review_case.urgency")?,
            level: Level::parse(&self.level).or_corrupt("review_case.level")?,
            state: CaseState::parse(&self.state).or_corrupt("review_case.state")?,
            is_in_bulk: self.in_bulk != 0,
            cases: u64::try_from(self.cases).or_corrupt("review_case.id")?,
            oldest: oldest.or_corrupt("review_case.opened_at")?,
        })
    }
}

impl Store {
    /// Returns the case, if it belongs to this service.
    pub async fn case_of_service(
        &self,
        service: ServiceId,
        case: CaseId,
    ) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(CASE_OF_SERVICE.bind(service).bind(case)).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Returns a page of the cases of a service, in one state or any, the newest first. To a
    /// service, a case that waits for a second approver is open.
    pub async fn cases_of_service(
        &self,
        service: ServiceId,
        state: Option<CaseState>,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<Case, CaseId>, Error> {
        let call = CASES_OF_SERVICE
            .bind(service)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(state.map(CaseState::as_str))
            .bind(size.rows().saturating_add(1));
        let cases = CaseRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(cases, size, |case: &Case| case.id))
    }

    /// Returns the case that this staff member has claimed, if the claim has not lapsed.
    pub async fn claimed_case(&self, by: StaffId, now: Timestamp) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(CLAIMED_CASE.bind(by).bind(now)).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Returns the open cases of one policy or any that the staff member may select, in queue
    /// order.
    pub async fn cases_to_choose(
        &self,
        who: &Choosing,
        purpose: Option<Purpose>,
    ) -> Result<Vec<Case>, Error> {
        let call = who.bind(CASES_TO_CHOOSE).bind(purpose.map(Purpose::as_str));
        CaseRow::read_all(self.rows(call).await?)
    }

    /// Returns those of them under the policy of `case` that have an item with a hit on the same
    /// entry as an item of `case`; `case` itself included.
    pub async fn cases_with_same_entry(
        &self,
        who: &Choosing,
        case: CaseId,
    ) -> Result<Vec<Case>, Error> {
        CaseRow::read_all(self.rows(who.bind(CASES_WITH_SAME_ENTRY).bind(case)).await?)
    }

    /// Returns the newest `limit` cases of all services with an item of exactly this name.
    pub async fn cases_of_item_name(
        &self,
        item: &ItemName,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        CaseRow::read_all(self.rows(CASES_OF_ITEM_NAME.bind(item.as_str()).bind(limit)).await?)
    }

    /// Returns what each of these cases is about, and its service.
    pub async fn subjects_of_cases(
        &self,
        cases: impl IntoIterator<Item = CaseId>,
    ) -> Result<BTreeMap<CaseId, (ServiceId, Subject)>, Error> {
        let call = SUBJECTS_OF_CASES.bind(json::ids(cases));
        let rows: Vec<(Uuid, Uuid, String)> = self.rows(call).await?;
        let read = |(case, service, subject): (Uuid, Uuid, String)| {
            let subject = Subject::parse(&subject).or_corrupt("review_case.subject")?;
            Ok((case.into(), (service.into(), subject)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the number of undecided cases of each kind.
    pub async fn queue_counts(&self) -> Result<Vec<QueueCount>, Error> {
        let rows: Vec<CountRow> = self.rows(QUEUE_COUNTS.call()).await?;
        rows.into_iter().map(CountRow::read).collect()
    }
}
