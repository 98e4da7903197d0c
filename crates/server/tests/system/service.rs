//! A client of the API, and the pictures that it sends.

use std::path::Path;
use std::time::{Duration, Instant};

use mamori_testkit::pictures::{draw, encode};
use reqwest::header::RETRY_AFTER;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::mamori::create_key;

/// Nodes follow within a second; a busy machine may be slower.
const KNOWN_TIME_MAX: Duration = Duration::from_secs(10);

/// A client with a key.
#[derive(Clone)]
pub struct ApiClient {
    client: Client,
    /// `http://127.0.0.1:…`.
    pub address: String,
    /// The key that it sends.
    pub key: String,
}

impl ApiClient {
    /// Creates a client that sends `key` to `address`.
    pub fn new(address: &str, key: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        // A connection for each request: on one that the server is just closing as idle, a request
        // fails although neither side has a fault.
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        Self { client, address: address.to_owned(), key: key.to_owned() }
    }

    /// Creates a key on the command line; returns its client when the node at `address` knows it.
    pub async fn of_local_cli(address: &str, config: &Path, role: &[&str]) -> Self {
        let caller = Self::new(address, &create_key(config, role));
        caller.wait_until_known().await;
        caller
    }

    /// Waits until the node knows the key, which another node or the command line created.
    pub async fn wait_until_known(&self) {
        let begun = Instant::now();
        while self.get("/v1/banks").await.0 != 200 {
            assert!(begun.elapsed() < KNOWN_TIME_MAX, "the node does not learn of the key");
        }
    }

    /// Returns a client with the same key for another address.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// Returns a client for the same address with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// Sends a request.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.address);
        let mut request = self.client.request(method, url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Sends a GET.
    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }

    /// Sends a POST that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "POST {path}: {status} {answer}");
        answer
    }

    /// Uploads a picture.
    pub async fn upload(&self, item: &str, bytes: Vec<u8>) -> reqwest::Result<(StatusCode, Value)> {
        let form = Form::new()
            .text("item_id", item.to_owned())
            .text("surface", "public")
            .part("file", Part::bytes(bytes).file_name("upload"));
        let request = self.client.post(format!("{}/v1/check", self.address));
        let response = request.bearer_auth(&self.key).multipart(form).send().await?;
        let status = response.status();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(response.headers().contains_key(RETRY_AFTER), "it does not tell when to retry");
        }
        Ok((status, response.json().await?))
    }

    /// Creates a bank that holds, with the pictures of `seeds` in it, and returns its id.
    pub async fn create_bank(&self, name: &str, seeds: std::ops::Range<u64>) -> String {
        let bank = json!({
            "name": name, "purpose": "rehearsal", "source": "drawn", "legal_basis": "none",
            "owner": "tests", "jurisdictions": ["*"], "action": "hold",
        });
        let bank = self.post("/v1/banks", bank).await["id"].as_str().unwrap().to_owned();
        for seed in seeds {
            self.add(&bank, seed).await;
        }
        bank
    }

    /// Adds the hash of the picture of `seed` to a bank.
    pub async fn add(&self, bank: &str, seed: u64) {
        let request = self.client.post(format!("{}/v1/hash", self.address)).body(picture(seed));
        let response = request.bearer_auth(&self.key).send().await.unwrap();
        let hashes: Value = response.json().await.unwrap();
        let entry = json!({ "hash": hashes["pdq"] });
        self.post(&format!("/v1/banks/{bank}/entries"), json!({ "entries": [entry] })).await;
    }

    /// Creates a service and returns a client with its key.
    pub async fn create_service(&self, name: &str) -> Self {
        let service = self.post("/v1/services", json!({ "name": name })).await;
        let key = json!({ "role": "service", "service_id": service["id"], "name": name });
        let key = self.post("/v1/keys", key).await;
        self.with_key(key["key"].as_str().unwrap())
    }

    /// Waits until no delivery to an endpoint of the service waits to be sent.
    pub async fn wait_until_all_is_delivered(&self, time_max: Duration) {
        let begun = Instant::now();
        loop {
            let (_, page) = self.get("/v1/deliveries?state=waiting").await;
            if page["data"].as_array().unwrap().is_empty() {
                return;
            }
            assert!(begun.elapsed() < time_max, "still waiting: {page}");
        }
    }

    /// Returns the items of every match of the service.
    pub async fn matched_items(&self) -> Vec<String> {
        let mut items = Vec::new();
        let mut path = "/v1/matches?limit=1000".to_owned();
        loop {
            let (status, page) = self.get(&path).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            let rows = page["data"].as_array().unwrap();
            items.extend(rows.iter().map(|row| row["item_id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { return items };
            path = format!("/v1/matches?limit=1000&cursor={next}");
        }
    }
}

/// Draws the picture of `seed`, as PNG.
pub fn picture(seed: u64) -> Vec<u8> {
    encode::png(&draw(seed, 128, 96))
}
