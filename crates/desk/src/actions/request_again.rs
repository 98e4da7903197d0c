//! A lead asks a service once more for an overdue action.

use mamori_model::action::ActionState;
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{ActionId, DecisionId};

use crate::cases::record_event::{NewEvent, record_event};
use crate::staff::member::Lead;
use crate::{Desk, Error};

impl Desk {
    /// Asks the service again for an overdue action of a decision, and records in the case which
    /// lead did so. [`Error::NotFound`] if the action is not overdue, the lead's assignment does not
    /// cover the decision, or the service is deleted.
    pub async fn request_again(
        &self,
        who: &Lead,
        decision: DecisionId,
        action: ActionId,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("request_again").await?;
        let decision = tx.decision(decision, who.assignment()).await?;
        let decision = decision.ok_or(Error::NotFound("action"))?;
        // Not deleted before this ends: a service that is asked for an action can answer it.
        tx.lock_service(decision.service).await?;
        let request = tx.action(action).await?.filter(|request| request.decision == decision.id);
        let mut request = request.ok_or(Error::NotFound("action"))?;
        if !tx.request_overdue_again(action, now).await? {
            return Err(Error::NotFound("action"));
        }
        request.state = ActionState::Waiting;
        request.reminders = request.reminders.saturating_add(1);
        self.request_actions(&mut tx, &decision, &[request], now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        let kind = CaseEventKind::RequestedAgain;
        record_event(self, &mut tx, NewEvent::of(decision.case, kind).by(by).about(about), now)
            .await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
