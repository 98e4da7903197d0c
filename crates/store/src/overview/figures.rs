//! Statistics of the review work, by policy and day (UTC), never by person.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mamori_model::decision::Outcome;
use mamori_model::{ActionState, Purpose};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::maybe_from_micros;

queries! {
    ARRIVALS = "-- arrivals
        SELECT purpose, opened_at / 86400000000 AS day, count(*)
          FROM review_case
         WHERE opened_at >= $1
         GROUP BY 1, 2
         ORDER BY 2, 1";
    WAITS = "-- waits
        SELECT purpose, opened_at / 86400000000 AS day, first_claimed_at - opened_at AS waited
          FROM review_case
         WHERE opened_at >= $1 AND first_claimed_at IS NOT NULL
         ORDER BY opened_at DESC LIMIT $2";
    DECISIONS_BY_DAY = "-- decisions_by_day
        SELECT purpose, made_at / 86400000000 AS day, outcome, count(*) AS made,
               count(*) FILTER (WHERE state IN ('standing', 'undone')
                                   OR approver_id IS NOT NULL) AS resolved,
               count(*) FILTER (WHERE state = 'undone'
                                   OR (state = 'refused' AND approver_id IS NOT NULL)) AS overturned
          FROM decision
         WHERE made_at >= $1
         GROUP BY 1, 2, 3
         ORDER BY 2, 1, 3";
    UNANSWERED = "-- unanswered
        SELECT decision.purpose, service_action.state, count(*), min(service_action.requested_at)
          FROM service_action
          JOIN decision ON decision.id = service_action.decision_id
         WHERE service_action.state IN ('waiting', 'overdue')
         GROUP BY 1, 2
         ORDER BY 1, 2";
}

/// Number of cases that were opened on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// Their policy.
    pub purpose: Purpose,
    /// The day, in UTC.
    pub day: Date,
    /// Number of cases.
    pub cases: u64,
}

/// How long one case waited until its first claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Policy of the case.
    pub purpose: Purpose,
    /// The day on which it was opened, in UTC.
    pub day: Date,
    /// Time from its opening to its first claim.
    pub waited: SignedDuration,
}

/// Decisions made on a day with one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidedOnDay {
    /// Their policy.
    pub purpose: Purpose,
    /// The day, in UTC.
    pub day: Date,
    /// Their outcome.
    pub outcome: Outcome,
    /// Number of decisions made.
    pub made: u64,
    /// How many of these took effect, or were refused by a second approver.
    pub resolved: u64,
    /// How many of the resolved ones were refused or undone.
    pub overturned: u64,
}

/// Actions that services have not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The policy of their decisions.
    pub purpose: Purpose,
    /// Waiting, or overdue.
    pub state: ActionState,
    /// Number of actions.
    pub actions: u64,
    /// Time at which the oldest was requested; asking again for an overdue action renews it.
    pub oldest: Option<Timestamp>,
}

fn day(number: i64) -> Result<Date, Error> {
    let second = number.checked_mul(86_400).or_corrupt("day")?;
    let at = Timestamp::from_second(second).or_corrupt("day")?;
    Ok(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Store {
    /// Returns how many cases were opened since `from`, by policy and day.
    pub async fn arrivals(&self, from: Timestamp) -> Result<Vec<Arrivals>, Error> {
        let rows: Vec<(String, i64, i64)> = self.rows(ARRIVALS.bind(from)).await?;
        let read = |(purpose, at, cases): (String, i64, i64)| {
            let purpose = purpose.parse().or_corrupt("review_case.purpose")?;
            Ok(Arrivals { purpose, day: day(at)?, cases: count(cases) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns how long cases waited that were opened since `from`: the newest `limit`.
    pub async fn waits(&self, from: Timestamp, limit: u32) -> Result<Vec<Wait>, Error> {
        let rows: Vec<(String, i64, i64)> = self.rows(WAITS.bind(from).bind(limit)).await?;
        let read = |(purpose, at, waited): (String, i64, i64)| {
            let purpose = purpose.parse().or_corrupt("review_case.purpose")?;
            Ok(Wait { purpose, day: day(at)?, waited: SignedDuration::from_micros(waited) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the decisions made since `from`, by policy, day and outcome.
    pub async fn decisions_by_day(&self, from: Timestamp) -> Result<Vec<DecidedOnDay>, Error> {
        let rows: Vec<(String, i64, String, i64, i64, i64)> =
            self.rows(DECISIONS_BY_DAY.bind(from)).await?;
        let read = |(purpose, at, outcome, made, resolved, overturned): (
            String,
            i64,
            String,
            i64,
            i64,
            i64,
        )| {
            Ok(DecidedOnDay {
                purpose: purpose.parse().or_corrupt("decision.purpose")?,
                day: day(at)?,
                outcome: Outcome::parse(&outcome).or_corrupt("decision.outcome")?,
                made: count(made),
                resolved: count(resolved),
                overturned: count(overturned),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the number of unanswered actions, by policy and state.
    pub async fn unanswered(&self) -> Result<Vec<Unanswered>, Error> {
        let rows: Vec<(String, String, i64, Option<i64>)> = self.rows(UNANSWERED.call()).await?;
        let read = |(purpose, state, actions, oldest): (String, String, i64, Option<i64>)| {
            Ok(Unanswered {
                purpose: purpose.parse().or_corrupt("decision.purpose")?,
                state: ActionState::parse(&state).or_corrupt("service_action.state")?,
                actions: count(actions),
                oldest: maybe_from_micros(oldest, "service_action.requested_at")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
