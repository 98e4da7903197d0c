//! Queries for cases in which a child may be in danger and that no reviewer has claimed: of which of
//! them the people on duty were notified, and when first.

use jiff::Timestamp;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::maybe_from_micros;
use crate::tx::Tx;

/// The condition that such a case waits at the time `$1`.
macro_rules! waits {
    () => {
        "state = 'open' AND urgency = 0 AND (claimed_by IS NULL OR claim_until <= $1)"
    };
}

queries! {
    DANGER_WAITING = concat!("-- danger_waiting
        SELECT count(*), count(danger_alert.case_id), min(danger_alert.first_at)
          FROM review_case
          LEFT JOIN danger_alert ON danger_alert.case_id = review_case.id
         WHERE ", waits!());
    COUNT_ENDED_ALERTS = concat!("-- count_ended_alerts
        SELECT count(*) FROM danger_alert
         WHERE case_id NOT IN (SELECT id FROM review_case WHERE ", waits!(), ")");
    END_ALERTS = concat!("-- end_alerts
        DELETE FROM danger_alert
         WHERE case_id NOT IN (SELECT id FROM review_case WHERE ", waits!(), ")");
    FORGET_ALERTS = "-- forget_alerts
        DELETE FROM danger_alert";
    CAP_ALERTS = "-- cap_alerts
        UPDATE danger_alert SET first_at = $1, changed_by = $2 WHERE first_at > $1";
    BEGIN_ALERTS = concat!("-- begin_alerts
        INSERT INTO danger_alert (case_id, first_at, changed_by)
        SELECT id, CAST($1 AS BIGINT), CAST($2 AS TEXT)
          FROM review_case
         WHERE ", waits!(), "
           AND id NOT IN (SELECT case_id FROM danger_alert)");
}

/// The unclaimed cases in which a child may be in danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DangerWaiting {
    /// How many there are.
    pub cases: u64,
    /// Of how many of them the people on duty were notified.
    pub notified: u64,
    /// When they were first notified of the one that they have known the longest.
    pub first_at: Option<Timestamp>,
}

type WaitingRow = (i64, i64, Option<i64>);

fn read(row: Option<WaitingRow>) -> Result<DangerWaiting, Error> {
    let (cases, notified, first_at) = row.or_corrupt("danger_alert")?;
    Ok(DangerWaiting {
        cases: u64::try_from(cases).or_corrupt("review_case.id")?,
        notified: u64::try_from(notified).or_corrupt("danger_alert.case_id")?,
        first_at: maybe_from_micros(first_at, "danger_alert.first_at")?,
    })
}

impl Store {
    /// Returns the unclaimed cases in which a child may be in danger.
    pub async fn danger_waiting(&self, now: Timestamp) -> Result<DangerWaiting, Error> {
        read(self.row(DANGER_WAITING.bind(now)).await?)
    }

    /// Checks whether a case of which the people on duty were notified was claimed since.
    pub async fn has_ended_alerts(&self, now: Timestamp) -> Result<bool, Error> {
        let row: Option<(i64,)> = self.row(COUNT_ENDED_ALERTS.bind(now)).await?;
        Ok(row.is_some_and(|(ended,)| ended > 0))
    }
}

impl Tx {
    /// Forgets the cases that were claimed since, so that the people on duty are notified at once
    /// if such a case waits again; and moves times of a clock that was ahead back to `now`.
    pub async fn end_alerts(&mut self, now: Timestamp) -> Result<(), Error> {
        self.run(END_ALERTS.bind(now)).await?;
        self.run(CAP_ALERTS.bind(now).bind(self.name())).await.map(drop)
    }

    /// Returns the unclaimed cases in which a child may be in danger.
    pub async fn danger_waiting(&mut self, now: Timestamp) -> Result<DangerWaiting, Error> {
        read(self.row(DANGER_WAITING.bind(now)).await?)
    }

    /// Forgets every case of which the people on duty were notified. For a transaction that locked
    /// notifications and found no such case waiting.
    pub async fn forget_alerts(&mut self) -> Result<(), Error> {
        self.run(FORGET_ALERTS.call()).await.map(drop)
    }

    /// Stores that the people on duty are notified of every such case.
    pub async fn begin_alerts(&mut self, now: Timestamp) -> Result<(), Error> {
        self.run(BEGIN_ALERTS.bind(now).bind(self.name())).await.map(drop)
    }
}
