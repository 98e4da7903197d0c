//! Plays many reviewers at once, with browsers that run no script: each claims a case, reads it and
//! decides it, again and again. Prints how long each step took, one JSON line a figure; fails if a
//! request was refused, or if two reviewers claimed one case.
//!
//!     load-console ADDRESS ORIGIN SERVICE_KEY LINKS HASH CASES
//!
//! LINKS is a file with a link of `mamori staff sign-in-link` on each line, one for each reviewer; HASH is
//! in a bank that holds. It sends CASES items, each of an account of its own.
#![expect(clippy::print_stdout, reason = "it prints its measurements")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::json;

/// How long a person takes between two steps, at the least.
const THINK_TIME: Duration = Duration::from_millis(500);
/// How many items are sent at once.
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() -> Result<()> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, origin, key, links, hash, cases] = words.as_slice() else {
        bail!("load-console ADDRESS ORIGIN SERVICE_KEY LINKS HASH CASES")
    };
    let client = Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let links = std::fs::read_to_string(links)?;
    let links: Vec<&str> = links.lines().collect();
    let cases: usize = cases.parse()?;
    fill(&client, address, key, hash, cases).await?;

    let measurements = Arc::new(Measurements::default());
    let mut reviewers = Vec::new();
    for link in links {
        let (address, origin) = (address.clone(), origin.clone());
        let mut reviewer =
            Reviewer { client: client.clone(), address, origin, cookie: String::new() };
        reviewer.open_link(link).await?;
        let (measurements, rounds) = (Arc::clone(&measurements), cases / 2);
        reviewers.push(tokio::spawn(async move { reviewer.work(&measurements, rounds).await }));
    }
    for reviewer in reviewers {
        reviewer.await??;
    }
    measurements.print(cases / 2)
}

async fn fill(client: &Client, address: &str, key: &str, hash: &str, cases: usize) -> Result<()> {
    stream::iter(0..cases)
        .map(|number| async move {
            let item = json!({
                "item_id": format!("load-{number}"), "account_id": format!("account-{number}"),
                "surface": "public", "pdq": hash,
            });
            let check = client.post(format!("{address}/v1/check")).bearer_auth(key).json(&item);
            anyhow::Ok(check.send().await?.error_for_status()?.bytes().await?)
        })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await
}

/// The measurements of all reviewers.
#[derive(Default)]
struct Measurements {
    /// Times in microseconds, by step.
    times: Mutex<BTreeMap<&'static str, Vec<u128>>>,
    /// How often each case was claimed.
    cases: Mutex<BTreeMap<String, usize>>,
}

impl Measurements {
    fn note(&self, step: &'static str, begun: Instant) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.entry(step).or_default().push(begun.elapsed().as_micros());
    }

    /// Counts a claim of `case`, and returns how many cases were claimed so far.
    fn give(&self, case: &str) -> usize {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        *cases.entry(case.to_owned()).or_default() += 1;
        cases.len()
    }

    fn print(&self, least: usize) -> Result<()> {
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let twice = cases.values().filter(|times| **times > 1).count();
        ensure!(twice == 0, "{twice} cases were claimed twice");
        ensure!(cases.len() >= least, "only {} cases were claimed", cases.len());
        println!("{}", json!({ "name": "console_cases", "value": cases.len() }));
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        for (step, times) in times.iter_mut() {
            times.sort_unstable();
            for (name, hundredths) in [("p50", 50), ("p95", 95), ("p99", 99)] {
                let at = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
                let value = times.get(at).copied().unwrap_or_default();
                let name = format!("console_{step}_{name}_us");
                println!("{}", json!({ "name": name, "value": value }));
            }
        }
        Ok(())
    }
}

/// A reviewer with a browser.
struct Reviewer {
    client: Client,
    address: String,
    origin: String,
    cookie: String,
}

impl Reviewer {
    async fn open_link(&mut self, link: &str) -> Result<()> {
        let path = link.strip_prefix(&self.origin).context("a link of another origin")?;
        let answer = self.send(path, String::new()).await?;
        let cookie = answer.headers().get(SET_COOKIE).context("the link does not sign in")?;
        let pair = cookie.to_str()?.split(';').next();
        pair.unwrap_or_default().clone_into(&mut self.cookie);
        Ok(())
    }

    /// Works until `enough` cases were claimed by all reviewers together.
    async fn work(&self, measurements: &Measurements, enough: usize) -> Result<()> {
        let queue = self.show("queue", "/console/queue", measurements).await?;
        let csrf = after(&queue, "name=\"csrf\" content=\"").context("a page without a token")?;
        let mut case = self.next(&csrf, measurements).await?;
        while measurements.give(&case) < enough {
            let page = self.show("case", &format!("/console/cases/{case}"), measurements).await?;
            let field = |name: &str| after(&page, &format!("name=\"{name}\" value=\""));
            let claim = field("claim").context("a case that is not claimed")?;
            let version = field("version").context("a case without a version")?;
            let form = format!(
                "csrf={csrf}&claim={claim}&version={version}&outcome=violates&items=remove\
                 &reason=It+is+what+the+bank+says."
            );
            let path = format!("/console/cases/{case}/decide");
            case = self.go("decide", &path, form, measurements).await?;
        }
        Ok(())
    }

    async fn next(&self, csrf: &str, measurements: &Measurements) -> Result<String> {
        self.go("next", "/console/queue/next", format!("csrf={csrf}"), measurements).await
    }

    /// Sends a form that leads to a case.
    async fn go(
        &self,
        step: &'static str,
        path: &str,
        form: String,
        measurements: &Measurements,
    ) -> Result<String> {
        tokio::time::sleep(THINK_TIME).await;
        let begun = Instant::now();
        let answer = self.send(path, form).await?;
        measurements.note(step, begun);
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{step}: {}", answer.status());
        let to = answer.headers().get(LOCATION).context("no address follows")?.to_str()?;
        let case = to.strip_prefix("/console/cases/").context("no case is left")?;
        Ok(case.split('?').next().unwrap_or_default().to_owned())
    }

    async fn show(
        &self,
        step: &'static str,
        path: &str,
        measurements: &Measurements,
    ) -> Result<String> {
        tokio::time::sleep(THINK_TIME).await;
        let begun = Instant::now();
        let page = self.client.get(format!("{}{path}", self.address));
        let answer = self.as_browser(page).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        measurements.note(step, begun);
        ensure!(status == StatusCode::OK, "{step}: {status}");
        Ok(text)
    }

    async fn send(&self, path: &str, form: String) -> Result<Response> {
        let request = self.client.post(format!("{}{path}", self.address)).body(form);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Ok(self.as_browser(request).send().await?)
    }

    fn as_browser(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(ORIGIN, &self.origin).header(COOKIE, &self.cookie)
    }
}

/// Returns the text between `before` and the next quotation mark.
fn after(page: &str, before: &str) -> Option<String> {
    let (_, rest) = page.split_once(before)?;
    rest.split('"').next().map(str::to_owned)
}
