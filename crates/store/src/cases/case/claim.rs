//! Queries for claims: which reviewer has which case. A claim is an end time in the case's row and
//! lapses without any action.

use jiff::Timestamp;
use mamori_model::case::{Case, Level, Urgency};
use mamori_model::{Assignment, CaseId, Purpose, StaffId};

use super::{CaseRow, columns, select};
use crate::covered::covered;
use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

/// The condition that a reviewer may claim a case: `$1` is the staff member, `$2` now, `$4` the
/// purpose, `$5` whether escalated cases are included, `$7` the number of the least urgency, `$8` and
/// `$9` their assignment.
macro_rules! free {
    ($engine:ident review_case) => {
        concat!(
            free!(@ "review_case"),
            covered!($engine "review_case.service_id" in "$8", "review_case.purpose" in "$9")
        )
    };
    ($engine:ident sooner) => {
        concat!(
            free!(@ "sooner"),
            covered!($engine "sooner.service_id" in "$8", "sooner.purpose" in "$9")
        )
    };
    (@ $of:literal) => {
        concat!(
            $of,
            ".state = 'open' AND ",
            $of,
            ".bulk_id IS NULL AND ",
            $of,
            ".claimed_by IS NULL AND (",
            $of,
            ".purpose = $4 OR $4 IS NULL) AND ($5 OR ",
            $of,
            ".level = 'reviewer') AND ",
            $of,
            ".urgency <= $7 AND "
        )
    };
}

/// The condition that the reviewer has not skipped the case.
macro_rules! unskipped {
    ($of:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM case_event
                          WHERE case_event.staff_id = $1 AND case_event.case_id = ",
            $of,
            ".id AND case_event.kind = 'skipped')"
        )
    };
}

/// Claims the first case that `free` and `$which` permit: `$3` is the end of the claim, `$6` the
/// name of the transaction.
macro_rules! claim {
    ($engine:ident $name:literal, $which:expr, $lock:literal) => {
        concat!(
            "-- ",
            $name,
            "
        UPDATE review_case
           SET claimed_by = $1, claim_until = $3, claims = claims + 1,
               first_claimed_at = COALESCE(first_claimed_at, $2), handed_to = NULL,
               handed_until = NULL, changed_by = $6
         WHERE id = (SELECT id
                       FROM review_case
                      WHERE ",
            free!($engine review_case),
            "
                        AND ",
            $which,
            "
                      ORDER BY urgency, opened_at, id
                      LIMIT 1",
            $lock,
            ")
        RETURNING ",
            columns!()
        )
    };
}

/// Claims a case that was handed to the reviewer, unless the queue has a more urgent one for them.
macro_rules! handed {
    ($engine:ident $lock:literal) => {
        claim!(
            $engine "claim_handed",
            concat!(
                "handed_to = $1 AND handed_until > $2 AND ",
                unskipped!("review_case"),
                "
                        AND NOT EXISTS (SELECT 1
                                          FROM review_case AS sooner
                                         WHERE sooner.urgency < review_case.urgency
                                           AND (sooner.handed_to IS NULL OR sooner.handed_until <= $2)
                                           AND ",
                free!($engine sooner),
                " AND ",
                unskipped!("sooner"),
                ")"
            ),
            $lock
        )
    };
}

/// The condition that the case is not reserved for another reviewer.
macro_rules! unreserved {
    () => {
        "(handed_to IS NULL OR handed_to = $1 OR handed_until <= $2)"
    };
}

macro_rules! queued {
    ($engine:ident $name:literal, $lock:literal) => {
        claim!(
            $engine $name,
            concat!(unreserved!(), " AND ", unskipped!("review_case")),
            $lock
        )
    };
}

macro_rules! skipped {
    ($engine:ident $lock:literal) => {
        claim!($engine "claim_skipped", unreserved!(), $lock)
    };
}

queries! {
    LOCK_CLAIM_OF = select!("lock_claim_of", "claimed_by = $1"),
        postgres: select!("lock_claim_of", "claimed_by = $1 FOR UPDATE");
    CLAIM_HANDED = handed!(sqlite ""), postgres: handed!(postgres " FOR UPDATE SKIP LOCKED");
    CLAIM_QUEUED = queued!(sqlite "claim_queued", ""),
        postgres: queued!(postgres "claim_queued", " FOR UPDATE SKIP LOCKED");
    CLAIM_ANY = queued!(sqlite "claim_any", ""),
        postgres: queued!(postgres "claim_any", " FOR UPDATE");
    CLAIM_SKIPPED = skipped!(sqlite ""), postgres: skipped!(postgres " FOR UPDATE");
    CLAIM_CASE = concat!("-- claim_case
        UPDATE review_case
           SET claimed_by = $2, claim_until = $4, claims = claims + 1,
               first_claimed_at = COALESCE(first_claimed_at, $3), handed_to = NULL,
               handed_until = NULL, changed_by = $5
         WHERE id = $1 AND state = 'open' AND bulk_id IS NULL AND claimed_by IS NULL
        RETURNING ", columns!());
    EXTEND_CLAIM = "-- extend_claim
        UPDATE review_case
           SET claim_until = $5, changed_by = $6
         WHERE id = $1 AND claimed_by = $2 AND claims = $3 AND claim_until > $4";
    EXTEND_CLAIM_OF = "-- extend_claim_of
        UPDATE review_case
           SET claim_until = $4, changed_by = $5
         WHERE id = $1 AND claimed_by = $2 AND claim_until > $3";
    RELEASE_CLAIM = "-- release_claim
        UPDATE review_case
           SET claimed_by = NULL, claim_until = NULL, level = $2, urgency = $3, handed_to = $4,
               handed_until = $5, changed_by = $6
         WHERE id = $1";
    LOCK_LAPSED_CLAIMS = select!("lock_lapsed_claims", "claimed_by IS NOT NULL AND claim_until <= $1
         ORDER BY claim_until, id LIMIT $2"),
        postgres: select!("lock_lapsed_claims", "claimed_by IS NOT NULL AND claim_until <= $1
         ORDER BY claim_until, id LIMIT $2 FOR UPDATE");
}

/// A request for a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claiming {
    /// The reviewer who claims.
    pub by: StaffId,
    /// The services and policies that the reviewer may work on.
    pub within: Assignment,
    /// Whether the reviewer is a lead, who may claim escalated cases and cases that they skipped.
    pub is_lead: bool,
    /// Only cases of this purpose; `None` for any.
    pub purpose: Option<Purpose>,
    /// Only cases that are at least this urgent.
    pub least_urgency: Urgency,
    /// The current time.
    pub now: Timestamp,
    /// End of the claim.
    pub until: Timestamp,
}

/// The state of a case after its claim is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// The role that may claim it next.
    pub level: Level,
    /// Its urgency.
    pub urgency: Urgency,
    /// The reviewer for whom it is reserved, and until when.
    pub handed: Option<(StaffId, Timestamp)>,
}

impl Tx {
    /// Locks and returns the case that this staff member has claimed, even if the claim has lapsed.
    pub async fn lock_claim_of(&mut self, by: StaffId) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(LOCK_CLAIM_OF.bind(by)).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Claims the next case for a reviewer who has none: by urgency; within one urgency first the
    /// cases that were handed to the reviewer, then by age. Cases that they skipped come last, and
    /// only for a lead. `None` if there is no case for this reviewer.
    pub async fn claim_next(&mut self, who: &Claiming) -> Result<Option<Case>, Error> {
        // `CLAIM_ANY` waits for a case whose row another transaction has locked for a moment, such
        // as one that refuses another case: without it, "no case" could be answered wrongly.
        let mut queries = vec![CLAIM_HANDED, CLAIM_QUEUED, CLAIM_ANY];
        if who.is_lead {
            queries.push(CLAIM_SKIPPED);
        }
        for query in queries {
            let call = query
                .bind(who.by)
                .bind(who.now)
                .bind(who.until)
                .bind(who.purpose.map(Purpose::as_str))
                .bind(who.is_lead)
                .bind(self.name())
                .bind(who.least_urgency.number())
                .within(&who.within);
            if let Some(row) = self.row::<CaseRow>(call).await? {
                return row.read().map(Some);
            }
        }
        Ok(None)
    }

    /// Claims this case, which this transaction has locked, for a reviewer who has none; `None` if it
    /// is claimed, in a bulk decision, or not open.
    pub async fn claim_case(
        &mut self,
        case: CaseId,
        who: &Claiming,
    ) -> Result<Option<Case>, Error> {
        let call =
            CLAIM_CASE.bind(case).bind(who.by).bind(who.now).bind(who.until).bind(self.name());
        let row: Option<CaseRow> = self.row(call).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Extends a claim to `until`; returns `false` if it has lapsed or belongs to another reviewer.
    pub async fn extend_claim(
        &mut self,
        case: CaseId,
        (by, number): (StaffId, u32),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Error> {
        let call =
            EXTEND_CLAIM.bind(case).bind(by).bind(number).bind(now).bind(until).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Extends the claim of this staff member on a case to `until`, whatever its number, if there
    /// is one.
    pub async fn extend_claim_of(
        &mut self,
        case: CaseId,
        by: StaffId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), Error> {
        let call = EXTEND_CLAIM_OF.bind(case).bind(by).bind(now).bind(until).bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Releases the claim on a case, which this transaction has locked.
    pub async fn release_claim(&mut self, case: CaseId, then: Released) -> Result<(), Error> {
        let call = RELEASE_CLAIM
            .bind(case)
            .bind(then.level.as_str())
            .bind(then.urgency.number())
            .bind(then.handed.map(|(to, _)| to))
            .bind(then.handed.map(|(_, until)| until))
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Locks and returns cases whose claim has lapsed, for this transaction to release.
    pub async fn lock_lapsed_claims(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        CaseRow::read_all(self.rows(LOCK_LAPSED_CLAIMS.bind(now).bind(limit)).await?)
    }
}
