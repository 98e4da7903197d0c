//! A promised webhook is sent: one attempt, and its outcome is written down.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_model::job::{JobKind, Lane};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint, EventKind};
use mamori_model::{ActionId, DeliveryId, EndpointId, Sensitive, ServiceId};
use mamori_store::{Leased, NewJob, Tx};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::destination::{Permitted, Refused};
use crate::settings::WebhookSettings;
use crate::{Desk, Error, destination, signature};

/// The HTTP client of webhooks: no redirects, no proxy, no cookies, checked addresses.
pub struct Sender {
    client: reqwest::Client,
    permitted: Arc<Permitted>,
}

/// What came of one attempt.
struct Outcome {
    is_delivered: bool,
    /// In few words, for the operator: `204`, `503`, `timeout` …
    result: String,
}

impl Sender {
    /// A client with these settings.
    pub fn new(settings: &WebhookSettings) -> Result<Self, Error> {
        // Somebody in this process may have chosen a provider before us; theirs serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let permitted = Arc::new(settings.permitted.clone());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(settings.timeout)
            .user_agent(concat!("mamori/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Checked { permitted: Arc::clone(&permitted) }))
            .build()
            .map_err(|cause| Error::internal("no client for webhooks", cause))?;
        Ok(Self { client, permitted })
    }

    async fn send(&self, delivery: &Delivery, endpoint: &Endpoint, now: Timestamp) -> Outcome {
        let url = match destination::parse(endpoint.url.reveal(), &self.permitted) {
            Ok(url) => url,
            Err(refused) => return Outcome::refused(&refused, endpoint),
        };
        match self.post(url, delivery, endpoint, now).await {
            Ok(status) if status.is_success() => {
                Outcome { is_delivered: true, result: status.as_u16().to_string() }
            }
            Ok(status) => Outcome::failed(status.as_u16().to_string()),
            Err(error) => match refusal(&error) {
                Some(refused) => Outcome::refused(refused, endpoint),
                None => Outcome::failed(in_few_words(&error).to_owned()),
            },
        }
    }

    async fn post(
        &self,
        url: Url,
        delivery: &Delivery,
        endpoint: &Endpoint,
        now: Timestamp,
    ) -> Result<reqwest::StatusCode, reqwest::Error> {
        let headers = signature::sign(&endpoint.secret, delivery.id, now, &delivery.payload);
        let response = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", headers.id)
            .header("webhook-timestamp", headers.timestamp)
            .header("webhook-signature", headers.signature)
            .body(delivery.payload.reveal().clone())
            .send()
            .await?;
        // The body is of no interest, and may be endless: it is not read.
        Ok(response.status())
    }
}

impl Outcome {
    fn failed(result: String) -> Self {
        Self { is_delivered: false, result }
    }

    /// The service reads the text; where its name points to is for the operator alone.
    fn refused(refused: &Refused, endpoint: &Endpoint) -> Self {
        let id = endpoint.id;
        if let Refused::Private(address) = refused {
            tracing::warn!(endpoint = %id, %address, "a webhook points into a private network");
        } else {
            tracing::warn!(endpoint = %id, reason = %refused, "a webhook's address is refused");
        }
        Self::failed(refused.to_string())
    }
}

impl Desk {
    /// Writes a delivery and its job into `tx`, the transaction of its cause.
    pub(crate) async fn promise(
        &self,
        tx: &mut Tx,
        lane: (ServiceId, EndpointId),
        event: EventKind,
        payload: Sensitive<String>,
        now: Timestamp,
    ) -> Result<DeliveryId, Error> {
        self.promise_of(tx, lane, (event, None), payload, now).await
    }

    /// Writes a delivery, which may ask for an action, and its job into `tx`.
    pub(crate) async fn promise_of(
        &self,
        tx: &mut Tx,
        lane: (ServiceId, EndpointId),
        (event, action): (EventKind, Option<ActionId>),
        payload: Sensitive<String>,
        now: Timestamp,
    ) -> Result<DeliveryId, Error> {
        let delivery = Delivery {
            id: self.clock().mint()?.into(),
            endpoint: lane.1,
            event,
            payload,
            state: DeliveryState::Waiting,
            attempts: 0,
            last_result: None,
            created_at: now,
            last_attempt_at: None,
        };
        tx.insert_delivery_of(&delivery, action).await?;
        self.enqueue_delivery(tx, delivery.id, lane, now).await?;
        Ok(delivery.id)
    }

    pub(crate) async fn enqueue_delivery(
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

    /// Does a delivery job: loads the state, makes one call, stores the answer.
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
            // Promised while the endpoint was being removed.
            None => Outcome::failed("the endpoint was removed".to_owned()),
            Some(endpoint) => self.inner.sender.send(&delivery, endpoint, self.clock().now()).await,
        };
        self.write_down(job, &delivery, endpoint.is_none(), outcome).await
    }

    async fn write_down(
        &self,
        job: &Leased,
        delivery: &Delivery,
        is_removed: bool,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let attempts = delivery.attempts.saturating_add(1);
        // Who tests an endpoint wants to know how it is now, and may test it again.
        let is_tried_again = !is_removed && delivery.event != EventKind::EndpointTest;
        let retry = JobKind::Deliver.retry_after(job.failures.saturating_add(1));
        let retry_at = retry
            .filter(|_| !outcome.is_delivered && is_tried_again)
            .and_then(|wait| SignedDuration::try_from(wait).ok())
            .and_then(|wait| now.checked_add(wait).ok());
        let state = match (outcome.is_delivered, retry_at) {
            (true, _) => DeliveryState::Delivered,
            (false, Some(_)) => DeliveryState::Waiting,
            (false, None) => DeliveryState::Failed,
        };

        let mut tx = self.store().begin("deliver").await?;
        let still_waits =
            tx.settle_delivery(delivery.id, state, attempts, &outcome.result, now).await?;
        match (state, retry_at) {
            (DeliveryState::Waiting, Some(retry_at)) if still_waits => {
                tx.retry_job(job, retry_at).await?;
            }
            (DeliveryState::Failed, _) if still_waits && is_tried_again => {
                tx.bury_job(job, &outcome.result).await?;
            }
            _ => {
                tx.finish_job(job).await?;
            }
        }
        tx.commit().await?;

        metrics::counter!("mamori_deliveries_total", "result" => state.as_str()).increment(1);
        Ok(())
    }

    async fn finish(&self, job: &Leased) -> Result<(), Error> {
        let mut tx = self.store().begin("finish_job").await?;
        tx.finish_job(job).await?;
        Ok(tx.commit().await?)
    }
}

/// Resolves names and lets through only the addresses that a webhook may go to.
struct Checked {
    permitted: Arc<Permitted>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let permitted = Arc::clone(&self.permitted);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let mut allowed: Vec<SocketAddr> = Vec::new();
            let mut refused = None;
            for address in found {
                match destination::check_resolved(&host, address, &permitted) {
                    Ok(()) => allowed.push(address),
                    Err(reason) => refused = Some(reason),
                }
            }
            match refused {
                Some(reason) if allowed.is_empty() => Err(reason.into()),
                _ => {
                    let addresses: Addrs = Box::new(allowed.into_iter());
                    Ok(addresses)
                }
            }
        })
    }
}

/// Why the address was refused, if that is what went wrong.
fn refusal(error: &reqwest::Error) -> Option<&Refused> {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

/// What went wrong, without the URL, which may carry a secret.
fn in_few_words(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "no connection"
    } else {
        "no answer"
    }
}
