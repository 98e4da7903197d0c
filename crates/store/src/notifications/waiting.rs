//! Queries for work that has waited for a long time, in numbers only.

use jiff::Timestamp;
use mamori_model::Urgency;
use mamori_model::notification::{Counted, Counts};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;

queries! {
    CASES_WAITING = "-- cases_waiting
        SELECT urgency, count(*)
          FROM review_case
         WHERE state = 'open' AND urgency > 0 AND level = 'reviewer' AND bulk_id IS NULL
           AND (claimed_by IS NULL OR claim_until <= $1) AND opened_at <= $2
         GROUP BY urgency";
    LEADS_WAITING = "-- leads_waiting
        SELECT 'escalated_cases' AS counted, count(*)
          FROM review_case
         WHERE state = 'open' AND urgency > 0 AND level = 'lead'
           AND (claimed_by IS NULL OR claim_until <= $1)
           AND COALESCE((SELECT max(happened_at) FROM case_event
                          WHERE case_event.case_id = review_case.id
                            AND case_event.kind = 'escalated'), opened_at) <= $2
         UNION ALL
        SELECT 'decisions', count(*)
          FROM decision
         WHERE state = 'proposed' AND bulk_id IS NULL AND COALESCE(not_before, made_at) <= $2
         UNION ALL
        SELECT 'bulk_decisions', count(*)
          FROM bulk_decision
         WHERE state = 'proposed' AND COALESCE(not_before, made_at) <= $2
         UNION ALL
        SELECT 'urgency_lowerings', count(*)
          FROM urgency_lowering
         WHERE COALESCE(not_before, proposed_at) <= $2
         UNION ALL
        SELECT 'disputes', count(*)
          FROM dispute
         WHERE state = 'open' AND opened_at <= $2
         UNION ALL
        SELECT 'changes', count(*)
          FROM approval_request
         WHERE state = 'waiting' AND requested_at <= $2 AND agree_until > $1";
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

impl Store {
    /// Counts the cases that wait for a reviewer at `now` and were opened at or before `since`,
    /// without those in which a child may be in danger.
    pub async fn cases_waiting(&self, now: Timestamp, since: Timestamp) -> Result<Counts, Error> {
        let rows: Vec<(i64, i64)> = self.rows(CASES_WAITING.bind(now).bind(since)).await?;
        let read = |(urgency, count): (i64, i64)| {
            let urgency = u32::try_from(urgency).ok().and_then(Urgency::from_number);
            Ok((Counted::cases(urgency.or_corrupt("review_case.urgency")?), number(count)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Counts what waits at `now` for a lead, a policy editor or a second actor, and has done so
    /// since `since` or longer.
    pub async fn leads_waiting(&self, now: Timestamp, since: Timestamp) -> Result<Counts, Error> {
        let rows: Vec<(String, i64)> = self.rows(LEADS_WAITING.bind(now).bind(since)).await?;
        let read = |(counted, count): (String, i64)| {
            Ok((Counted::parse(&counted).or_corrupt("counted")?, number(count)))
        };
        rows.into_iter().map(read).collect()
    }
}
