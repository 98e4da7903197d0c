//! Confirms or drops a prepared bulk decision, as a whole or not at all.

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::case::{CaseEventKind, CaseState};
use mamori_model::{Approval, AuditVerb, BulkId, Case, Refusal, StaffId};
use mamori_store::Tx;

use crate::audit::{self, Change};
use crate::decisions::decide_case::DecisionContent;
use crate::decisions::prepare_bulk::actions_of;
use crate::staff::member::Reviewer;
use crate::sweep_summary::ROWS_AT_ONCE;
use crate::{Desk, Error};

impl Desk {
    /// Confirms a prepared bulk decision: adds one decision to each case. They take effect at once,
    /// unless a second approver is needed, as always for a suspension or for more than one account:
    /// then the bulk decision waits as a whole, and no service is asked for anything.
    ///
    /// [`Refusal::ViewNeeded`] if its author must still view items of its cases
    /// ([`Self::views_of_bulk`]); it stays prepared.
    /// [`Error::NotFound`] if another reviewer prepared it, [`Refusal::BulkLapsed`] if it can no
    /// longer be confirmed, [`Refusal::BulkStale`] if any of its cases changed since it was shown:
    /// then nothing is decided, and the cases are back in the queue.
    pub async fn confirm(&self, who: &Reviewer, bulk: BulkId) -> Result<Bulk, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("confirm_bulk").await?;
        let bulk = lock_own_bulk(&mut tx, who, bulk).await?;
        bulk.may_confirm(now)?;
        let cases = tx.lock_cases_of_bulk(bulk.id).await?;
        if !is_unchanged(&mut tx, &bulk, &cases).await? {
            self.end_prepared(&mut tx, bulk, Some(who.staff()), now).await?;
            tx.commit().await?;
            return Err(Refusal::BulkStale.into());
        }
        let names = tx.names_of_bulk(bulk.id).await?;
        let mut actions = actions_of(&bulk, &cases, &names, now)?;
        let viewed = self.viewed_by_author(&mut tx, &bulk, &actions, now).await?;
        viewed.values().try_for_each(|viewed| viewed.permits_author())?;
        let approval = self.approval_of(&bulk, &actions, &viewed, now);
        let is_standing = approval == Approval::None;
        for case in &cases {
            let viewed = viewed.get(&case.id).ok_or(Error::NotFound("case"))?;
            let answer = DecisionContent {
                outcome: bulk.outcome,
                reason: &bulk.reason,
                policy_version: bulk.policy_version,
                approval,
                author_viewing: viewed.word_of_author(),
                bulk: Some(bulk.id),
            };
            let decision = self.decision_of(who, case, answer, now)?;
            self.enact(&mut tx, &decision, actions.remove(&case.id).unwrap_or_default(), now)
                .await?;
        }
        let state = if is_standing { BulkState::Standing } else { BulkState::Proposed };
        let bulk = Bulk { state, approval, resolved_at: is_standing.then_some(now), ..bulk };
        tx.set_bulk(&bulk).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkConfirmed, bulk.id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(bulk)
    }

    /// Drops a prepared bulk decision; its cases are back in the queue. A lead may also drop those
    /// of others, so that their cases do not stay withheld from the queue.
    pub async fn drop_bulk(&self, who: &Reviewer, id: BulkId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("drop_bulk").await?;
        let bulk = tx.lock_bulk(id, who.assignment()).await?;
        let may = |bulk: &Bulk| bulk.made_by == who.staff() || who.member().roles().is_lead();
        let bulk = bulk.filter(may).ok_or(Error::NotFound("bulk decision"))?;
        if bulk.state != BulkState::Prepared {
            return Err(Refusal::BulkLapsed.into());
        }
        self.end_prepared(&mut tx, bulk, Some(who.staff()), now).await?;
        let change = Change::of(who.staff(), AuditVerb::BulkDiscarded, id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Ends prepared bulk decisions that were not confirmed in time; returns how many, at most
    /// [`ROWS_AT_ONCE`] per call.
    pub(super) async fn lapse_bulks(&self, tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
        let lapsed = tx.lock_lapsed_bulks(now, ROWS_AT_ONCE).await?;
        let count = u64::try_from(lapsed.len()).unwrap_or(u64::MAX);
        for bulk in lapsed {
            self.end_prepared(tx, bulk, None, now).await?;
        }
        Ok(count)
    }

    /// Ends a prepared bulk decision. `by` is the staff member who did it; `None` if its time ran out
    /// or its author's assignment changed.
    pub(crate) async fn end_prepared(
        &self,
        tx: &mut Tx,
        bulk: Bulk,
        by: Option<StaffId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut cases = tx.lock_cases_of_bulk(bulk.id).await?;
        cases.retain(|case| case.bulk == Some(bulk.id));
        tx.release_from_bulk(bulk.id).await?;
        self.record_bulk_event(tx, &bulk, &cases, (CaseEventKind::OutOfBulk, by), now).await?;
        tx.set_bulk(&Bulk { state: BulkState::Lapsed, ..bulk }).await?;
        Ok(())
    }
}

async fn lock_own_bulk(tx: &mut Tx, who: &Reviewer, bulk: BulkId) -> Result<Bulk, Error> {
    let bulk = tx.lock_bulk(bulk, who.assignment()).await?;
    let bulk = bulk.filter(|bulk| bulk.made_by == who.staff());
    bulk.ok_or(Error::NotFound("bulk decision"))
}

/// Checks whether every case is unchanged since it was shown.
async fn is_unchanged(tx: &mut Tx, bulk: &Bulk, cases: &[Case]) -> Result<bool, Error> {
    let shown = tx.bulk_versions(bulk.id).await?;
    let is_same = |case: &Case| {
        let is_open = case.state == CaseState::Open && case.bulk == Some(bulk.id);
        is_open && shown.get(&case.id) == Some(&case.version)
    };
    Ok(cases.len() == shown.len() && cases.iter().all(is_same))
}
