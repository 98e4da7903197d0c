//! Statistics of the review work, by policy and day (UTC), never by person.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mamori_model::decision::Outcome;
use mamori_model::{ActionState, Assignment, Purpose};

use crate::covered::covered;
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::maybe_from_micros;

macro_rules! arrivals {
    ($engine:ident) => {
        concat!(
            "-- arrivals
        SELECT purpose, opened_at / 86400000000 AS day, count(*)
          FROM review_case
         WHERE opened_at >= $3 AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
         GROUP BY 1, 2
         ORDER BY 2, 1"
        )
    };
}

macro_rules! waits {
    ($engine:ident) => {
        concat!(
            "-- waits
        SELECT purpose, opened_at / 86400000000 AS day, first_claimed_at - opened_at AS waited
          FROM review_case
         WHERE opened_at >= $3 AND first_claimed_at IS NOT NULL AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
         ORDER BY opened_at DESC LIMIT $4"
        )
    };
}

macro_rules! decisions_by_day {
    ($engine:ident) => {
        concat!(
            "-- decisions_by_day
        SELECT purpose, resolved_at / 86400000000 AS day, outcome,
               count(*) FILTER (WHERE state = 'standing') AS in_effect, count(*) AS resolved
          FROM decision
         WHERE resolved_at >= $3 AND ",
            covered!($engine "service_id" in "$1", "purpose" in "$2"),
            "
         GROUP BY 1, 2, 3
         ORDER BY 2, 1, 3"
        )
    };
}

macro_rules! unanswered {
    ($engine:ident) => {
        concat!(
            "-- unanswered
        SELECT decision.purpose, service_action.state, count(*), min(service_action.requested_at)
          FROM service_action
          JOIN decision ON decision.id = service_action.decision_id
         WHERE service_action.state IN ('waiting', 'overdue') AND ",
            covered!($engine "service_action.service_id" in "$1", "decision.purpose" in "$2"),
            "
         GROUP BY 1, 2
         ORDER BY 1, 2"
        )
    };
}

queries! {
    ARRIVALS = arrivals!(sqlite), postgres: arrivals!(postgres);
    WAITS = waits!(sqlite), postgres: waits!(postgres);
    DECISIONS_BY_DAY = decisions_by_day!(sqlite), postgres: decisions_by_day!(postgres);
    UNANSWERED = unanswered!(sqlite), postgres: unanswered!(postgres);
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

/// Decisions that took effect, or were refused, on a day, with one outcome. Proposals are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidedOnDay {
    /// Their policy.
    pub purpose: Purpose,
    /// The day, in UTC. Undoing one counts on the day on which it took effect.
    pub day: Date,
    /// Their outcome.
    pub outcome: Outcome,
    /// How many took effect, and have not been undone.
    pub in_effect: u64,
    /// How many took effect, or were refused by a second approver.
    pub resolved: u64,
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
    /// Returns how many of the cases that `within` covers were opened since `from`, by policy and day.
    pub async fn arrivals(
        &self,
        within: &Assignment,
        from: Timestamp,
    ) -> Result<Vec<Arrivals>, Error> {
        let call = ARRIVALS.call().within(within).bind(from);
        let rows: Vec<(String, i64, i64)> = self.rows(call).await?;
        let read = |(purpose, at, cases): (String, i64, i64)| {
            let purpose = purpose.parse().or_corrupt("review_case.purpose")?;
            Ok(Arrivals { purpose, day: day(at)?, cases: count(cases) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns how long those of the cases that `within` covers waited that were opened since `from`:
    /// the newest `limit`.
    pub async fn waits(
        &self,
        within: &Assignment,
        from: Timestamp,
        limit: u32,
    ) -> Result<Vec<Wait>, Error> {
        let call = WAITS.call().within(within).bind(from).bind(limit);
        let rows: Vec<(String, i64, i64)> = self.rows(call).await?;
        let read = |(purpose, at, waited): (String, i64, i64)| {
            let purpose = purpose.parse().or_corrupt("review_case.purpose")?;
            Ok(Wait { purpose, day: day(at)?, waited: SignedDuration::from_micros(waited) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns the decisions that took effect or were refused since `from`, as far as `within` covers
    /// them, by policy, day and outcome.
    pub async fn decisions_by_day(
        &self,
        within: &Assignment,
        from: Timestamp,
    ) -> Result<Vec<DecidedOnDay>, Error> {
        let call = DECISIONS_BY_DAY.call().within(within).bind(from);
        let rows: Vec<(String, i64, String, i64, i64)> = self.rows(call).await?;
        let read =
            |(purpose, at, outcome, in_effect, resolved): (String, i64, String, i64, i64)| {
                Ok(DecidedOnDay {
                    purpose: purpose.parse().or_corrupt("decision.purpose")?,
                    day: day(at)?,
                    outcome: Outcome::parse(&outcome).or_corrupt("decision.outcome")?,
                    in_effect: count(in_effect),
                    resolved: count(resolved),
                })
            };
        rows.into_iter().map(read).collect()
    }

    /// Returns the number of unanswered actions that `within` covers, by policy and state.
    pub async fn unanswered(&self, within: &Assignment) -> Result<Vec<Unanswered>, Error> {
        let call = UNANSWERED.call().within(within);
        let rows: Vec<(String, String, i64, Option<i64>)> = self.rows(call).await?;
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
