//! Queries for cases. Matches open them; at most one case with room for items is open for each
//! service, policy and subject.

pub mod claim;
pub mod claim_counts;
pub mod event;
pub mod item;
pub mod list;
pub mod lowering;
pub mod pace;

use jiff::Timestamp;
use mamori_model::case::{Case, CaseState, Claim, Level, Subject, Urgency};
use mamori_model::{Account, Assignment, CaseId, MatchId, Purpose, ServiceId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

/// The columns that a [`CaseRow`] reads.
macro_rules! columns {
    () => {
        "id, service_id, purpose, subject, urgency, level, state, version, items, claimed_by,
               claim_until, claims, handed_to, handed_until, bulk_id, opened_at, first_claimed_at,
               closed_at"
    };
}
pub(crate) use columns;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT ",
            $crate::cases::case::columns!(),
            "
          FROM review_case
         WHERE ",
            $rest
        )
    };
}
pub(crate) use select;

queries! {
    CASE_BY_ID = select!("case_by_id", "id = $1");
    LOCK_CASE = select!("lock_case", "id = $1"),
        postgres: select!("lock_case", "id = $1 FOR UPDATE");
    LOCK_OPEN_CASE_OF_ITEM = select!("lock_open_case_of_item", "state IN ('open', 'proposed')
           AND id IN (SELECT case_id FROM case_item WHERE match_id = $1)
         ORDER BY id DESC LIMIT 1"),
        postgres: select!("lock_open_case_of_item", "state IN ('open', 'proposed')
           AND id IN (SELECT case_id FROM case_item WHERE match_id = $1)
         ORDER BY id DESC LIMIT 1 FOR UPDATE");
    OPEN_OR_JOIN_CASE = "-- open_or_join_case
        INSERT INTO review_case (id, service_id, purpose, subject, account, urgency, level, state,
                                 version, items, is_full, claims, opened_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, 'reviewer', 'open', 1, 1, $7, 0, $8, $10)
        ON CONFLICT (service_id, purpose, subject) WHERE state = 'open' AND NOT is_full
        DO UPDATE SET version = review_case.version + 1, items = review_case.items + 1,
                      is_full = review_case.items + 1 >= $9, changed_by = excluded.changed_by
        RETURNING id";
    TOUCH_CASE = "-- touch_case
        UPDATE review_case SET version = version + 1, changed_by = $2 WHERE id = $1";
    TOUCH_CASES_OF = "-- touch_cases_of
        UPDATE review_case SET version = version + 1, changed_by = $2
         WHERE purpose = $1 AND state = 'open'";
    CLOSE_CASE = "-- close_case
        UPDATE review_case
           SET state = $2, version = version + 1, claimed_by = NULL, claim_until = NULL,
               handed_to = NULL, handed_until = NULL, bulk_id = NULL, closed_at = $3,
               changed_by = $4
         WHERE id = $1";
    REOPEN_CASE = "-- reopen_case
        UPDATE review_case
           SET state = 'open', version = version + 1, is_full = TRUE, level = $2, closed_at = NULL,
               claimed_by = NULL, claim_until = NULL, bulk_id = NULL, changed_by = $3
         WHERE id = $1";
    DELETE_CASES = "-- delete_cases
        DELETE FROM review_case
         WHERE id IN (SELECT id FROM review_case
                       WHERE closed_at < $1 ORDER BY closed_at LIMIT $2)";
}

row! {
    pub(crate) struct CaseRow {
        id: Uuid,
        service_id: Uuid,
        purpose: String,
        subject: String,
        urgency: i64,
        level: String,
        state: String,
        version: i64,
        items: i64,
        claimed_by: Option<Uuid>,
        claim_until: Option<i64>,
        claims: i64,
        handed_to: Option<Uuid>,
        handed_until: Option<i64>,
        bulk_id: Option<Uuid>,
        opened_at: i64,
        first_claimed_at: Option<i64>,
        closed_at: Option<i64>,
    }
}

impl CaseRow {
    pub(crate) fn read(self) -> Result<Case, Error> {
        let urgency = u32::try_from(self.urgency).ok().and_then(Urgency::from_number);
        let number = u32::try_from(self.claims).or_corrupt("review_case.claims")?;
        let claim_until = maybe_from_micros(self.claim_until, "review_case.claim_until")?;
        let handed_until = maybe_from_micros(self.handed_until, "review_case.handed_until")?;
        let claim = self.claimed_by.zip(claim_until);
        Ok(Case {
            id: self.id.into(),
            service: self.service_id.into(),
            purpose: self.purpose.parse().or_corrupt("review_case.purpose")?,
            subject: Subject::parse(&self.subject).or_corrupt("review_case.subject")?,
            urgency: urgency.or_corrupt("review_case.urgency")?,
            level: Level::parse(&self.level).or_corrupt("review_case.level")?,
            state: CaseState::parse(&self.state).or_corrupt("review_case.state")?,
            version: u32::try_from(self.version).or_corrupt("review_case.version")?,
            items: u32::try_from(self.items).or_corrupt("review_case.items")?,
            claim: claim.map(|(by, until)| Claim { by: by.into(), until, number }),
            handed: self.handed_to.map(Into::into).zip(handed_until),
            bulk: self.bulk_id.map(Into::into),
            opened_at: from_micros(self.opened_at, "review_case.opened_at")?,
            first_claimed_at: maybe_from_micros(
                self.first_claimed_at,
                "review_case.first_claimed_at",
            )?,
            closed_at: maybe_from_micros(self.closed_at, "review_case.closed_at")?,
        })
    }

    /// Reads all rows.
    pub(crate) fn read_all(rows: Vec<Self>) -> Result<Vec<Case>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

/// Reads a case and returns it, if `within` covers it.
fn covered(row: Option<CaseRow>, within: &Assignment) -> Result<Option<Case>, Error> {
    let case = row.map(CaseRow::read).transpose()?;
    Ok(case.filter(|case| within.covers(case.service, case.purpose)))
}

/// A case to open for an item, unless its subject has an open one that the item can join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// Id of the case, if it is new.
    pub id: CaseId,
    /// The service that sent the item.
    pub service: ServiceId,
    /// The policy that applies.
    pub purpose: Purpose,
    /// The account that the case is about, or the item if its account is unknown.
    pub subject: Subject,
    /// How urgently a reviewer must see the case.
    pub urgency: Urgency,
    /// Time at which it is opened.
    pub opened_at: Timestamp,
    /// The most items of a case; the next one opens another case.
    pub items_max: u32,
}

impl Store {
    /// Returns a case, if `within` covers it.
    pub async fn case(&self, case: CaseId, within: &Assignment) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(CASE_BY_ID.bind(case)).await?;
        covered(row, within)
    }
}

impl Tx {
    /// Locks the case's row until this transaction ends and returns the case, if `within` covers it.
    pub async fn lock_case(
        &mut self,
        case: CaseId,
        within: &Assignment,
    ) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(LOCK_CASE.bind(case)).await?;
        covered(row, within)
    }

    /// Locks and returns the undecided case that contains this match, if there is one.
    pub async fn lock_open_case_of_item(&mut self, item: MatchId) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(LOCK_OPEN_CASE_OF_ITEM.bind(item)).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Opens a case with one item, or counts one more item in the open case of its subject; returns
    /// the id of the case. The caller inserts the item itself.
    pub async fn open_or_join_case(&mut self, new: &NewCase) -> Result<CaseId, Error> {
        let call = OPEN_OR_JOIN_CASE
            .bind(new.id)
            .bind(new.service)
            .bind(new.purpose.as_str())
            .bind(new.subject.as_key().reveal().as_str())
            .bind(new.subject.account().map(Account::reveal))
            .bind(new.urgency.number())
            .bind(new.items_max <= 1)
            .bind(new.opened_at)
            .bind(new.items_max)
            .bind(self.name());
        let row: Option<(Uuid,)> =
            self.row(call).await.map_err(|error| error.or_taken("service", "case"))?;
        row.map(|(case,)| case.into()).or_corrupt("review_case.id")
    }

    /// Raises the version of a case, because something happened that its decision must consider.
    pub async fn touch_case(&mut self, case: CaseId) -> Result<(), Error> {
        self.run(TOUCH_CASE.bind(case).bind(self.name())).await.map(drop)
    }

    /// Raises the version of every open case under a policy, because something happened that its
    /// decision must consider.
    pub async fn touch_cases_of(&mut self, purpose: Purpose) -> Result<(), Error> {
        self.run(TOUCH_CASES_OF.bind(purpose.as_str()).bind(self.name())).await.map(drop)
    }

    /// Moves a case, which this transaction has locked, to `state` and ends its claim and its part
    /// in a bulk decision. `closed_at` is set for states other than open and proposed; then a
    /// proposal to lower the urgency ends too.
    pub async fn close_case(
        &mut self,
        case: CaseId,
        state: CaseState,
        closed_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let call = CLOSE_CASE.bind(case).bind(state.as_str()).bind(closed_at).bind(self.name());
        self.run(call).await?;
        match closed_at {
            Some(_) => self.delete_lowering(case).await,
            None => Ok(()),
        }
    }

    /// Reopens a case, which this transaction has locked. It takes no new items, because its
    /// subject may have another open case by now.
    pub async fn reopen_case(&mut self, case: CaseId, level: Level) -> Result<(), Error> {
        self.run(REOPEN_CASE.bind(case).bind(level.as_str()).bind(self.name())).await.map(drop)
    }

    /// Removes cases that were closed before `before`, with their events, views, decisions and
    /// actions: at most `limit`; returns how many.
    pub async fn delete_cases_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_CASES.bind(before).bind(limit)).await
    }
}
