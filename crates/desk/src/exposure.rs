//! How much somebody has seen, whether they may see more, and the breaks between. Everybody reads
//! their own figures; there is no verb for anybody else's.

use jiff::Timestamp;
use mamori_model::StaffId;
use mamori_model::dose::{self, Allowance, Exposure, Limits, Rest, RestWhy};
use mamori_model::look::Look;
use mamori_store::Tx;

use crate::member::{Member, Reviewer};
use crate::{Desk, Error};

/// What somebody has seen within 24 hours, and what that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnExposure {
    /// What they saw.
    pub seen: Exposure,
    /// How much they may see.
    pub limits: Limits,
    /// The break that they have, or must take before they see more.
    pub rest: Option<Rest>,
}

impl Desk {
    /// How much whoever asks has seen.
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

    /// A break that somebody takes because they want one: their looks end, and what they have in hand
    /// goes back to the queue. Who has a break already goes on having it.
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

    /// The break that somebody must have before they see more, if there is one. Whoever asks this
    /// asks it first in `tx`: until that ends, nobody else asks it of the same person.
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

    /// Begins the break that is due, commits it, and says by what name somebody is refused. Their
    /// looks end, and what they have in hand goes back to the queue. A spent dose is no break of its
    /// own: it ends as looks leave the window, or when somebody is given a larger one.
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
