//! Sends one message to one endpoint, over a client that reaches permitted addresses only.

use std::iter;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use mamori_model::webhook::{Delivery, Endpoint};
use mamori_model::{NotificationId, Sensitive};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderValue, RETRY_AFTER};

use crate::Error;
use crate::settings::WebhookSettings;
use crate::webhooks::attempt::{Outcome, retry_after};
use crate::webhooks::destination::{self, Permitted, Refused};
use crate::webhooks::signature::{self, Headers};

/// The HTTP client of webhooks: it follows no redirects, uses no proxy and no cookies, and connects
/// only to addresses that [`destination`] permits.
pub struct Sender {
    client: reqwest::Client,
    permitted: Arc<Permitted>,
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

    /// Makes one attempt to deliver a message to an endpoint of a service.
    pub(super) async fn send(
        &self,
        delivery: &Delivery,
        endpoint: &Endpoint,
        now: Timestamp,
    ) -> Outcome {
        let headers = signature::sign(endpoint, delivery.id, now, &delivery.payload);
        self.post(&endpoint.url, headers, &delivery.payload, now).await
    }

    /// Makes one attempt to send a notification to a receiver that the operator configured, with the
    /// same restrictions and the same kind of signature.
    pub(crate) async fn send_to_contact(
        &self,
        (url, secret): (&Sensitive<String>, &Sensitive<Vec<u8>>),
        id: NotificationId,
        body: &Sensitive<String>,
        now: Timestamp,
    ) -> Outcome {
        let headers = signature::sign_with(iter::once(secret), id.to_string(), now, body);
        self.post(url, headers, body, now).await
    }

    async fn post(
        &self,
        url: &Sensitive<String>,
        headers: Headers,
        body: &Sensitive<String>,
        now: Timestamp,
    ) -> Outcome {
        let url = match destination::parse(url.reveal(), &self.permitted) {
            Ok(url) => url,
            Err(refused) => return Outcome::Refused(refused),
        };
        // The response body is not needed and may be endless, so it is not read.
        let answer = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", headers.id)
            .header("webhook-timestamp", headers.timestamp)
            .header("webhook-signature", headers.signature)
            .body(body.reveal().clone())
            .send()
            .await;
        match answer {
            Ok(response) => {
                let asked = response.headers().get(RETRY_AFTER).map(HeaderValue::to_str);
                let wait = asked.and_then(Result::ok).and_then(|text| retry_after(text, now));
                Outcome::Answered { status: response.status().as_u16(), retry_after: wait }
            }
            Err(error) => outcome(&error),
        }
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

/// Returns the outcome of an attempt without an answer. It has no URL, which may carry a secret.
fn outcome(error: &reqwest::Error) -> Outcome {
    if let Some(refused) = refusal(error) {
        Outcome::Refused(refused.clone())
    } else if error.is_timeout() {
        Outcome::Timeout
    } else if error.is_connect() {
        Outcome::NoConnection
    } else {
        Outcome::NoAnswer
    }
}
