//! Asks a service again for an action that it has not answered.

use mamori_model::action::{ActionRequest, ActionState};
use mamori_model::{ActionId, Assignment, Decision};
use mamori_store::{Leased, Tx};

use crate::webhooks::payload::RequestedAction;
use crate::{Desk, Error};

impl Desk {
    /// Runs a reminder's job. A delivery that still waits is not doubled; a new delivery has an id
    /// of its own, because a receiver drops ids that it knows. After
    /// [`crate::settings::CaseSettings::remind_max`] the action is overdue, and a lead must act.
    pub(crate) async fn remind(&self, job: &Leased) -> Result<(), Error> {
        let id: ActionId =
            job.key.parse().map_err(|cause| Error::internal("a job names no action", cause))?;

        let mut tx = self.store().begin("remind").await?;
        // If the lease was lost, another worker sends the reminder.
        if !tx.finish_job(job).await? {
            return Ok(());
        }
        let action = tx.action(id).await?.filter(|action| action.state == ActionState::Waiting);
        if let Some(action) = action {
            let decision = tx.decision(action.decision, &Assignment::EVERYTHING).await?;
            let decision = decision.ok_or(Error::NotFound("decision"))?;
            self.remind_of(&mut tx, &decision, action).await?;
        }
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(())
    }

    async fn remind_of(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        mut action: ActionRequest,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let age = action.requested_at.map(|requested_at| now.duration_since(requested_at));
        if age.is_none_or(|age| age >= self.settings().cases.remind_max) {
            tx.move_action(action.id, ActionState::Waiting, ActionState::Overdue).await?;
            return Ok(());
        }
        if !tx.has_waiting_delivery(action.id).await? && tx.count_reminder(action.id).await? {
            action.reminders = action.reminders.saturating_add(1);
            let requested = RequestedAction { decision, action: &action };
            self.notify_action(tx, &requested, true, now).await?;
        }
        self.enqueue_reminder(tx, action.id, action.reminders.saturating_add(1), now).await
    }
}
