//! Enqueues messages to endpoints, attempts one delivery, and stores its outcome.

use jiff::{SignedDuration, Timestamp};
use mamori_model::job::{JobKind, Lane};
use mamori_model::webhook::{
    Delivery, DeliveryState, Disabled, DisabledCause, Endpoint, EventKind,
};
use mamori_model::{ActionId, AuditActor, AuditVerb, DeliveryId, EndpointId, Sensitive, ServiceId};
use mamori_store::{ENDPOINT_DISABLED, Leased, NewJob, Tx};
use serde_json::json;

use crate::audit::{self, Change};
use crate::webhooks::attempt::Outcome;
use crate::webhooks::destination::Refused;
use crate::{Desk, Error, clock};

impl Desk {
    /// Inserts a delivery and enqueues its job in `tx`, the transaction of its cause.
    pub(crate) async fn enqueue_delivery(
        &self,
        tx: &mut Tx,
        endpoint: &Endpoint,
        event: EventKind,
        payload: Sensitive<String>,
        now: Timestamp,
    ) -> Result<DeliveryId, Error> {
        self.enqueue_delivery_of(tx, endpoint, (event, None), payload, now).await
    }

    /// Inserts a delivery, which may ask for an action, and enqueues its job in `tx`.
    ///
    /// If the endpoint is disabled, the delivery is stored as failed, and sent once its service has
    /// enabled the endpoint again ([`Self::enable_endpoint`], or the sweep if that did not see it).
    pub(crate) async fn enqueue_delivery_of(
        &self,
        tx: &mut Tx,
        endpoint: &Endpoint,
        (event, action): (EventKind, Option<ActionId>),
        payload: Sensitive<String>,
        now: Timestamp,
    ) -> Result<DeliveryId, Error> {
        let missed = endpoint.disabled.map(|_| ENDPOINT_DISABLED.to_owned());
        let delivery = Delivery {
            id: self.clock().mint()?.into(),
            endpoint: endpoint.id,
            event,
            payload,
            state: if missed.is_none() { DeliveryState::Waiting } else { DeliveryState::Failed },
            attempts: 0,
            last_result: missed,
            created_at: now,
            last_attempt_at: None,
        };
        tx.insert_delivery_of(&delivery, action).await?;
        if delivery.state == DeliveryState::Waiting {
            let lane = (endpoint.service, endpoint.id);
            self.enqueue_delivery_job(tx, delivery.id, lane, now).await?;
        }
        Ok(delivery.id)
    }

    pub(super) async fn enqueue_delivery_job(
        &self,
        tx: &mut Tx,
        delivery: DeliveryId,
        (service, endpoint): (ServiceId, EndpointId),
        now: Timestamp,
    ) -> Result<(), Error> {
        let job = NewJob {
            id: self.clock().mint()?.into(),
            kind: JobKind::Deliver,
            key: delivery.to_string(),
            lane: Lane::of_endpoint(service, endpoint),
            not_before: now,
        };
        Ok(tx.enqueue(&job).await?)
    }

    /// Runs a delivery job: loads the state, makes one call, stores the outcome.
    pub(crate) async fn deliver(&self, job: &Leased) -> Result<(), Error> {
        let id: DeliveryId =
            job.key.parse().map_err(|cause| Error::internal("a job names no delivery", cause))?;
        let Some((delivery, endpoint)) = self.store().endpoint_for_delivery(id).await? else {
            return self.finish(job).await;
        };
        if delivery.state != DeliveryState::Waiting {
            return self.finish(job).await;
        }
        let outcome = match &endpoint {
            None => Outcome::EndpointRemoved,
            Some(endpoint) if endpoint.disabled.is_some() => Outcome::EndpointDisabled,
            Some(endpoint) => self.inner.sender.send(&delivery, endpoint, self.clock().now()).await,
        };
        self.record_attempt(job, &delivery, endpoint.as_ref(), outcome).await
    }

    async fn record_attempt(
        &self,
        job: &Leased,
        delivery: &Delivery,
        endpoint: Option<&Endpoint>,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let attempts = delivery.attempts.saturating_add(u32::from(outcome.is_attempt()));
        // A test shows how the endpoint is now and can be repeated, so it is not retried.
        let is_tried_again = outcome.may_be_repeated() && delivery.event != EventKind::EndpointTest;
        let wait = outcome.wait(job.failures.saturating_add(1), clock::chance()?);
        let retry_at = wait
            .filter(|_| is_tried_again)
            .and_then(|wait| SignedDuration::try_from(wait).ok())
            .and_then(|wait| now.checked_add(wait).ok());
        let state = match (outcome.is_delivered(), retry_at) {
            (true, _) => DeliveryState::Delivered,
            (false, Some(_)) => DeliveryState::Waiting,
            (false, None) => DeliveryState::Failed,
        };

        let mut tx = self.store().begin("deliver").await?;
        // The row of the endpoint is locked before those of its deliveries, everywhere.
        let news = self.note_condition(&mut tx, endpoint, &outcome, now).await?;
        let still_waits =
            tx.record_attempt(delivery.id, state, attempts, &outcome.text(), now).await?;
        match (state, retry_at) {
            (DeliveryState::Waiting, Some(retry_at)) if still_waits => {
                tx.retry_job(job, retry_at).await?;
            }
            (DeliveryState::Failed, _) if still_waits && is_tried_again => {
                tx.bury_job(job, &outcome.text()).await?;
            }
            _ => {
                tx.finish_job(job).await?;
            }
        }
        // What else waits for an endpoint that is now disabled fails when its own job runs: there may
        // be hundreds of thousands, too many for one transaction.
        tx.commit().await?;

        metrics::counter!("mamori_deliveries_total", "result" => state.as_str()).increment(1);
        let result = outcome.result().as_str();
        metrics::counter!("mamori_delivery_attempts_total", "result" => result).increment(1);
        if let Some(endpoint) = endpoint {
            log(endpoint.id, news, &outcome);
        }
        Ok(())
    }

    /// Records in `tx` what the outcome says about the endpoint: that it works, fails, or wants no
    /// more messages.
    async fn note_condition(
        &self,
        tx: &mut Tx,
        endpoint: Option<&Endpoint>,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<News, Error> {
        let Some(endpoint) = endpoint.filter(|_| outcome.is_attempt()) else {
            return Ok(News::None);
        };
        if outcome.is_delivered() {
            if endpoint.failing_since.is_none() {
                return Ok(News::None);
            }
            tx.mark_endpoint_working(endpoint.id).await?;
            return Ok(News::Works);
        }
        let is_first =
            endpoint.failing_since.is_none() && tx.mark_endpoint_failing(endpoint.id, now).await?;
        if outcome.is_gone() {
            let disabled = Disabled { at: now, cause: DisabledCause::Gone };
            if tx.disable_endpoint(endpoint.id, disabled).await? {
                let change =
                    Change::of(AuditActor::Mamori, AuditVerb::EndpointDisabled, endpoint.id);
                let details = json!({ "service": endpoint.service, "cause": disabled.cause });
                audit::record(self, tx, change.after(details), now).await?;
                return Ok(News::Disabled);
            }
        }
        Ok(if is_first { News::Fails } else { News::None })
    }

    /// Ends a job for which there is nothing to do.
    pub(crate) async fn finish(&self, job: &Leased) -> Result<(), Error> {
        let mut tx = self.store().begin("finish_job").await?;
        tx.finish_job(job).await?;
        Ok(tx.commit().await?)
    }
}

/// What an attempt changed about its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// Nothing.
    None,
    /// It accepts messages again.
    Works,
    /// This is the first failure since a success.
    Fails,
    /// It wants no more messages, and was disabled.
    Disabled,
}

/// Logs a change of the endpoint; not each attempt, of which there may be thousands.
fn log(endpoint: EndpointId, news: News, outcome: &Outcome) {
    let cause = outcome.text();
    match news {
        News::None => {}
        News::Works => tracing::info!(%endpoint, "a webhook endpoint accepts messages again"),
        News::Fails => {
            // The service reads `cause`; the address to which the endpoint's name resolves is
            // written only here.
            if let Outcome::Refused(Refused::Private(address)) = outcome {
                tracing::warn!(%endpoint, %address, "a webhook points into a private network");
            } else {
                tracing::warn!(%endpoint, cause, "messages to a webhook endpoint fail");
            }
        }
        News::Disabled => {
            tracing::warn!(%endpoint, cause, "a webhook endpoint is disabled");
        }
    }
}
