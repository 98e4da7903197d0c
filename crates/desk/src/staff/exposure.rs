//! A staff member's exposure, its limit, and breaks. Every staff member reads only their own
//! figures; there is no function for those of others.

use jiff::Timestamp;
use mamori_model::StaffId;
use mamori_model::dose::{self, Allowance, Exposure, Limits, Rest, RestWhy};
use mamori_model::look::Look;
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
    pub rest: Option<Rest>,
}

impl Desk {
    /// Returns the exposure of `me`.
    pub async fn exposure(&self, me: &Member) -> Result<OwnExposure, Error> {
        let now = self.clock().now();
        let (who, store) = (me.staff(), self.store());
        let own = store.staff(who).await?.ok_or(Error::NotFound("staff"))?.dose;
        let limits = own.over(self.settings().exposure);
        let looks = store.looks_since(who, window(now)).await?;
        let rested_at = store.rested_at(who, now).await?;
        let in_force = store.rest_in_force(who, now).await?;
        let seen = Exposure::of(&looks, rested_at, now);
        Ok(OwnExposure { seen, limits, rest: in_force.or(due(&seen, &limits, now)) })
    }

    /// Starts a break that the staff member asks for: ends their views and puts a claimed case back
    /// into the queue. A break that is already in force continues unchanged.
    pub async fn rest(&self, me: &Member) -> Result<(), Error> {
        let now = self.clock().now();
        let limits = self.settings().exposure;
        let until = now.checked_add(limits.rest).unwrap_or(Timestamp::MAX);

        let mut tx = self.store().begin("rest").await?;
        tx.lock_dose(me.staff()).await?.ok_or(Error::NotFound("staff"))?;
        if tx.rest_in_force(me.staff(), now).await?.is_none() {
            let rest = Rest { why: RestWhy::Own, until };
            tx.insert_rest(self.clock().mint()?.into(), me.staff(), rest, now).await?;
        }
        tx.close_looks_by(me.staff(), now).await?;
        if let Some(reviewer) = me.reviewer() {
            self.give_back(&mut tx, &reviewer, now).await?;
        }
        tx.commit().await?;

        Ok(())
    }

    /// Returns the break that must be taken before the next view, if there is one. A transaction
    /// must call this before anything else: until `tx` ends, no other transaction computes the
    /// exposure of the same staff member.
    pub(crate) async fn rest_due(
        &self,
        tx: &mut Tx,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Option<Rest>, Error> {
        let own = tx.lock_dose(who).await?.ok_or(Error::NotFound("staff"))?;
        if let Some(rest) = tx.rest_in_force(who, now).await? {
            return Ok(Some(rest));
        }
        let looks: Vec<Look> = tx.looks_since(who, window(now)).await?;
        let rested_at = tx.rested_at(who, now).await?;
        let seen = Exposure::of(&looks, rested_at, now);
        Ok(due(&seen, &own.over(self.settings().exposure), now))
    }

    /// Starts the break that is due, commits `tx`, and returns the refusal for the reviewer. The
    /// reviewer's views end, and a claimed case goes back to the queue. A reached exposure limit is
    /// not stored as a break: it ends when views leave the 24-hour window, or when an administrator
    /// sets a larger limit.
    pub(crate) async fn begin_rest(
        &self,
        mut tx: Tx,
        who: &Reviewer,
        rest: Rest,
        now: Timestamp,
    ) -> Result<Error, Error> {
        let is_begun = tx.rest_in_force(who.staff(), now).await?.is_some();
        if rest.why == RestWhy::Stretch && !is_begun {
            tx.insert_rest(self.clock().mint()?.into(), who.staff(), rest, now).await?;
        }
        tx.close_looks_by(who.staff(), now).await?;
        self.give_back(&mut tx, who, now).await?;
        tx.commit().await?;
        Ok(rest.why.refusal().into())
    }
}

fn window(now: Timestamp) -> Timestamp {
    now.checked_sub(dose::WINDOW).unwrap_or(Timestamp::MIN)
}

fn due(seen: &Exposure, limits: &Limits, now: Timestamp) -> Option<Rest> {
    match dose::allowance(seen, limits, now) {
        Allowance::May => None,
        Allowance::Rest(rest) => Some(rest),
    }
}
