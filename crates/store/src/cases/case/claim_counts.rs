//! Queries for what staff members did with claimed cases, counted by day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::case::{ClaimCounts, DayRange, RepeatedClaim};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;

queries! {
    CLAIM_COUNTS = "-- claim_counts
        SELECT staff_id, happened_at / 86400000000 AS day,
               count(*) FILTER (WHERE kind = 'claimed') AS claimed,
               count(*) FILTER (WHERE kind IN ('released', 'skipped')) AS given_back,
               count(*) FILTER (WHERE kind = 'lapsed') AS lapsed,
               count(*) FILTER (WHERE kind = 'escalated') AS escalated,
               count(*) FILTER (WHERE kind = 'handed_over') AS handed_over
          FROM case_event
         WHERE happened_at >= $1 AND happened_at < $2 AND staff_id IS NOT NULL
           AND kind IN ('claimed', 'released', 'skipped', 'lapsed', 'escalated', 'handed_over')
         GROUP BY 1, 2";
    DECIDED_COUNTS = "-- decided_counts
        SELECT made_by, made_at / 86400000000 AS day, count(*)
          FROM decision
         WHERE made_at >= $1 AND made_at < $2
         GROUP BY 1, 2";
    REPEATED_CLAIMS = "-- repeated_claims
        SELECT event.staff_id, event.happened_at / 86400000000 AS day, event.case_id,
               repeated.claims
          FROM (SELECT staff_id, case_id, count(*) AS claims
                  FROM case_event
                 WHERE happened_at >= $1 AND happened_at < $2 AND staff_id IS NOT NULL
                   AND kind = 'claimed'
                 GROUP BY 1, 2
                HAVING count(*) >= $3) AS repeated
          JOIN case_event AS event
            ON event.case_id = repeated.case_id AND event.staff_id = repeated.staff_id
         WHERE event.happened_at >= $1 AND event.happened_at < $2 AND event.kind = 'claimed'
         GROUP BY 1, 2, 3, 4
         ORDER BY 4, 3";
}

impl Store {
    /// Returns what each staff member did with claimed cases on each of these days, without those
    /// days on which they did nothing; in the order of [`ClaimCounts::place`]. Cases that were
    /// deleted at the end of their term are not counted.
    pub async fn claim_counts(&self, days: DayRange) -> Result<Vec<ClaimCounts>, Error> {
        let (from, until) = (days.begin(), days.end());
        let mut found = BTreeMap::new();
        let rows: Vec<(Uuid, i64, i64, i64, i64, i64, i64)> =
            self.rows(CLAIM_COUNTS.bind(from).bind(until)).await?;
        for (staff, at, claimed, given_back, lapsed, escalated, handed_over) in rows {
            let counts = entry(&mut found, staff, at)?;
            counts.claimed = count(claimed);
            counts.given_back = count(given_back);
            counts.lapsed = count(lapsed);
            counts.escalated = count(escalated);
            counts.handed_over = count(handed_over);
        }
        let rows: Vec<(Uuid, i64, i64)> = self.rows(DECIDED_COUNTS.bind(from).bind(until)).await?;
        for (staff, at, decided) in rows {
            entry(&mut found, staff, at)?.decided = count(decided);
        }
        let call = REPEATED_CLAIMS.bind(from).bind(until).bind(RepeatedClaim::CLAIMS_MIN);
        let rows: Vec<(Uuid, i64, Uuid, i64)> = self.rows(call).await?;
        // The case that was claimed most often comes last and stays.
        for (staff, at, case, claims) in rows {
            let repeated = RepeatedClaim { case: case.into(), claims: count(claims) };
            entry(&mut found, staff, at)?.repeated = Some(repeated);
        }
        let mut counts: Vec<ClaimCounts> = found.into_values().collect();
        counts.sort_by_key(ClaimCounts::place);
        Ok(counts)
    }
}

/// Returns the counts of a staff member on the day with this number, counted from 1970-01-01.
fn entry(
    found: &mut BTreeMap<(i64, Uuid), ClaimCounts>,
    staff: Uuid,
    number: i64,
) -> Result<&mut ClaimCounts, Error> {
    let day = day(number)?;
    Ok(found.entry((number, staff)).or_insert_with(|| ClaimCounts::none(staff.into(), day)))
}

fn day(number: i64) -> Result<Date, Error> {
    let second = number.checked_mul(86_400).or_corrupt("case_event.happened_at")?;
    let at = Timestamp::from_second(second).or_corrupt("case_event.happened_at")?;
    Ok(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
