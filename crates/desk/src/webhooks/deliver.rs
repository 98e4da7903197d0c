//! Attempts one webhook delivery and stores its outcome.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mamori_model::job::{JobKind, Lane};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint, EventKind};
use mamori_model::{ActionId, DeliveryId, EndpointId, Sensitive, ServiceId};
use mamori_store::{Leased, NewJob, Tx};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::settings::WebhookSettings;
use crate::webhooks::destination;
use crate::webhooks::destination::{Permitted, Refused};
use crate::webhooks::signature;
use crate::{Desk, Error};

/// The HTTP client of webhooks: it follows no redirects, uses no proxy and no cookies, and connects
/// only to addresses that [`destination`] permits.
pub struct Sender {
    client: reqwest::Client,
    permitted: Arc<Permitted>,
}

/// The outcome of one attempt.
struct AttemptResult {
    is_delivered: bool,
    /// A short text for the operator and the service: `204`, `503`, `timeout` …
    result: String,
}

impl Sender {
    /// Creates a client with these settings.
    pub fn new(settings: &WebhookSettings) -> Result<Self, Error> {
        // Fails if the process has installed a default provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let permitted = Arc::new(settings.permitted.clone());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(settings.timeout)
            .user_agent(concat!("mamori/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(PermittedResolver { permitted: Arc::clone(&permitted) }))
            .build()
            .map_err(|cause| Error::internal("the webhook client cannot be built", cause))?;
        Ok(Self { client, permitted })
    }

    async fn send(
        &self,
        delivery: &Delivery,
        endpoint: &Endpoint,
        now: Timestamp,
    ) -> AttemptResult {
        let url = match destination::parse(endpoint.url.reveal(), &self.permitted) {
            Ok(url) => url,
            Err(refused) => return AttemptResult::refused(&refused, endpoint),
        };
        match self.post(url, delivery, endpoint, now).await {
            Ok(status) if status.is_success() => {
                AttemptResult { is_delivered: true, result: status.as_u16().to_string() }
            }
            Ok(status) => AttemptResult::failed(status.as_u16().to_string()),
            Err(error) => match refusal(&error) {
                Some(refused) => AttemptResult::refused(refused, endpoint),
                None => AttemptResult::failed(describe(&error).to_owned()),
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
        // The response body is not needed and may be endless, so it is not read.
        Ok(response.status())
    }
}

impl AttemptResult {
    fn failed(result: String) -> Self {
        Self { is_delivered: false, result }
    }

    /// Builds the outcome of a refused address. The service reads the text; the address to which
    /// its name resolves is written only to the operator's log.
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
    /// Inserts a delivery and enqueues its job in `tx`, the transaction of its cause.
    pub(crate) async fn enqueue_delivery(
        &self,
        tx: &mut Tx,
        lane: (ServiceId, EndpointId),
        event: EventKind,
        payload: Sensitive<String>,
        now: Timestamp,
    ) -> Result<DeliveryId, Error> {
        self.enqueue_delivery_of(tx, lane, (event, None), payload, now).await
    }

    /// Inserts a delivery, which may ask for an action, and enqueues its job in `tx`.
    pub(crate) async fn enqueue_delivery_of(
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
        self.enqueue_delivery_job(tx, delivery.id, lane, now).await?;
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
            // The delivery was created while the endpoint was being removed.
            None => AttemptResult::failed("the endpoint was removed".to_owned()),
            Some(endpoint) => self.inner.sender.send(&delivery, endpoint, self.clock().now()).await,
        };
        self.record_attempt(job, &delivery, endpoint.is_none(), outcome).await
    }

    async fn record_attempt(
        &self,
        job: &Leased,
        delivery: &Delivery,
        is_removed: bool,
        outcome: AttemptResult,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let attempts = delivery.attempts.saturating_add(1);
        // A test shows how the endpoint is now and can be repeated, so it is not retried.
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
            tx.record_attempt(delivery.id, state, attempts, &outcome.result, now).await?;
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

/// A DNS resolver that returns only addresses to which a webhook may be sent.
struct PermittedResolver {
    permitted: Arc<Permitted>,
}

impl Resolve for PermittedResolver {
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

/// Returns why the address was refused, if that is the cause of the error.
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

/// Describes the error without the URL, which may carry a secret.
fn describe(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "no connection"
    } else {
        "no answer"
    }
}
