//! The second approver approves or refuses a bulk decision, as a whole.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{AuditVerb, BulkId, CaseId, Decision, DecisionState, FreeText, Refusal};
use mamori_store::Tx;

use crate::audit::{self, Change};
use crate::cases::record_event::{NewEvent, record_event};
use crate::decisions::approval::{PendingApproval, require_same_staff};
use crate::decisions::views_needed::{CaseViews, Viewed, approver_views_since};
use crate::staff::member::{RecentlyAuthenticated, Reviewer};
use crate::{Desk, Error};

impl Desk {
    /// Records in each case of a bulk decision that a reviewer who may be its second approver opened
    /// the bulk decision: once per approver, from the time on at which it counts towards the
    /// approval. It does not say that the cases were opened, or their items viewed.
    pub async fn open_bulk(&self, who: &Reviewer, bulk: BulkId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_bulk").await?;
        let bulk = lock_pending_bulk(&mut tx, who, bulk).await?;
        let waits = PendingApproval::from(&bulk);
        waits.can_approve_eventually(who, now)?;
        let last = tx.last_opened_of_bulk(bulk.id, who.staff()).await?;
        if waits.is_unopened(last, now) {
            for decision in proposed(&mut tx, &bulk).await? {
                let about = About { bulk: Some(bulk.id), ..About::default() };
                let event = NewEvent::of(decision.case, CaseEventKind::BulkOpened);
                let event = event.by(Some(who.staff())).about(about);
                record_event(self, &mut tx, event, now).await?;
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
        let bulk = lock_pending_bulk(&mut tx, who, bulk).await?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        let decisions = proposed(&mut tx, &bulk).await?;
        let viewed = self.viewed_by_bulk_approver(&mut tx, &decisions, who, now).await?;
        let has_viewed = viewed.values().all(|viewed| viewed.permits_approver(bulk.approval))
            && has_opened(&mut tx, &bulk, who).await?;
        let waits = PendingApproval::from(&bulk);
        waits.can_approve(who, has_viewed, now)?;
        waits.require_independent(&mut tx, who, now).await?;
        for decision in decisions {
            let viewed = viewed.get(&decision.case).ok_or(Error::NotFound("case"))?;
            let viewing = viewed.word_of_approver(&decision);
            self.approve_one(&mut tx, (who, viewing), &decision, now).await?;
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
        let bulk = lock_pending_bulk(&mut tx, who, bulk).await?;
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

    /// Returns what a second approver has viewed for each of the decisions of a bulk decision. A
    /// view in one case counts for copies in the others.
    async fn viewed_by_bulk_approver(
        &self,
        tx: &mut Tx,
        decisions: &[Decision],
        who: &Reviewer,
        now: Timestamp,
    ) -> Result<HashMap<CaseId, Viewed>, Error> {
        // They were made at once, so they agree on all of this.
        let Some(first) = decisions.first() else { return Ok(HashMap::new()) };
        let since = approver_views_since(first.approval, first.made_at);
        let mut actions = HashMap::new();
        for decision in decisions {
            let requests = tx.actions_of_decision(decision.id).await?;
            actions.insert(decision.case, requests.into_iter().map(|one| one.what).collect());
        }
        let cases: Vec<CaseId> = decisions.iter().map(|decision| decision.case).collect();
        let views = CaseViews::load(tx, &cases, (who.staff(), since), now).await?;
        Ok(views.viewed(first.outcome, &actions, self.grave_from(first.made_at)))
    }
}

fn resolved(bulk: Bulk, state: BulkState, who: &Reviewer, now: Timestamp) -> Bulk {
    Bulk { state, approver_id: Some(who.staff()), resolved_at: Some(now), ..bulk }
}

async fn lock_pending_bulk(tx: &mut Tx, who: &Reviewer, bulk: BulkId) -> Result<Bulk, Error> {
    let bulk = tx.lock_bulk(bulk, who.assignment()).await?;
    let bulk = bulk.ok_or(Error::NotFound("bulk decision"))?;
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

/// Checks whether a reviewer who works alone has opened a bulk decision since that counts; true for
/// every other second approver.
async fn has_opened(tx: &mut Tx, bulk: &Bulk, who: &Reviewer) -> Result<bool, Error> {
    let Some(not_before) = bulk.approval.not_before() else { return Ok(true) };
    let opened_at = tx.last_opened_of_bulk(bulk.id, who.staff()).await?;
    Ok(opened_at.is_some_and(|at| at >= not_before))
}
