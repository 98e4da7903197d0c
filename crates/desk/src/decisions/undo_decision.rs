//! Undoes a decision: asks the service to reverse its actions, and opens the case again.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::case::{About, CaseEventKind, Level, Step};
use mamori_model::decision::Decision;
use mamori_model::{DecisionId, FreeText, ItemName, Refusal, ServiceAction, ServiceId, Verdict};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::member::Reviewer;
use crate::{Desk, Error};

impl Desk {
    /// Undoes a decision that is in effect: each of its actions that can be reversed is followed by
    /// one with a greater sequence that reverses it. Allowed to the reviewer who made the decision
    /// within [`crate::settings::CaseSettings::undo_window`], and to a lead for as long as it is
    /// kept; [`Refusal::NotUndoable`] otherwise, and if the service is deleted; [`Error::NotFound`] if
    /// the staff member's assignment does not cover it.
    pub async fn undo(
        &self,
        who: &Reviewer,
        decision: DecisionId,
        why: &FreeText,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("undo").await?;
        self.undo_one(&mut tx, who, decision, why, now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }

    /// Undoes one decision within `tx`.
    pub(super) async fn undo_one(
        &self,
        tx: &mut Tx,
        who: &Reviewer,
        decision: DecisionId,
        why: &FreeText,
        now: Timestamp,
    ) -> Result<(), Error> {
        let within = who.assignment();
        let before = tx.decision(decision, within).await?.ok_or(Error::NotFound("decision"))?;
        if !keeps_service(tx, before.service).await? {
            return Err(Refusal::NotUndoable.into());
        }
        let case = tx.lock_case(before.case, within).await?.ok_or(Error::NotFound("decision"))?;
        case.state.after(Step::Undo)?;
        let decision = tx.decision(decision, within).await?.ok_or(Error::NotFound("decision"))?;
        let window = self.settings().cases.undo_window;
        decision.may_undo(who.member().roles(), who.staff(), now, window)?;
        if !tx.undo_decision(decision.id, who.staff(), why, now).await? {
            return Err(Refusal::NotUndoable.into());
        }
        self.reverse_actions(tx, &decision, now).await?;
        tx.take_back_disputes(decision.id, now).await?;
        tx.reopen_case(case.id, Level::Reviewer).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        let undone = CaseEventKind::Undone;
        record_event(
            self,
            tx,
            NewEvent::of(case.id, undone).by(by).note(Some(why)).about(about),
            now,
        )
        .await?;
        record_event(self, tx, NewEvent::of(case.id, CaseEventKind::Reopened), now).await
    }

    /// Asks the service to reverse the actions of `decision`. If another decision in effect demands
    /// a stricter action than the reversal about the same item, account or feature, the service is
    /// asked for that action instead.
    async fn reverse_actions(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), Error> {
        let items = tx.case_item_names(decision.case).await?;
        let verdicts: HashMap<ItemName, Verdict> =
            items.into_iter().map(|item| (item.name, item.verdict)).collect();
        let actions = tx.actions_of_decision(decision.id).await?;
        let mut back = Vec::new();
        for action in actions.iter().filter(|action| action.undoes.is_none()) {
            let was = action.what.item().and_then(|item| verdicts.get(item)).copied();
            if let Some(what) = action.what.inverse(was.unwrap_or(Verdict::Hold)) {
                back.push(self.propose_action(decision, what, Some(action.id))?);
            }
        }
        tx.supersede_actions(decision.id).await?;
        if back.is_empty() {
            return Ok(());
        }
        // Locks out other undos from here on: of two decisions that ask for the same, the one that
        // is undone later finds the other no longer in effect.
        let first = tx.draw_sequences(back.len()).await?;
        let standing = tx.overlapping_actions(decision.id).await?;
        let back: Vec<ActionRequest> = (first..)
            .zip(back)
            .map(|(sequence, action)| ActionRequest {
                sequence: Some(sequence),
                what: stricter_action(action.what, &standing, Self::day(now)),
                state: ActionState::Waiting,
                requested_at: Some(now),
                ..action
            })
            .collect();
        tx.insert_actions(decision.id, decision.service, &back).await?;
        self.request_actions(tx, decision, &back, now).await
    }
}

/// Keeps the service from being deleted until `tx` ends; returns `false` if it is deleted. Then it
/// can reverse nothing any more, and a case that is opened again would serve no purpose.
pub(super) async fn keeps_service(tx: &mut Tx, service: ServiceId) -> Result<bool, Error> {
    match tx.lock_service(service).await {
        Ok(()) => Ok(true),
        Err(mamori_store::Error::NotFound(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Returns what holds on `day` after an action was reversed by `inverse`: the newest action of
/// `standing` (oldest first) about the same, if it takes more than `inverse` does; else `inverse`.
fn stricter_action(inverse: ServiceAction, standing: &[ActionRequest], day: Date) -> ServiceAction {
    let mut words = standing.iter().rev().map(|action| &action.what);
    match words.find(|what| what.is_about_the_same_as(&inverse)) {
        Some(what) if what.restricts_on(day) && what.weight() > inverse.weight() => what.clone(),
        Some(_) | None => inverse,
    }
}
