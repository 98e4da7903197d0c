//! The demo's API clients: an administrator who fills a bank, and a service that uploads.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::plan::{CheckResult, Kind, Upload};

/// An API client with a key.
#[derive(Clone)]
pub struct ApiClient {
    client: Client,
    address: String,
    key: String,
}

/// The result of one upload.
#[derive(Clone, Debug, Serialize)]
pub struct UploadResult {
    /// The service's name for the item.
    pub item_id: String,
    /// The service's pseudonym of the uploader's account.
    pub account_id: String,
    /// How the picture was changed before.
    pub kind: Kind,
    /// The answer.
    pub answer: CheckResult,
    /// If it matched: the nearest hash differs in at most this many bits.
    pub distance_max: Option<u64>,
    /// The frame that matched best, counted from 0, if one matched.
    pub frame: Option<u64>,
    /// How that frame was turned.
    pub transform: Option<String>,
    /// Time from the first byte sent to the last received, in milliseconds.
    pub time_ms: f64,
    /// The code of the problem, if the answer is one.
    pub problem: Option<String>,
}

impl ApiClient {
    /// Creates a client that sends `key` to `address` (`http://…`).
    pub fn new(address: &str, key: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_mins(1))
            // Shorter than the server's timeout, or a request may use a connection that it just
            // closed.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()?;
        Ok(Self { client, address: address.to_owned(), key: key.to_owned() })
    }

    /// Returns a client for the same address with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// Creates a service and returns a key for it.
    pub async fn create_service(&self, name: &str) -> anyhow::Result<String> {
        let service = self.post("/v1/services", json!({ "name": name })).await?;
        let key = json!({ "role": "service", "service_id": text(&service, "id")?, "name": name });
        let key = self.post("/v1/keys", key).await?;
        text(&key, "key")
    }

    /// Creates a bank whose matches are held, and returns its id.
    pub async fn create_bank(&self) -> anyhow::Result<String> {
        let bank = json!({
            "name": "demo",
            "purpose": "rehearsal",
            "source": "drawn by code for this demo",
            "legal_basis": "none needed: no person is in these pictures",
            "owner": "the demo",
            "jurisdictions": ["*"],
            "action": "hold",
        });
        let bank = self.post("/v1/banks", bank).await?;
        text(&bank, "id")
    }

    /// Returns the PDQ hash of a file.
    pub async fn hash(&self, bytes: Vec<u8>) -> anyhow::Result<String> {
        let request = self.client.post(format!("{}/v1/hash", self.address));
        let request = request.header("content-type", "application/octet-stream").body(bytes);
        let hashes = read(request.bearer_auth(&self.key).send().await?).await?;
        text(&hashes, "pdq")
    }

    /// Adds hashes with a label to a bank.
    pub async fn add_entries(&self, bank: &str, hashes: &[String]) -> anyhow::Result<()> {
        let entry = |hash: &String| json!({ "hash": hash, "labels": ["benign"] });
        let entries: Vec<Value> = hashes.iter().map(entry).collect();
        let path = format!("/v1/banks/{bank}/entries");
        let added = self.post(&path, json!({ "entries": entries })).await?;
        let count = added.get("added").and_then(Value::as_u64);
        if count != u64::try_from(hashes.len()).ok() {
            bail!("{} hashes were sent, and the answer is {added}", hashes.len());
        }
        Ok(())
    }

    /// Adds a webhook endpoint and returns its signing secret.
    pub async fn add_webhook(&self, url: &str) -> anyhow::Result<String> {
        let webhook = self.post("/v1/webhooks", json!({ "url": url })).await?;
        text(&webhook, "secret")
    }

    /// Uploads a file and returns the result.
    pub async fn upload(&self, upload: Upload) -> anyhow::Result<UploadResult> {
        let Upload { item_id, account_id, text, context_url, kind, bytes } = upload;
        let mut form = Form::new()
            .text("item_id", item_id.clone())
            .text("account_id", account_id.clone())
            .text("surface", kind.surface())
            .text("context_url", context_url)
            .part("file", Part::bytes(bytes).file_name("upload"));
        if let Some(text) = text {
            form = form.text("text", text);
        }
        let request = self.client.post(format!("{}/v1/check", self.address));
        let begun = Instant::now();
        let response = request.bearer_auth(&self.key).multipart(form).send().await?;
        let checked: Value = response.json().await?;
        let time_ms = begun.elapsed().as_secs_f64() * 1_000.0;
        let problem = checked.get("type").and_then(Value::as_str).map(str::to_owned);
        Ok(UploadResult {
            item_id,
            account_id,
            kind,
            answer: classify(&checked),
            distance_max: checked.pointer("/matches/0/distance_max").and_then(Value::as_u64),
            frame: checked.pointer("/matches/0/frame").and_then(Value::as_u64),
            transform: checked
                .pointer("/matches/0/transform")
                .and_then(Value::as_str)
                .map(str::to_owned),
            time_ms,
            problem,
        })
    }

    /// Returns the number of open cases, and of the items in them.
    pub async fn open_cases(&self) -> anyhow::Result<(usize, u64)> {
        let request = self.client.get(format!("{}/v1/cases?state=open&limit=1000", self.address));
        let page = read(request.bearer_auth(&self.key).send().await?).await?;
        let cases = page.get("data").and_then(Value::as_array).context("no page of cases")?;
        let items = cases.iter().filter_map(|case| case.get("items").and_then(Value::as_u64));
        Ok((cases.len(), items.sum()))
    }

    /// Reports that a requested action is done.
    pub async fn answer_action(&self, action: &str) -> anyhow::Result<()> {
        let request = self.client.post(format!("{}/v1/actions/{action}/answer", self.address));
        let answer = json!({ "result": "done" });
        let response = request.bearer_auth(&self.key).json(&answer).send().await?;
        response.error_for_status()?;
        Ok(())
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.address));
        let response = request.bearer_auth(&self.key).json(&body).send().await?;
        read(response).await.with_context(|| format!("POST {path}"))
    }
}

async fn read(response: Response) -> anyhow::Result<Value> {
    let status = response.status();
    let body: Value = response.json().await?;
    if !status.is_success() {
        bail!("the answer is {status}: {body}");
    }
    Ok(body)
}

fn text(value: &Value, key: &str) -> anyhow::Result<String> {
    let text = value.get(key).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no `{key}` in the answer {value}"))?.to_owned())
}

/// Classifies the answer to an upload.
fn classify(checked: &Value) -> CheckResult {
    let word = |key| checked.get(key).and_then(Value::as_str);
    match (word("verdict"), word("looked"), word("type")) {
        (Some("hold"), Some("all" | "part"), _) => CheckResult::Hold,
        (Some("block"), Some("all" | "part"), _) => CheckResult::Block,
        (Some("allow"), Some("all"), _) if checked.pointer("/matches/0").is_none() => {
            CheckResult::Allow
        }
        (Some("allow"), Some("none"), _) => CheckResult::NotLooked,
        (None, None, Some("media.unreadable")) => CheckResult::Unreadable,
        _ => CheckResult::Other,
    }
}
