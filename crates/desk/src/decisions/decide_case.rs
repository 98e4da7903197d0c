//! A reviewer decides a case.

use jiff::Timestamp;
use mamori_model::action::ActionState;
use mamori_model::case::{About, CaseEventKind, CaseState};
use mamori_model::decision::{Decision, DecisionState, Outcome};
use mamori_model::{
    Approval, BulkId, Case, CaseId, FreeText, ItemName, Measures, Refusal, ServiceAction, Urgency,
    Viewing, approval,
};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::decisions::views_needed::CaseViews;
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

/// A reviewer's answer to a case, as the page submits it.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// The id of the case.
    pub case: CaseId,
    /// The number of the claim that the reviewer's page showed.
    pub claim: u32,
    /// The version of the case that the reviewer's page showed.
    pub version: u32,
    /// Whether the items violate the policy, are allowed, or do not match.
    pub outcome: Outcome,
    /// The reason, for the service and for the affected person.
    pub reason: FreeText,
    /// What the service is to do with the items and the account.
    pub measures: Measures,
}

/// The parts of a reviewer's answer that a decision stores.
#[derive(Clone, Copy)]
pub(super) struct DecisionContent<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) reason: &'a FreeText,
    pub(crate) policy_version: u32,
    pub(crate) approval: Approval,
    pub(crate) author_viewing: Viewing,
    pub(crate) bulk: Option<BulkId>,
}

/// What follows from a decision that may be made.
pub(super) struct Judged {
    pub(super) case: Case,
    pub(super) actions: Vec<ServiceAction>,
    pub(super) approval: Approval,
    pub(super) author_viewing: Viewing,
}

impl Desk {
    /// Decides a case that the reviewer has claimed and seen in its current version. The decision
    /// takes effect at once and the service is asked for its actions, unless a second approver is
    /// needed, as for a suspension, or for a restriction of items that the author has not viewed:
    /// then the service is asked for nothing before the approval. In the meantime the item remains
    /// held or blocked, so it is not visible.
    ///
    /// Refused by name: as [`Case::held_by`] and [`Measures::actions`]; [`Refusal::ViewNeeded`] as
    /// the view rule says ([`mamori_model::view_rule`], [`Self::views_of_case`]);
    /// [`Refusal::AlreadyDecided`] if another decision was faster.
    pub async fn decide(&self, who: &Reviewer, new: NewDecision) -> Result<Decision, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("decide").await?;
        let Judged { case, actions, approval, author_viewing } =
            self.judge(&mut tx, who, &new, now).await?;
        let policy = tx.policy(case.purpose).await?.ok_or(Error::NotFound("policy"))?;
        let answer = DecisionContent {
            outcome: new.outcome,
            reason: &new.reason,
            policy_version: policy.version,
            approval,
            author_viewing,
            bulk: None,
        };
        let decision = self.decision_of(who, &case, answer, now)?;
        self.enact(&mut tx, &decision, actions, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(decision)
    }

    /// Checks whether the reviewer may make this decision now, and works out what follows from it.
    /// Locks the case. Refused as [`Self::decide`] is.
    pub(super) async fn judge(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        new: &NewDecision,
        now: Timestamp,
    ) -> Result<Judged, Error> {
        let case = tx.lock_case(new.case, who.assignment()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        case.held_by(who.staff(), new.claim, new.version, now)?;
        let items = tx.case_item_names(case.id).await?;
        let names: Vec<ItemName> = items.into_iter().map(|item| item.name).collect();
        let actions = new.measures.actions(new.outcome, &case, &names, Self::day(now))?;
        let grave = self.grave_from(now);
        let of_author = (who.staff(), Timestamp::MIN);
        let views = CaseViews::load(tx, &[case.id], of_author, now).await?;
        let viewed = views.viewed_of(case.id, new.outcome, &actions, grave);
        viewed.permits_author()?;
        // Ending such a case lowers its urgency, which one person may not do.
        let ends_danger =
            case.urgency == Urgency::ChildInDanger && new.outcome != Outcome::Violates;
        let is_needed =
            approval::is_required(&actions, 1, grave) || viewed.needs_approval() || ends_danger;
        let approval = approval::required(is_needed, self.settings().is_single_person, now);
        Ok(Judged { case, actions, approval, author_viewing: viewed.word_of_author() })
    }

    /// Builds the decision that a reviewer's answer to a case makes.
    pub(super) fn decision_of(
        &self,
        who: &Reviewer,
        case: &Case,
        answer: DecisionContent<'_>,
        now: Timestamp,
    ) -> Result<Decision, Error> {
        let is_standing = answer.approval == Approval::None;
        Ok(Decision {
            id: self.clock().mint()?.into(),
            case: case.id,
            service: case.service,
            purpose: case.purpose,
            policy_version: answer.policy_version,
            outcome: answer.outcome,
            reason: answer.reason.clone(),
            state: if is_standing { DecisionState::Standing } else { DecisionState::Proposed },
            made_by: who.staff(),
            made_at: now,
            approval: answer.approval,
            author_viewing: answer.author_viewing,
            approver_viewing: None,
            approver_id: None,
            approver_note: None,
            resolved_at: is_standing.then_some(now),
            undone_by: None,
            undone_at: None,
            undo_reason: None,
            bulk: answer.bulk,
        })
    }

    /// Adds a decision with its actions to a case that `tx` has locked. The decision takes effect
    /// or waits for its second approver.
    pub(super) async fn enact(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        actions: Vec<ServiceAction>,
        now: Timestamp,
    ) -> Result<(), Error> {
        insert(tx, decision).await?;
        let actions: Result<Vec<_>, Error> =
            actions.into_iter().map(|what| self.propose_action(decision, what, None)).collect();
        let mut actions = actions?;
        // A new decision takes effect at once or waits for an approval; it has no other state.
        if decision.approval != Approval::None {
            tx.insert_actions(decision.id, decision.service, &actions).await?;
            return self.propose(tx, decision, now).await;
        }
        if !actions.is_empty() {
            let first = tx.draw_sequences(actions.len()).await?;
            for (action, sequence) in actions.iter_mut().zip(first..) {
                action.state = ActionState::Waiting;
                action.sequence = Some(sequence);
                action.requested_at = Some(now);
            }
        }
        tx.insert_actions(decision.id, decision.service, &actions).await?;
        self.take_effect(tx, decision, &actions, decision.made_by, now).await
    }

    /// Makes a decision wait for its second approver: marks the case as proposed and ends all views
    /// of its items.
    async fn propose(&self, tx: &mut Tx, decision: &Decision, now: Timestamp) -> Result<(), Error> {
        tx.close_case(decision.case, CaseState::Proposed, None).await?;
        tx.close_views_of(decision.case, now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(decision.made_by);
        record_event(
            self,
            tx,
            NewEvent::of(decision.case, CaseEventKind::Proposed).by(by).about(about),
            now,
        )
        .await
    }
}

/// Inserts a decision; [`Refusal::AlreadyDecided`] if another decision was faster.
async fn insert(tx: &mut Tx, decision: &Decision) -> Result<(), Error> {
    match tx.insert_decision(decision).await {
        Err(mamori_store::Error::Conflict(_)) => Err(Refusal::AlreadyDecided.into()),
        inserted => Ok(inserted?),
    }
}
