//! The second approver approves or refuses a bulk decision, as a whole.

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::{Approval, AuditVerb, BulkId, Decision, DecisionState, FreeText, Refusal};
use mamori_store::Tx;

use crate::audit::{self, Change};
use crate::decisions::approval::{PendingApproval, require_same_staff};
use crate::staff::member::{RecentlyAuthenticated, Reviewer};
use crate::{Desk, Error};

impl Desk {
    /// Records in each case of a bulk decision that a reviewer who may be its second approver read
    /// it: once per approver, from the time on at which the read counts towards the approval.
    pub async fn read_bulk_again(&self, who: &Reviewer, bulk: BulkId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("read_bulk_again").await?;
        let bulk = lock_pending_bulk(&mut tx, bulk).await?;
        let waits = PendingApproval::from(&bulk);
        waits.can_approve_eventually(who, now)?;
        let last = tx.last_read_of_bulk(bulk.id, who.staff()).await?;
        if waits.is_unread(last, now) {
            for decision in proposed(&mut tx, &bulk).await? {
                self.record_read_again(&mut tx, who, &decision, now).await?;
            }
        }
        tx.commit().await?;

        Ok(())
    }

    /// Approves a bulk decision: puts the decision of each case into effect and asks the services
    /// for its actions.
    ///
    /// The refusals are those of [`Self::approve`], without [`Refusal::InBulk`].
    pub async fn approve_bulk(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        bulk: BulkId,
    ) -> Result<Bulk, Error> {
        let now = self.clock().now();
        require_same_staff(who, recently)?;

        let mut tx = self.store().begin("approve_bulk").await?;
        let bulk = lock_pending_bulk(&mut tx, bulk).await?;
        let reviewed_at = reviewed_again_at(&mut tx, &bulk, who, now).await?;
        let waits = PendingApproval::from(&bulk);
        waits.can_approve(who, reviewed_at, now)?;
        waits.require_independent(&mut tx, who, now).await?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        for decision in proposed(&mut tx, &bulk).await? {
            self.approve_one(&mut tx, who, &decision, now).await?;
        }
        let bulk = resolved(bulk, BulkState::Standing, who, now);
        tx.set_bulk(&bulk).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkApproved, bulk.id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(bulk)
    }

    /// Refuses a bulk decision: no service is asked for anything, and its cases are open again, for
    /// leads only. If the bulk decision was made by a reviewer who works alone, they are open to
    /// that reviewer again.
    pub async fn refuse_bulk(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        bulk: BulkId,
        why: &FreeText,
    ) -> Result<Bulk, Error> {
        let now = self.clock().now();
        require_same_staff(who, recently)?;

        let mut tx = self.store().begin("refuse_bulk").await?;
        let bulk = lock_pending_bulk(&mut tx, bulk).await?;
        PendingApproval::from(&bulk).can_approve_eventually(who, now)?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        for decision in proposed(&mut tx, &bulk).await? {
            self.refuse_one(&mut tx, who, &decision, why, now).await?;
        }
        let bulk = resolved(bulk, BulkState::Refused, who, now);
        tx.set_bulk(&bulk).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkRefused, bulk.id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(bulk)
    }
}

fn resolved(bulk: Bulk, state: BulkState, who: &Reviewer, now: Timestamp) -> Bulk {
    Bulk { state, approver_id: Some(who.staff()), resolved_at: Some(now), ..bulk }
}

async fn lock_pending_bulk(tx: &mut Tx, bulk: BulkId) -> Result<Bulk, Error> {
    let bulk = tx.lock_bulk(bulk).await?.ok_or(Error::NotFound("bulk decision"))?;
    match bulk.state {
        BulkState::Proposed => Ok(bulk),
        BulkState::Prepared | BulkState::Lapsed => Err(Error::NotFound("bulk decision")),
        BulkState::Standing | BulkState::Refused | BulkState::Undone => {
            Err(Refusal::AlreadyDecided.into())
        }
    }
}

async fn proposed(tx: &mut Tx, bulk: &Bulk) -> Result<Vec<Decision>, Error> {
    let mut decisions = tx.decisions_of_bulk(bulk.id).await?;
    decisions.retain(|decision| decision.state == DecisionState::Proposed);
    Ok(decisions)
}

/// Returns when a reviewer who works alone last read the cases again and, if an item of the cases
/// can still be viewed, last viewed one clear: the earlier of the two. One view in any of the cases
/// is enough. `None` if either is missing, and for every other second approver.
async fn reviewed_again_at(
    tx: &mut Tx,
    bulk: &Bulk,
    who: &Reviewer,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let Approval::Alone { .. } = bulk.approval else { return Ok(None) };
    let read = tx.last_read_of_bulk(bulk.id, who.staff()).await?;
    if !tx.bulk_is_readable(bulk.id, now).await? {
        return Ok(read);
    }
    Ok(read.min(tx.last_view_of_bulk(bulk.id, who.staff()).await?))
}
