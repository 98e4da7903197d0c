//! The receiver of the demo's webhooks: takes messages and checks their signatures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::service::ApiClient;

/// The messages received so far.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The ids of the messages about each item. A message that was delivered twice is listed once.
    pub messages: BTreeMap<String, Vec<String>>,
    /// Messages that were delivered again, which is permitted.
    pub repeated: usize,
    /// Messages whose signature is wrong.
    pub refused: usize,
}

/// A listener on loopback.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    webhook: Arc<OnceLock<Webhook>>,
    received: watch::Sender<Received>,
    service: Arc<OnceLock<ApiClient>>,
}

impl Receiver {
    /// Listens on a free port, until the runtime ends.
    pub async fn listen() -> anyhow::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await?;
        let receiver = Self {
            address: socket.local_addr()?,
            webhook: Arc::default(),
            received: watch::Sender::new(Received::default()),
            service: Arc::default(),
        };
        let router = Router::new().route("/webhooks", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        Ok(receiver)
    }

    /// Returns the address for webhooks.
    pub fn url(&self) -> String {
        format!("http://{}/webhooks", self.address)
    }

    /// Sets the signing secret: `whsec_` and base64.
    pub fn expect_secret(&self, text: &str) -> anyhow::Result<()> {
        let is_first = self.webhook.set(Webhook::new(text)?).is_ok();
        anyhow::ensure!(is_first, "the receiver has a secret already");
        Ok(())
    }

    /// From now on, executes requested actions and answers them as this service.
    pub fn answer_as(&self, service: ApiClient) {
        // The first service that was set stays.
        drop(self.service.set(service));
    }

    /// Waits until each of `count` items was reported or `time_max` is over, and returns what was
    /// received; calls `step` with the number of items so far.
    pub async fn wait(&self, count: usize, time_max: Duration, step: impl Fn(usize)) -> Received {
        let mut receiver = self.received.subscribe();
        let is_whole = |received: &Received| {
            step(received.messages.len());
            received.messages.len() >= count
        };
        // A timeout is a result too, and is reported as one.
        drop(tokio::time::timeout(time_max, receiver.wait_for(is_whole)).await);
        self.received.borrow().clone()
    }

    /// Answers a requested action: the service is simulated, so it is done as soon as it was read.
    fn do_action(&self, message: &Value) -> StatusCode {
        let action = message.pointer("/data/action_id").and_then(Value::as_str);
        let (Some(service), Some(action)) = (self.service.get().cloned(), action) else {
            return StatusCode::SERVICE_UNAVAILABLE;
        };
        let action = action.to_owned();
        tokio::spawn(async move {
            // Mamori reminds the service if it gets no answer.
            if let Err(error) = service.answer_action(&action).await {
                tracing::warn!(%error, action, "the demo's service could not answer");
            }
        });
        StatusCode::NO_CONTENT
    }

    /// Checks signature and time with the library that the convention publishes for receivers.
    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.webhook.get().is_some_and(|webhook| webhook.verify(body, headers).is_ok())
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !receiver.is_signed(&headers, &body) {
        receiver.received.send_modify(|received| received.refused += 1);
        return StatusCode::UNAUTHORIZED;
    }
    let id = headers.get("webhook-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if message.get("type").and_then(Value::as_str) == Some("action.requested") {
        return receiver.do_action(&message);
    }
    let item = message.pointer("/data/item_id").and_then(Value::as_str).unwrap_or_default();
    receiver.received.send_modify(|received| {
        let ids = received.messages.entry(item.to_owned()).or_default();
        if ids.iter().any(|known| known == id) {
            received.repeated += 1;
        } else {
            ids.push(id.to_owned());
        }
    });
    StatusCode::NO_CONTENT
}
