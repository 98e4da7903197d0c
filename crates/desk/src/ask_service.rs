//! A service is asked to do something: a message to each of its endpoints, and a reminder.

use jiff::{SignedDuration, Timestamp};
use mamori_model::action::ActionRequest;
use mamori_model::job::{JobKind, Lane};
use mamori_model::webhook::EventKind;
use mamori_model::{ActionId, Decision};
use mamori_store::{NewJob, Tx};

use crate::payload::{self, Asked};
use crate::{Desk, Error};

/// How long a service that said nothing is left alone before it is asked once more.
pub(crate) fn wait_before(reminder: u32) -> SignedDuration {
    match reminder {
        0 | 1 => SignedDuration::from_hours(1),
        2 => SignedDuration::from_hours(6),
        _ => SignedDuration::from_hours(24),
    }
}

impl Desk {
    /// Promises the messages of actions that follow from `decision`, and the first reminder of
    /// each, in the transaction of their cause. A 2xx says that a message was received; only the
    /// service's answer says that it was done.
    pub(crate) async fn ask(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        actions: &[ActionRequest],
        now: Timestamp,
    ) -> Result<(), Error> {
        for action in actions {
            self.tell_action(tx, decision, action, now).await?;
            self.remind_later(tx, action.id, 1, now).await?;
        }
        Ok(())
    }

    /// Promises one action's message to each endpoint that is there now.
    pub(crate) async fn tell_action(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        action: &ActionRequest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let endpoints = tx.live_endpoints(action.service).await?;
        for endpoint in &endpoints {
            let body = payload::of_action(&Asked { decision, action }, now);
            let lane = (action.service, endpoint.id);
            let event = EventKind::ActionRequested;
            self.promise_of(tx, lane, (event, Some(action.id)), body, now).await?;
        }
        Ok(())
    }

    /// Promises to see after a while whether the service answered.
    pub(crate) async fn remind_later(
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
