//! Puts a decision into effect: asks the service for its actions, and closes the case.

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::case::{About, CaseEventKind, CaseState};
use mamori_model::{ActionId, Decision, Outcome, ServiceAction, StaffId};
use mamori_store::Tx;

use crate::cases::record_event::{NewEvent, record_event};
use crate::evidence::expire_evidence::end_of_grace_period;
use crate::{Desk, Error};

impl Desk {
    /// Puts a decision that was proposed into effect: numbers its actions, and continues with
    /// [`Self::take_effect`]. `by` is the staff member who approved.
    pub(super) async fn apply_proposed(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        by: StaffId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let proposed = tx.actions_of_decision(decision.id).await?;
        let mut actions = Vec::new();
        if !proposed.is_empty() {
            let first = tx.draw_sequences(proposed.len()).await?;
            tx.request_actions(decision.id, first, now).await?;
            actions = tx.actions_of_decision(decision.id).await?;
        }
        self.take_effect(tx, decision, &actions, by, now).await
    }

    /// Puts a decision into effect whose `actions` are written as requested: enqueues them as
    /// webhooks, closes its case, which `tx` has locked, opens disputes after "not a match", and
    /// shortens the term of the stored bytes if nothing was violated. `by` is the staff member who
    /// decided or approved.
    pub(super) async fn take_effect(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        actions: &[ActionRequest],
        by: StaffId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.request_actions(tx, decision, actions, now).await?;
        tx.close_case(decision.case, CaseState::Decided, Some(now)).await?;
        tx.close_views_of(decision.case, now).await?;
        self.open_disputes(tx, decision, now).await?;
        if decision.outcome != Outcome::Violates {
            // Without a violation the bytes are kept only for as long as it takes to notice a
            // mistake.
            tx.shorten_evidence_of_case(decision.case, end_of_grace_period(now)).await?;
        }
        let about = About { decision: Some(decision.id), ..About::default() };
        let event = NewEvent::of(decision.case, CaseEventKind::Decided).by(by).about(about);
        record_event(self, tx, event, now).await
    }

    /// Creates an action of `decision` that the service is not asked for yet.
    pub(super) fn propose_action(
        &self,
        decision: &Decision,
        what: ServiceAction,
        undoes: Option<ActionId>,
    ) -> Result<ActionRequest, Error> {
        Ok(ActionRequest {
            id: self.clock().mint()?.into(),
            sequence: None,
            decision: decision.id,
            service: decision.service,
            what,
            undoes,
            state: ActionState::Proposed,
            reminders: 0,
            requested_at: None,
            answered_at: None,
            note: None,
        })
    }

    /// Returns the day of `now`, in UTC.
    pub(crate) fn day(now: Timestamp) -> Date {
        now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}
