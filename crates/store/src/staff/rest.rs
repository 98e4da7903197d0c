//! Queries for breaks, which a reviewer must take at the exposure limit, or has asked for.

use jiff::Timestamp;
use mamori_model::dose::{Rest, RestWhy};
use mamori_model::staff::OwnLimits;
use mamori_model::{RestId, StaffId};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    INSERT_REST = "-- insert_rest
        INSERT INTO rest (id, staff_id, why, began_at, ends_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    REST_IN_FORCE = "-- rest_in_force
        SELECT why, ends_at
          FROM rest
         WHERE staff_id = $1 AND ends_at > $2
         ORDER BY ends_at DESC LIMIT 1";
    RESTED_AT = "-- rested_at
        SELECT max(ends_at) FROM rest WHERE staff_id = $1 AND ends_at <= $2";
    LOCK_DOSE = "-- lock_dose
        SELECT looks_max, minutes_max, points_max FROM staff WHERE id = $1",
        postgres: "-- lock_dose
        SELECT looks_max, minutes_max, points_max FROM staff WHERE id = $1 FOR NO KEY UPDATE";
    DELETE_RESTS = "-- delete_rests
        DELETE FROM rest
         WHERE id IN (SELECT id FROM rest WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)";
}

fn read_rest(row: Option<(String, i64)>) -> Result<Option<Rest>, Error> {
    let read = |(why, until): (String, i64)| {
        let why = RestWhy::parse(&why).or_corrupt("rest.why")?;
        Ok(Rest { why, until: from_micros(until, "rest.ends_at")? })
    };
    row.map(read).transpose()
}

fn read_end(row: Option<(Option<i64>,)>) -> Result<Option<Timestamp>, Error> {
    maybe_from_micros(row.and_then(|(at,)| at), "rest.ends_at")
}

impl Store {
    /// Returns the break that a staff member is taking at `now`.
    pub async fn rest_in_force(&self, who: StaffId, now: Timestamp) -> Result<Option<Rest>, Error> {
        read_rest(self.row(REST_IN_FORCE.bind(who).bind(now)).await?)
    }

    /// Returns when the last break of a staff member ended.
    pub async fn rested_at(
        &self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        read_end(self.row(RESTED_AT.bind(who).bind(now)).await?)
    }
}

impl Tx {
    /// Returns a staff member's own exposure limits. Until this transaction ends, no other one can
    /// check the exposure of the same person.
    pub async fn lock_dose(&mut self, who: StaffId) -> Result<Option<OwnLimits>, Error> {
        let row: Option<(Option<i64>, Option<i64>, Option<i64>)> =
            self.row(LOCK_DOSE.bind(who)).await?;
        let most = |number: Option<i64>| number.map(u32::try_from).transpose();
        let read = |(looks, minutes, points)| {
            Ok(OwnLimits {
                looks: most(looks).or_corrupt("staff.looks_max")?,
                minutes: most(minutes).or_corrupt("staff.minutes_max")?,
                points: most(points).or_corrupt("staff.points_max")?,
            })
        };
        row.map(read).transpose()
    }

    /// Returns the break that a staff member is taking at `now`.
    pub async fn rest_in_force(
        &mut self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Rest>, Error> {
        read_rest(self.row(REST_IN_FORCE.bind(who).bind(now)).await?)
    }

    /// Returns when the last break of a staff member ended.
    pub async fn rested_at(
        &mut self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        read_end(self.row(RESTED_AT.bind(who).bind(now)).await?)
    }

    /// Records the beginning of a break.
    pub async fn insert_rest(
        &mut self,
        id: RestId,
        who: StaffId,
        rest: Rest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = INSERT_REST
            .bind(id)
            .bind(who)
            .bind(rest.why.as_str())
            .bind(now)
            .bind(rest.until)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "rest")).map(drop)
    }

    /// Removes breaks that ended before `before`, at most `limit`; returns how many.
    pub async fn delete_rests_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_RESTS.bind(before).bind(limit)).await
    }
}
