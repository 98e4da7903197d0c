//! Queries for lists of cases and for counts of the case queue.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mamori_model::case::{Case, CaseState, Level, Subject, Urgency};
use mamori_model::page::{Page, PageSize};
use mamori_model::{Assignment, CaseId, ItemName, Purpose, ServiceId, StaffId};
use uuid::Uuid;

use super::{CaseRow, columns, covered as covered_case, select};
use crate::call::Call;
use crate::covered::covered;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::{maybe_from_micros, to_micros};

/// The first `$4` open cases that the staff member `$1`, a lead if `$2`, whose assignment is `$5` and
/// `$6`, may put into a bulk decision at the time `$3`. A case in which a child may be in danger now
/// (urgency 0) is never decided in bulk.
macro_rules! free {
    ($engine:ident $name:literal, $which:expr) => {
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
            covered!($engine "service_id" in "$5", "purpose" in "$6"),
            "
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
        SELECT id, service_id, purpose, subject FROM review_case WHERE id ",
            $listed
        )
    };
}

/// The condition that a case has a hit on an entry that case `$7` has a hit on.
macro_rules! same_entry {
    () => {
        "purpose = (
                   SELECT ours.purpose FROM review_case AS ours WHERE ours.id = $7)
           AND id IN (SELECT theirs.case_id
                        FROM case_item AS ours
                        JOIN hit AS our_hit ON our_hit.match_id = ours.match_id
                        JOIN hit AS their_hit ON their_hit.bank_id = our_hit.bank_id
                                             AND their_hit.entry_id = our_hit.entry_id
                        JOIN case_item AS theirs ON theirs.match_id = their_hit.match_id
                       WHERE ours.case_id = $7)"
    };
}

/// The newest `$4` cases with an item of the name `$3`.
macro_rules! cases_of_item_name {
    ($engine:ident) => {
        concat!(
            "-- cases_of_item_name
        SELECT ",
            columns!(),
            "
          FROM review_case
         WHERE ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
           AND id IN (SELECT case_item.case_id
                        FROM case_item
                        JOIN item_match ON item_match.id = case_item.match_id
                       WHERE item_match.service_id IN (SELECT id FROM service)
                         AND item_match.item_name = $3)
         ORDER BY id DESC LIMIT $4"
        )
    };
}

macro_rules! queue_counts {
    ($engine:ident) => {
        concat!(
            "-- queue_counts
        SELECT purpose, urgency, level, state,
               CASE WHEN bulk_id IS NULL THEN 0 ELSE 1 END AS in_bulk,
               count(*) AS cases, min(opened_at) AS oldest
          FROM review_case
         WHERE state IN ('open', 'proposed') AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
         GROUP BY 1, 2, 3, 4, 5
         ORDER BY 1, 2, 3, 4, 5"
        )
    };
}

macro_rules! undecided_cases {
    ($engine:ident) => {
        concat!(
            "-- undecided_cases
        SELECT ",
            columns!(),
            "
          FROM review_case
         WHERE state IN ('open', 'proposed') AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
           AND id > $3 AND (state = $4 OR $4 IS NULL) AND (level = $5 OR $5 IS NULL)
           AND (purpose = $6 OR $6 IS NULL) AND (service_id = $7 OR $7 IS NULL)
           AND opened_at <= $8
         ORDER BY id LIMIT $9"
        )
    };
}

/// What the cases belong to that wait for a lead: escalated ones, and those whose decision waits for
/// its second approval.
macro_rules! waiting_for_leads {
    ($engine:ident) => {
        concat!(
            "-- waiting_for_leads
        SELECT DISTINCT service_id, purpose
          FROM review_case
         WHERE state IN ('open', 'proposed') AND (state = 'proposed' OR level = 'lead') AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2")
        )
    };
}

queries! {
    CASE_OF_SERVICE = select!("case_of_service", "service_id = $1 AND id = $2");
    CASES_OF_SERVICE = select!("cases_of_service", "service_id = $1 AND id < $2
           AND (state = $3 OR $3 IS NULL OR ($3 = 'open' AND state = 'proposed'))
         ORDER BY id DESC LIMIT $4");
    CLAIMED_CASE = select!("claimed_case", "claimed_by = $1 AND claim_until > $2");
    CASES_TO_CHOOSE = free!(sqlite "cases_to_choose", "(purpose = $7 OR $7 IS NULL)"),
        postgres: free!(postgres "cases_to_choose", "(purpose = $7 OR $7 IS NULL)");
    CASES_WITH_SAME_ENTRY = free!(sqlite "cases_with_same_entry", same_entry!()),
        postgres: free!(postgres "cases_with_same_entry", same_entry!());
    CASES_OF_ITEM_NAME = cases_of_item_name!(sqlite), postgres: cases_of_item_name!(postgres);
    SUBJECTS_OF_CASES = subjects_of_cases!("IN (SELECT unhex(value) FROM json_each($1))"),
        postgres: subjects_of_cases!(
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))"
        );
    QUEUE_COUNTS = queue_counts!(sqlite), postgres: queue_counts!(postgres);
    UNDECIDED_CASES = undecided_cases!(sqlite), postgres: undecided_cases!(postgres);
    WAITING_FOR_LEADS = waiting_for_leads!(sqlite), postgres: waiting_for_leads!(postgres);
}

/// Which undecided cases to list. Each field that is set narrows the list; there is no filter by
/// account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only cases in this state.
    pub state: Option<CaseState>,
    /// Only cases that need this role.
    pub level: Option<Level>,
    /// Only cases under this policy.
    pub purpose: Option<Purpose>,
    /// Only cases of this service.
    pub service: Option<ServiceId>,
    /// Only cases that were opened at this time or earlier.
    pub opened_until: Option<Timestamp>,
}

/// A staff member who selects several cases at once, which excludes cases that colleagues claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    /// The staff member.
    pub by: StaffId,
    /// The services and policies that they may work on.
    pub within: Assignment,
    /// Whether escalated cases are included.
    pub is_lead: bool,
    /// The current time.
    pub now: Timestamp,
    /// The most cases to return.
    pub limit: u32,
}

impl Choosing {
    fn bind(&self, query: Query) -> Call {
        let call = query.bind(self.by).bind(self.is_lead).bind(self.now).bind(self.limit);
        call.within(&self.within)
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

    /// Returns the case that this staff member has claimed, if the claim has not lapsed and `within`
    /// covers the case.
    pub async fn claimed_case(
        &self,
        by: StaffId,
        within: &Assignment,
        now: Timestamp,
    ) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(CLAIMED_CASE.bind(by).bind(now)).await?;
        covered_case(row, within)
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

    /// Returns the newest `limit` cases that `within` covers with an item of exactly this name.
    pub async fn cases_of_item_name(
        &self,
        item: &ItemName,
        within: &Assignment,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        let call = CASES_OF_ITEM_NAME.call().within(within).bind(item.as_str()).bind(limit);
        CaseRow::read_all(self.rows(call).await?)
    }

    /// Returns what each of these cases is about, and its service; without those that `within` does
    /// not cover.
    pub async fn subjects_of_cases(
        &self,
        cases: impl IntoIterator<Item = CaseId>,
        within: &Assignment,
    ) -> Result<BTreeMap<CaseId, (ServiceId, Subject)>, Error> {
        let call = SUBJECTS_OF_CASES.bind(json::ids(cases));
        let rows: Vec<(Uuid, Uuid, String, String)> = self.rows(call).await?;
        let mut subjects = BTreeMap::new();
        for (case, service, purpose, subject) in rows {
            let purpose = purpose.parse().or_corrupt("review_case.purpose")?;
            if within.covers(service.into(), purpose) {
                let subject = Subject::parse(&subject).or_corrupt("review_case.subject")?;
                subjects.insert(case.into(), (service.into(), subject));
            }
        }
        Ok(subjects)
    }

    /// Returns the number of undecided cases of each kind that `within` covers.
    pub async fn queue_counts(&self, within: &Assignment) -> Result<Vec<QueueCount>, Error> {
        let rows: Vec<CountRow> = self.rows(QUEUE_COUNTS.call().within(within)).await?;
        rows.into_iter().map(CountRow::read).collect()
    }

    /// Returns a page of the undecided cases that `within` covers, the oldest first.
    pub async fn undecided_cases(
        &self,
        within: &Assignment,
        filter: &CaseFilter,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<Case, CaseId>, Error> {
        let call = UNDECIDED_CASES
            .call()
            .within(within)
            .bind(after.map_or(Uuid::nil(), Uuid::from))
            .bind(filter.state.map(CaseState::as_str))
            .bind(filter.level.map(Level::as_str))
            .bind(filter.purpose.map(Purpose::as_str))
            .bind(filter.service)
            .bind(filter.opened_until.map_or(i64::MAX, to_micros))
            .bind(size.rows().saturating_add(1));
        let cases = CaseRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(cases, size, |case: &Case| case.id))
    }

    /// Returns the services and policies, of those that `within` covers, that have cases which wait
    /// for a lead.
    pub async fn waiting_for_leads(
        &self,
        within: &Assignment,
    ) -> Result<Vec<(ServiceId, Purpose)>, Error> {
        let rows: Vec<(Uuid, String)> = self.rows(WAITING_FOR_LEADS.call().within(within)).await?;
        let read = |(service, purpose): (Uuid, String)| {
            Ok((service.into(), purpose.parse().or_corrupt("review_case.purpose")?))
        };
        rows.into_iter().map(read).collect()
    }
}
