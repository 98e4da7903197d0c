//! Claims: who has which case in hand. A claim is a time in a row that lapses by itself.

use jiff::Timestamp;
use mamori_model::case::{Case, Level, Urgency};
use mamori_model::{CaseId, Purpose, StaffId};

use super::{CaseRow, columns, select};
use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

/// What somebody may take: `$1` is who, `$2` now, `$4` the purpose, `$5` whether they may have what
/// was escalated.
macro_rules! free {
    ($of:literal) => {
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
            ".level = 'anybody')"
        )
    };
}

/// That they did not skip it.
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

/// The case that a claim takes next: beside `free`, `$3` is until when, `$6` the transaction.
macro_rules! claim {
    ($name:literal, $which:expr, $lock:literal) => {
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
            free!("review_case"),
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

/// What was handed to them, unless something more urgent waits that they could have.
macro_rules! handed {
    ($lock:literal) => {
        claim!(
            "claim_handed",
            concat!(
                "handed_to = $1 AND handed_until > $2 AND ",
                unskipped!("review_case"),
                "
                        AND NOT EXISTS (SELECT 1
                                          FROM review_case AS sooner
                                         WHERE sooner.urgency < review_case.urgency
                                           AND (sooner.handed_to IS NULL OR sooner.handed_until <= $2)
                                           AND ",
                free!("sooner"),
                " AND ",
                unskipped!("sooner"),
                ")"
            ),
            $lock
        )
    };
}

/// What is kept for nobody else.
macro_rules! unkept {
    () => {
        "(handed_to IS NULL OR handed_to = $1 OR handed_until <= $2)"
    };
}

macro_rules! queued {
    ($name:literal, $lock:literal) => {
        claim!($name, concat!(unkept!(), " AND ", unskipped!("review_case")), $lock)
    };
}

macro_rules! skipped {
    ($lock:literal) => {
        claim!("claim_skipped", unkept!(), $lock)
    };
}

queries! {
    LOCK_CLAIM_OF = select!("lock_claim_of", "claimed_by = $1"),
        postgres: select!("lock_claim_of", "claimed_by = $1 FOR UPDATE");
    CLAIM_HANDED = handed!(""), postgres: handed!(" FOR UPDATE SKIP LOCKED");
    CLAIM_QUEUED = queued!("claim_queued", ""),
        postgres: queued!("claim_queued", " FOR UPDATE SKIP LOCKED");
    CLAIM_ANY = queued!("claim_any", ""), postgres: queued!("claim_any", " FOR UPDATE");
    CLAIM_SKIPPED = skipped!(""), postgres: skipped!(" FOR UPDATE");
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
    KEEP_CLAIM_ON = "-- keep_claim_on
        UPDATE review_case
           SET claim_until = $4, changed_by = $5
         WHERE id = $1 AND claimed_by = $2 AND claim_until > $3";
    RELEASE_CLAIM = "-- release_claim
        UPDATE review_case
           SET claimed_by = NULL, claim_until = NULL, level = $2, urgency = $3, handed_to = $4,
               handed_until = $5, changed_by = $6
         WHERE id = $1";
    LOCK_LAPSED_CLAIMS = select!("lock_lapsed_claims", "claimed_by IS NOT NULL AND claim_until <= $1
         ORDER BY id LIMIT $2"),
        postgres: select!("lock_lapsed_claims", "claimed_by IS NOT NULL AND claim_until <= $1
         ORDER BY id LIMIT $2 FOR UPDATE");
}

/// Who claims, and what they want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claiming {
    /// Who.
    pub by: StaffId,
    /// Whether they may have what was escalated, and what they skipped.
    pub is_lead: bool,
    /// Cases of one purpose, or any.
    pub purpose: Option<Purpose>,
    /// Now.
    pub now: Timestamp,
    /// Until when they have it.
    pub until: Timestamp,
}

/// What becomes of a case that is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Who may claim it next.
    pub level: Level,
    /// How urgent it is.
    pub urgency: Urgency,
    /// For whom it is kept, and until when.
    pub handed: Option<(StaffId, Timestamp)>,
}

impl Tx {
    /// The case that somebody has in hand, also one whose claim has lapsed.
    pub async fn lock_claim_of(&mut self, by: StaffId) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.row(LOCK_CLAIM_OF.bind(by)).await?;
        row.map(CaseRow::read).transpose()
    }

    /// Gives somebody, who has no case in hand, the next one: by urgency, of one urgency what was
    /// handed to them first, then by age. What they skipped comes last, and to a lead only. `None`:
    /// there is none for them.
    pub async fn claim_next(&mut self, who: &Claiming) -> Result<Option<Case>, Error> {
        // The third waits for a case that somebody holds for a moment, such as to refuse another:
        // "there is none" is not said because of that.
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
                .bind(self.name());
            if let Some(row) = self.row::<CaseRow>(call).await? {
                return row.read().map(Some);
            }
        }
        Ok(None)
    }

    /// Gives somebody, who has no case in hand, this one; `None`: it is in hand, in a bulk, or not
    /// open.
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

    /// Makes a claim last until `until`; false if it has lapsed or is not theirs.
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

    /// Makes somebody's claim on a case last until `until`, whichever it is, if they have one.
    pub async fn keep_claim_on(
        &mut self,
        case: CaseId,
        by: StaffId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), Error> {
        let call = KEEP_CLAIM_ON.bind(case).bind(by).bind(now).bind(until).bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Takes a case, which this transaction holds, out of somebody's hand.
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

    /// Cases whose claim has lapsed, for this transaction to release.
    pub async fn lock_lapsed_claims(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        CaseRow::read_all(self.rows(LOCK_LAPSED_CLAIMS.bind(now).bind(limit)).await?)
    }
}
