//! Queries for breaks, which a reviewer must take after a long stretch of viewing, or has asked
//! for.

use jiff::Timestamp;
use mamori_model::exposure::{Break, BreakReason};
use mamori_model::staff::OwnLimits;
use mamori_model::{BreakId, StaffId};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    INSERT_BREAK = "-- insert_break
        INSERT INTO reviewer_break (id, staff_id, why, began_at, ends_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    BREAK_IN_FORCE = "-- break_in_force
        SELECT why, ends_at
          FROM reviewer_break
         WHERE staff_id = $1 AND ends_at > $2
         ORDER BY ends_at DESC LIMIT 1";
    LAST_BREAK_ENDED_AT = "-- last_break_ended_at
        SELECT max(ends_at) FROM reviewer_break WHERE staff_id = $1 AND ends_at <= $2";
    LOCK_EXPOSURE_LIMITS = "-- lock_exposure_limits
        SELECT views_max, minutes_max, points_max FROM staff WHERE id = $1",
        postgres: "-- lock_exposure_limits
        SELECT views_max, minutes_max, points_max FROM staff WHERE id = $1 FOR NO KEY UPDATE";
    DELETE_BREAKS = "-- delete_breaks
        DELETE FROM reviewer_break
         WHERE id IN (SELECT id FROM reviewer_break WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)";
}

fn read_break(row: Option<(String, i64)>) -> Result<Option<Break>, Error> {
    let read = |(why, until): (String, i64)| {
        let why = BreakReason::parse(&why).or_corrupt("reviewer_break.why")?;
        Ok(Break { why, until: from_micros(until, "reviewer_break.ends_at")? })
    };
    row.map(read).transpose()
}

fn read_end(row: Option<(Option<i64>,)>) -> Result<Option<Timestamp>, Error> {
    maybe_from_micros(row.and_then(|(at,)| at), "reviewer_break.ends_at")
}

impl Store {
    /// Returns the break that a staff member is taking at `now`.
    pub async fn break_in_force(
        &self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Break>, Error> {
        read_break(self.row(BREAK_IN_FORCE.bind(who).bind(now)).await?)
    }

    /// Returns when the last break of a staff member ended.
    pub async fn last_break_ended_at(
        &self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        read_end(self.row(LAST_BREAK_ENDED_AT.bind(who).bind(now)).await?)
    }
}

impl Tx {
    /// Returns a staff member's own exposure limits. Until this transaction ends, no other one can
    /// check the exposure of the same person.
    pub async fn lock_exposure_limits(&mut self, who: StaffId) -> Result<Option<OwnLimits>, Error> {
        let row: Option<(Option<i64>, Option<i64>, Option<i64>)> =
            self.row(LOCK_EXPOSURE_LIMITS.bind(who)).await?;
        let most = |number: Option<i64>| number.map(u32::try_from).transpose();
        let read = |(views, minutes, points)| {
            Ok(OwnLimits {
                views: most(views).or_corrupt("staff.views_max")?,
                minutes: most(minutes).or_corrupt("staff.minutes_max")?,
                points: most(points).or_corrupt("staff.points_max")?,
            })
        };
        row.map(read).transpose()
    }

    /// Returns the break that a staff member is taking at `now`.
    pub async fn break_in_force(
        &mut self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Break>, Error> {
        read_break(self.row(BREAK_IN_FORCE.bind(who).bind(now)).await?)
    }

    /// Returns when the last break of a staff member ended.
    pub async fn last_break_ended_at(
        &mut self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        read_end(self.row(LAST_BREAK_ENDED_AT.bind(who).bind(now)).await?)
    }

    /// Records the beginning of a break.
    pub async fn insert_break(
        &mut self,
        id: BreakId,
        who: StaffId,
        new_break: Break,
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = INSERT_BREAK
            .bind(id)
            .bind(who)
            .bind(new_break.why.as_str())
            .bind(now)
            .bind(new_break.until)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "break")).map(drop)
    }

    /// Removes breaks that ended before `before`, at most `limit`; returns how many.
    pub async fn delete_breaks_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_BREAKS.bind(before).bind(limit)).await
    }
}
