//! Asks a service for actions: one webhook delivery to each of its endpoints, and a reminder job.

use jiff::{SignedDuration, Timestamp};
use mamori_model::action::ActionRequest;
use mamori_model::job::{JobKind, Lane};
use mamori_model::webhook::EventKind;
use mamori_model::{ActionId, Decision};
use mamori_store::{NewJob, Tx};

use crate::webhooks::payload::{self, RequestedAction};
use crate::{Desk, Error};

/// Returns how long to wait for the service's answer before reminder number `reminder`, counted
/// from 1.
pub(super) fn wait_before(reminder: u32) -> SignedDuration {
    match reminder {
        0 | 1 => SignedDuration::from_hours(1),
        2 => SignedDuration::from_hours(6),
        _ => SignedDuration::from_hours(24),
    }
}

impl Desk {
    /// Enqueues the webhook deliveries of actions that follow from `decision`, and the first
    /// reminder of each, in the transaction of their cause. A 2xx response means that the message
    /// was received; only the service's answer means that the action was done.
    pub(crate) async fn request_actions(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        actions: &[ActionRequest],
        now: Timestamp,
    ) -> Result<(), Error> {
        for action in actions {
            self.notify_action(tx, &RequestedAction { decision, action }, false, now).await?;
            self.enqueue_reminder(tx, action.id, 1, now).await?;
        }
        Ok(())
    }

    /// Enqueues the webhook delivery of one action to each endpoint that the service has now. No
    /// reminder is stored for a disabled endpoint; a request, also a second one that a lead makes, is
    /// sent once the endpoint is enabled.
    pub(super) async fn notify_action(
        &self,
        tx: &mut Tx,
        requested: &RequestedAction<'_>,
        is_reminder: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        let action = requested.action;
        let endpoints = tx.live_endpoints(action.service).await?;
        for endpoint in endpoints.iter().filter(|it| it.disabled.is_none() || !is_reminder) {
            let body = payload::of_action(requested, now);
            let event = EventKind::ActionRequested;
            self.enqueue_delivery_of(tx, endpoint, (event, Some(action.id)), body, now).await?;
        }
        Ok(())
    }

    /// Enqueues the job that checks later whether the service has answered.
    pub(super) async fn enqueue_reminder(
        &self,
        tx: &mut Tx,
        action: ActionId,
        reminder: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let job = NewJob {
            id: self.clock().mint()?.into(),
            kind: JobKind::Remind,
            key: action.to_string(),
            lane: Lane::own(JobKind::Remind),
            not_before: now.checked_add(wait_before(reminder)).unwrap_or(Timestamp::MAX),
        };
        Ok(tx.enqueue(&job).await?)
    }
}
