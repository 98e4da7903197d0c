//! The second approver approves or refuses a decision.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEventKind, Level, Step};
use mamori_model::decision::{Decision, DecisionState};
use mamori_model::page::PageSize;
use mamori_model::{
    Approval, DecisionId, FreeText, MatchId, Refusal, ServiceAction, StaffId, Viewing,
};
use mamori_store::Tx;

use crate::cases::case_context::ContextAccess;
use crate::cases::read_case::CaseItems;
use crate::cases::record_event::{NewEvent, record_event};
use crate::decisions::approval::{PendingApproval, require_same_staff};
use crate::decisions::views_needed::{CaseViews, Viewed, approver_views_since};
use crate::staff::member::{RecentlyAuthenticated, Reviewer};
use crate::{Desk, Error};

impl Desk {
    /// Returns the items of a proposed decision's case to a reviewer who may be its second
    /// approver, and records that the reviewer opened the decision: once per approver, from the
    /// time on at which it counts towards the approval. What the reviewer viewed is recorded apart.
    pub async fn open_decision(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<CaseItems, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("open_decision").await?;
        let decision = self.lock_pending_decision(&mut tx, who, decision).await?;
        let waiting = PendingApproval::from(&decision);
        waiting.can_approve_eventually(who, now)?;
        let case = tx.lock_case(decision.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        let last = tx.last_opened(case.id, who.staff()).await?;
        if waiting.is_unopened(last, now) {
            let about = About { decision: Some(decision.id), ..About::default() };
            let event = NewEvent::of(case.id, CaseEventKind::DecisionOpened);
            let event = event.by(Some(who.staff())).about(about);
            record_event(self, &mut tx, event, now).await?;
        }
        tx.commit().await?;

        self.case_items(case, ContextAccess::Granted, after, size).await
    }

    /// Approves a decision: puts it into effect and asks the service for its actions.
    ///
    /// Refused by name: [`Refusal::ApproverIsAuthor`], also for a namesake of the reviewer who
    /// decided; [`Refusal::ApproverTooNew`] if an administrator added the approver, or gave them
    /// roles or a link, within the last 24 hours; [`Refusal::ApprovalTooSoon`] and
    /// [`Refusal::ViewNeeded`] ([`Self::views_as_approver`]); [`Refusal::AlreadyDecided`] if the
    /// decision is resolved; [`Refusal::InBulk`] if it is part of a bulk decision.
    pub async fn approve(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        decision: DecisionId,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        require_same_staff(who, recently)?;

        let mut tx = self.store().begin("approve").await?;
        let decision = self.lock_pending_decision(&mut tx, who, decision).await?;
        let viewed = self.viewed_by_approver(&mut tx, &decision, who.staff(), now).await?;
        let has_viewed = viewed.permits_approver(decision.approval)
            && has_opened(&mut tx, &decision, who.staff()).await?;
        let waiting = PendingApproval::from(&decision);
        waiting.can_approve(who, has_viewed, now)?;
        waiting.require_independent(&mut tx, who, now).await?;
        is_single(&decision)?;
        let viewing = viewed.word_of_approver(&decision);
        self.approve_one(&mut tx, (who, viewing), &decision, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }

    /// Refuses a decision: the service is asked for nothing, and the case is open again, for leads
    /// only. A reviewer who works alone may refuse their own decision without waiting; the case is
    /// then open to them again.
    pub async fn refuse(
        &self,
        who: &Reviewer,
        recently: &RecentlyAuthenticated,
        decision: DecisionId,
        why: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        require_same_staff(who, recently)?;

        let mut tx = self.store().begin("refuse").await?;
        let decision = self.lock_pending_decision(&mut tx, who, decision).await?;
        PendingApproval::from(&decision).can_approve_eventually(who, now)?;
        is_single(&decision)?;
        self.refuse_one(&mut tx, who, &decision, why, now).await?;
        tx.commit().await?;

        Ok(())
    }

    /// Puts one decision into effect within `tx`, which has locked its case. `viewing` is what the
    /// second approver viewed.
    pub(super) async fn approve_one(
        &self,
        tx: &mut Tx,
        (who, viewing): (&Reviewer, Viewing),
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), Error> {
        let resolved = (who.staff(), None, Some(viewing));
        resolve(tx, decision, DecisionState::Standing, resolved, now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        record_event(
            self,
            tx,
            NewEvent::of(decision.case, CaseEventKind::Approved).by(by).about(about),
            now,
        )
        .await?;
        // The webhooks say what was viewed.
        let decision = Decision { approver_viewing: Some(viewing), ..decision.clone() };
        self.apply_proposed(tx, &decision, who.staff(), now).await
    }

    /// Refuses one decision within `tx`, which has locked its case.
    pub(super) async fn refuse_one(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: &Decision,
        why: &FreeText,
        now: Timestamp,
    ) -> Result<(), Error> {
        let resolved = (who.staff(), Some(why), None);
        resolve(tx, decision, DecisionState::Refused, resolved, now).await?;
        tx.drop_actions(decision.id).await?;
        // Where one reviewer works alone, there is no lead who could claim the case.
        let level = match decision.approval {
            Approval::Alone { .. } => Level::Reviewer,
            Approval::None | Approval::Colleague => Level::Lead,
        };
        tx.reopen_case(decision.case, level).await?;
        tx.close_views_of(decision.case, now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        let kind = CaseEventKind::Refused;
        record_event(
            self,
            tx,
            NewEvent::of(decision.case, kind).by(by).note(Some(why)).about(about),
            now,
        )
        .await
    }

    /// Returns what a second approver has viewed for a decision since that counts.
    async fn viewed_by_approver(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        who: StaffId,
        now: Timestamp,
    ) -> Result<Viewed, Error> {
        let requests = tx.actions_of_decision(decision.id).await?;
        let actions: Vec<ServiceAction> = requests.into_iter().map(|one| one.what).collect();
        let since = approver_views_since(decision.approval, decision.made_at);
        let views = CaseViews::load(tx, &[decision.case], (who, since), now).await?;
        let grave = self.grave_from(decision.made_at);
        Ok(views.viewed_of(decision.case, decision.outcome, &actions, grave))
    }

    /// Returns a decision that waits for its second approver, and locks its case in `tx`.
    /// [`Refusal::AlreadyDecided`] if the decision is resolved; [`Error::NotFound`] if the assignment
    /// of `who` does not cover it.
    pub(crate) async fn lock_pending_decision(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: DecisionId,
    ) -> Result<Decision, Error> {
        let not_found = || Error::NotFound("decision");
        let within = who.assignment();
        let before = tx.decision(decision, within).await?.ok_or_else(not_found)?;
        let case = tx.lock_case(before.case, within).await?.ok_or_else(not_found)?;
        case.state.after(Step::Approve)?;
        // Read again under the lock: another transaction may have resolved it before.
        let decision = tx.decision(decision, within).await?.ok_or_else(not_found)?;
        match decision.state {
            DecisionState::Proposed => Ok(decision),
            DecisionState::Standing | DecisionState::Refused | DecisionState::Undone => {
                Err(Refusal::AlreadyDecided.into())
            }
        }
    }
}

/// Checks whether a reviewer who works alone has opened a decision since that counts; true for
/// every other second approver.
async fn has_opened(tx: &mut Tx, decision: &Decision, who: StaffId) -> Result<bool, Error> {
    let Some(not_before) = decision.approval.not_before() else { return Ok(true) };
    let opened_at = tx.last_opened(decision.case, who).await?;
    Ok(opened_at.is_some_and(|at| at >= not_before))
}

/// Refuses a decision that is part of a bulk decision, which is resolved only as a whole.
fn is_single(decision: &Decision) -> Result<(), Refusal> {
    if decision.bulk.is_some() { Err(Refusal::InBulk) } else { Ok(()) }
}

async fn resolve(
    tx: &mut Tx,
    decision: &Decision,
    state: DecisionState,
    by: (StaffId, Option<&FreeText>, Option<Viewing>),
    now: Timestamp,
) -> Result<(), Error> {
    let is_resolved = tx.resolve_decision(decision.id, state, by, now).await?;
    if is_resolved { Ok(()) } else { Err(Refusal::AlreadyDecided.into()) }
}
