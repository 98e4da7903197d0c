//! A lead asks a service once more for an overdue action.

use mamori_model::action::ActionState;
use mamori_model::case::{About, CaseEventKind};
use mamori_model::{ActionId, DecisionId};

use crate::staff::member::Lead;
use crate::{Desk, Error};

impl Desk {
    /// Asks the service again for an overdue action of a decision, and records in the case which
    /// lead did so. [`Error::NotFound`] if the action is not overdue.
    pub async fn ask_again(
        &self,
        who: &Lead,
        decision: DecisionId,
        action: ActionId,
    ) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("ask_again").await?;
        let decision = tx.decision(decision).await?.ok_or(Error::NotFound("action"))?;
        let asked = tx.action(action).await?.filter(|asked| asked.decision == decision.id);
        let mut asked = asked.ok_or(Error::NotFound("action"))?;
        if !tx.ask_overdue(action, now).await? {
            return Err(Error::NotFound("action"));
        }
        asked.state = ActionState::Waiting;
        asked.reminders = asked.reminders.saturating_add(1);
        self.ask(&mut tx, &decision, &[asked], now).await?;
        let about = About { decision: Some(decision.id), ..About::default() };
        let by = Some(who.staff());
        let kind = CaseEventKind::AskedAgain;
        self.note_by(&mut tx, decision.case, kind, by, (None, about), now).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }
}
