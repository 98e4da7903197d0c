//! The pace limits: how many cases a staff member may claim, and leave without a decision. Counted
//! from the histories of the cases; nothing is stored for them.

use jiff::{SignedDuration, Timestamp};
use mamori_model::{Refusal, StaffId};
use mamori_store::{Paced, Tx};

use crate::settings::PaceLimits;
use crate::{Desk, Error};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A pace limit that a staff member has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceReached {
    /// Which one: that of claims, or one of those of cases that are left.
    pub what: Paced,
    /// From when the staff member may claim a case again.
    pub until: Timestamp,
}

impl PaceReached {
    /// Returns the refusal of a claim at this limit.
    pub fn refusal(self) -> Refusal {
        match self.what {
            Paced::Claims => Refusal::ClaimLimit,
            Paced::Leaves => Refusal::LeaveLimit,
        }
    }

    /// Logs that the limit refused a claim, and returns the refusal.
    pub(super) fn refuse(self, who: StaffId) -> Error {
        tracing::warn!(
            target: "security",
            staff = %who,
            limit = self.refusal().code(),
            "a staff member reached a pace limit"
        );
        self.refusal().into()
    }
}

/// One of the pace limits: at most `max` events within `window`.
struct Limit {
    what: Paced,
    window: SignedDuration,
    max: u32,
}

impl Limit {
    fn all(limits: PaceLimits) -> [Self; 3] {
        let of = |what, window, max| Self { what, window, max };
        [
            of(Paced::Claims, HOUR, limits.claims_hour_max),
            of(Paced::Leaves, HOUR, limits.left_hour_max),
            of(Paced::Leaves, DAY, limits.left_day_max),
        ]
    }

    /// Returns the beginning of the window that ends at `now`; events after it count.
    fn since(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.window).unwrap_or(Timestamp::MIN)
    }

    /// Returns how many events are newer than the one whose age decides.
    fn skipped(&self) -> u32 {
        self.max.saturating_sub(1)
    }

    /// Returns until when the limit is reached, if event number `max`, counted from the newest, was
    /// at `at`.
    fn reached(&self, at: Timestamp) -> PaceReached {
        let until = at.checked_add(self.window).unwrap_or(Timestamp::MAX);
        PaceReached { what: self.what, until }
    }
}

/// Returns the limit that applies for longest.
fn longest(one: Option<PaceReached>, other: Option<PaceReached>) -> Option<PaceReached> {
    one.into_iter().chain(other).max_by_key(|reached| reached.until)
}

impl Desk {
    /// Returns the pace limit that `who` has reached, if there is one. Call it after
    /// [`Self::break_due`], which makes concurrent claims of one staff member wait, and after
    /// everything in `tx` that ends a claim.
    pub(super) async fn pace_reached(
        &self,
        tx: &mut Tx,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<PaceReached>, Error> {
        let mut reached = None;
        for limit in Limit::all(self.settings().cases.pace) {
            let at = tx.newest_paced(who, limit.what, limit.since(now), limit.skipped()).await?;
            reached = longest(reached, at.map(|at| limit.reached(at)));
        }
        Ok(reached)
    }

    /// Returns the same for a page, outside of a transaction.
    pub(super) async fn pace_of(
        &self,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<PaceReached>, Error> {
        let mut reached = None;
        for limit in Limit::all(self.settings().cases.pace) {
            let (since, skipped) = (limit.since(now), limit.skipped());
            let at = self.store().newest_paced(who, limit.what, since, skipped).await?;
            reached = longest(reached, at.map(|at| limit.reached(at)));
        }
        Ok(reached)
    }
}
