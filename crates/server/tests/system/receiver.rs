//! A receiver of webhooks that records the messages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The messages received so far.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The ids of the messages about each item.
    pub ids: BTreeMap<String, BTreeSet<String>>,
    /// Number of messages, repeats included.
    pub messages: usize,
}

/// A receiver on loopback.
#[derive(Clone)]
pub struct Receiver {
    /// The address for webhooks.
    pub url: String,
    received: watch::Sender<Received>,
}

impl Receiver {
    /// Listens until the runtime ends.
    pub async fn listen() -> Self {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", socket.local_addr().unwrap());
        let received = watch::Sender::new(Received::default());
        let router = Router::new().route("/", post(take)).with_state(received.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        Self { url, received }
    }

    /// Returns the messages received so far.
    pub fn received(&self) -> Received {
        self.received.borrow().clone()
    }

    /// Waits until messages about `items` items have arrived, and returns them.
    pub async fn wait_for(&self, items: usize, time_max: Duration) -> Received {
        let mut received = self.received.subscribe();
        let whole = received.wait_for(|received| received.ids.len() >= items);
        drop(tokio::time::timeout(time_max, whole).await);
        let received = self.received();
        assert!(received.ids.len() >= items, "{} of {items} items", received.ids.len());
        received
    }
}

async fn take(
    State(received): State<watch::Sender<Received>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let message: Value = serde_json::from_slice(&body).unwrap();
    let item = message["data"]["item_id"].as_str().unwrap().to_owned();
    received.send_modify(|received| {
        received.messages += 1;
        received.ids.entry(item).or_default().insert(id);
    });
    StatusCode::NO_CONTENT
}
