//! Queries for how fast a staff member claims cases and leaves them.

use jiff::Timestamp;
use mamori_model::StaffId;

use crate::call::Call;
use crate::error::Error;
use crate::open::Store;
use crate::query::{Query, queries};
use crate::time::maybe_from_micros;
use crate::tx::Tx;

/// The event number `$3` of one staff member after `$2`, counted from the newest, which is 0.
macro_rules! newest {
    ($name:literal, $kinds:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT happened_at
          FROM case_event
         WHERE staff_id = $1 AND happened_at > $2 AND kind IN (",
            $kinds,
            ")
         ORDER BY happened_at DESC LIMIT 1 OFFSET $3"
        )
    };
}

queries! {
    NEWEST_CLAIM = newest!("newest_claim", "'claimed'");
    NEWEST_LEFT = newest!("newest_left", "'released', 'skipped', 'lapsed'");
}

/// What a staff member does with cases that has a pace limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paced {
    /// They claim a case.
    Claims,
    /// A claimed case goes back to the queue: they give it back or skip it, or the claim lapses.
    Leaves,
}

impl Paced {
    /// Builds the call of [`Tx::newest_paced`].
    fn newest(self, who: StaffId, since: Timestamp, skipped: u32) -> Call {
        let query: Query = match self {
            Self::Claims => NEWEST_CLAIM,
            Self::Leaves => NEWEST_LEFT,
        };
        query.bind(who).bind(since).bind(skipped)
    }
}

impl Tx {
    /// Returns the time of the newest of these events of a staff member, after leaving out `skipped`
    /// newer ones; `None` if there are at most `skipped` after `since`.
    pub async fn newest_paced(
        &mut self,
        who: StaffId,
        what: Paced,
        since: Timestamp,
        skipped: u32,
    ) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64,)> = self.row(what.newest(who, since, skipped)).await?;
        maybe_from_micros(row.map(|(at,)| at), "case_event.happened_at")
    }
}

impl Store {
    /// Returns the same as [`Tx::newest_paced`], outside of a transaction.
    pub async fn newest_paced(
        &self,
        who: StaffId,
        what: Paced,
        since: Timestamp,
        skipped: u32,
    ) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64,)> = self.row(what.newest(who, since, skipped)).await?;
        maybe_from_micros(row.map(|(at,)| at), "case_event.happened_at")
    }
}
