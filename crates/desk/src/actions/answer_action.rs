//! Stores a service's answer to an action that it was asked for.

use mamori_model::action::{ActionState, Answer};
use mamori_model::key::Scope;
use mamori_model::{ActionId, AuditVerb, Line, Refusal, Sensitive};
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Caller, Desk, Error};

impl Desk {
    /// Stores a service's answer, which is final: repeating the same answer succeeds, a different
    /// one is [`Refusal::ActionAnswered`]. An answer to an action that was undone in the meantime
    /// changes nothing, because a later action says what applies.
    ///
    /// [`Error::NotFound`] if this service was never asked for the action; [`Error::Conflict`] if
    /// the action changed at the same moment: the service answers again.
    pub async fn answer_action(
        &self,
        caller: &Caller,
        id: ActionId,
        answer: Answer,
        note: Option<Sensitive<Line>>,
    ) -> Result<(), Error> {
        caller.require(&[Scope::ActionsAnswer])?;
        let now = self.clock().now();
        let service = caller.service();

        let mut tx = self.store().begin("answer_action").await?;
        let stored = (answer.state(), note.as_ref());
        if tx.answer_action(service, id, stored, now).await? {
            let action = tx.action(id).await?.ok_or(Error::NotFound("action"))?;
            let change = Change::of(caller.actor(), AuditVerb::ActionAnswered, id);
            let change = change.after(json!({ "state": answer.state().as_str() }));
            audit::record(self, &mut tx, change, now).await?;
            tx.commit().await?;
            let (kind, state) = (action.what.kind().as_str(), answer.state().as_str());
            metrics::counter!("mamori_actions_total", "kind" => kind, "state" => state)
                .increment(1);
            return Ok(());
        }
        let action = tx.action(id).await?.filter(|action| action.service == service);
        match action.map(|action| action.state) {
            Some(state) if state == answer.state() => Ok(()),
            Some(ActionState::Superseded) => Ok(()),
            Some(ActionState::Done | ActionState::Cannot) => Err(Refusal::ActionAnswered.into()),
            // This service was never asked for the action.
            Some(ActionState::Proposed | ActionState::Dropped) | None => {
                Err(Error::NotFound("action"))
            }
            Some(ActionState::Waiting | ActionState::Overdue) => {
                Err(Error::conflict("the action changed just now: answer again"))
            }
        }
    }
}
