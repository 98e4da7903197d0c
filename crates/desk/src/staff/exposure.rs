//! A staff member's exposure, its limit, and breaks. Every staff member reads only their own
//! figures; there is no function for those of others.

use jiff::Timestamp;
use mamori_model::StaffId;
use mamori_model::exposure::{self, Allowance, Break, BreakReason, Exposure, Limits};
use mamori_model::view::View;
use mamori_store::Tx;

use crate::staff::member::{Member, Reviewer};
use crate::{Desk, Error};

/// A staff member's own exposure within the last 24 hours, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnExposure {
    /// What the staff member has viewed.
    pub seen: Exposure,
    /// The exposure limits that apply to the staff member.
    pub limits: Limits,
    /// The break that is in force, or that is due before the next view.
    pub break_due: Option<Break>,
}

impl Desk {
    /// Returns the exposure of `me`.
    pub async fn exposure(&self, me: &Member) -> Result<OwnExposure, Error> {
        let now = self.clock().now();
        let (who, store) = (me.staff(), self.store());
        let own = store.staff(who).await?.ok_or(Error::NotFound("staff"))?.exposure_limits;
        let limits = own.over(self.settings().exposure);
        let views = store.views_since(who, window(now)).await?;
        let last_break_ended_at = store.last_break_ended_at(who, now).await?;
        let in_force = store.break_in_force(who, now).await?;
        let seen = Exposure::of(&views, last_break_ended_at, now);
        Ok(OwnExposure { seen, limits, break_due: in_force.or(due(&seen, &limits, now)) })
    }

    /// Starts a break that the staff member asks for: ends their views and puts a claimed case back
    /// into the queue. A break that is already in force continues unchanged.
    pub async fn take_break(&self, me: &Member) -> Result<(), Error> {
        let now = self.clock().now();
        let limits = self.settings().exposure;
        let until = now.checked_add(limits.break_length).unwrap_or(Timestamp::MAX);

        let mut tx = self.store().begin("take_break").await?;
        tx.lock_exposure_limits(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        if tx.break_in_force(me.staff(), now).await?.is_none() {
            let new_break = Break { why: BreakReason::Own, until };
            tx.insert_break(self.clock().mint()?.into(), me.staff(), new_break, now).await?;
        }
        tx.close_views_by(me.staff(), now).await?;
        if let Some(reviewer) = me.reviewer() {
            self.release_current_claim(&mut tx, &reviewer, now).await?;
        }
        tx.commit().await?;

        Ok(())
    }

    /// Returns the break that must be taken before the next view, if there is one. A transaction
    /// must call this before anything else: until `tx` ends, no other transaction computes the
    /// exposure of the same staff member.
    pub(crate) async fn break_due(
        &self,
        tx: &mut Tx,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Break>, Error> {
        let own = tx.lock_exposure_limits(who).await?.ok_or(Error::NotFound("staff"))?;
        if let Some(current) = tx.break_in_force(who, now).await? {
            return Ok(Some(current));
        }
        let views: Vec<View> = tx.views_since(who, window(now)).await?;
        // Without views it makes no difference, and every claim comes here.
        let last_break_ended_at =
            if views.is_empty() { None } else { tx.last_break_ended_at(who, now).await? };
        let seen = Exposure::of(&views, last_break_ended_at, now);
        Ok(due(&seen, &own.over(self.settings().exposure), now))
    }

    /// Starts the break that is due, commits `tx`, and returns the refusal for the reviewer. The
    /// reviewer's views end, and a claimed case goes back to the queue. A reached exposure limit is
    /// not stored as a break: it ends when views leave the 24-hour window, or when an administrator
    /// sets a larger limit.
    pub(crate) async fn begin_break(
        &self,
        mut tx: Tx,
        who: &Reviewer,
        new_break: Break,
        now: Timestamp,
    ) -> Result<Error, Error> {
        let is_begun = tx.break_in_force(who.staff(), now).await?.is_some();
        if new_break.why == BreakReason::Stretch && !is_begun {
            tx.insert_break(self.clock().mint()?.into(), who.staff(), new_break, now).await?;
        }
        tx.close_views_by(who.staff(), now).await?;
        self.release_current_claim(&mut tx, who, now).await?;
        tx.commit().await?;
        Ok(new_break.why.refusal().into())
    }
}

fn window(now: Timestamp) -> Timestamp {
    now.checked_sub(exposure::WINDOW).unwrap_or(Timestamp::MIN)
}

fn due(seen: &Exposure, limits: &Limits, now: Timestamp) -> Option<Break> {
    match exposure::allowance(seen, limits, now) {
        Allowance::Allowed => None,
        Allowance::Break(due) => Some(due),
    }
}
