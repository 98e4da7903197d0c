//! The server that is flooded, and the requests that a service and a browser send to it.

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

/// The server.
#[derive(Clone)]
pub struct Site {
    client: Client,
    address: String,
    origin: String,
}

/// A signed-in session in a browser that runs no script.
pub struct Session<'a> {
    site: &'a Site,
    cookie: String,
}

impl Site {
    pub fn new(address: &str, origin: &str) -> Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none());
        // A new connection for each request, as many separate clients would open.
        let client = client.pool_max_idle_per_host(0).build()?;
        Ok(Self { client, address: address.to_owned(), origin: origin.to_owned() })
    }

    /// Posts JSON with `key`; fails unless the server answers with a success.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}{path}", self.address)).bearer_auth(key);
        let answer = request.json(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "POST {path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Returns the PDQ hash of a picture.
    pub async fn hash(&self, key: &str, picture: Vec<u8>) -> Result<String> {
        let request = self.client.post(format!("{}/v1/hash", self.address)).bearer_auth(key);
        let hashes: Value = request.body(picture).send().await?.error_for_status()?.json().await?;
        text(&hashes, "pdq")
    }

    /// Checks an item on a public surface; returns the status, and the answer if it is JSON.
    pub async fn check(&self, key: &str, item: &str, file: Vec<u8>) -> Result<(StatusCode, Value)> {
        let form = Form::new()
            .text("item_id", item.to_owned())
            .text("surface", "public")
            .part("file", Part::bytes(file).file_name("upload"));
        let request = self.client.post(format!("{}/v1/check", self.address)).bearer_auth(key);
        let answer = request.multipart(form).send().await?;
        let status = answer.status();
        Ok((status, answer.json().await.unwrap_or_default()))
    }

    /// Sends a form of the console.
    pub async fn form(&self, path: &str, cookie: &str, form: String) -> Result<Response> {
        let request = self.client.post(format!("{}{path}", self.address)).body(form);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Ok(request.header(ORIGIN, &self.origin).header(COOKIE, cookie).send().await?)
    }

    /// Opens a sign-in link; returns the session.
    pub async fn sign_in(&self, link: &str) -> Result<Session<'_>> {
        let path = link.strip_prefix(&self.origin).context("a link of another origin")?;
        let answer = self.form(path, "", String::new()).await?;
        let cookie = answer.headers().get(SET_COOKIE).context("the link does not sign in")?;
        let pair = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(Session { site: self, cookie: pair })
    }
}

impl Session<'_> {
    /// Returns a page or a picture.
    pub async fn get(&self, path: &str) -> Result<Vec<u8>> {
        let request = self.site.client.get(format!("{}{path}", self.site.address));
        let answer = request.header(COOKIE, &self.cookie).send().await?;
        ensure!(answer.status() == StatusCode::OK, "GET {path}: {}", answer.status());
        Ok(answer.bytes().await?.to_vec())
    }

    /// Returns a page as text.
    pub async fn page(&self, path: &str) -> Result<String> {
        Ok(String::from_utf8(self.get(path).await?)?)
    }

    /// Sends a form; returns the body of a success.
    pub async fn send(&self, path: &str, form: String) -> Result<String> {
        let answer = self.site.form(path, &self.cookie, form).await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "POST {path}: {status} {text}");
        Ok(text)
    }

    /// Sends a form that is answered with a redirect; returns its path.
    pub async fn go(&self, path: &str, form: String) -> Result<String> {
        let answer = self.site.form(path, &self.cookie, form).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "POST {path}: {}", answer.status());
        let to = answer.headers().get(LOCATION).context("no address follows")?.to_str()?;
        Ok(to.split('?').next().unwrap_or_default().to_owned())
    }
}

/// Returns the text under `key` in a JSON object.
pub fn text(object: &Value, key: &str) -> Result<String> {
    let text = object.get(key).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no `{key}` in {object}"))?.to_owned())
}

/// Returns the text between `before` and the next quotation mark.
pub fn after(page: &str, before: &str) -> Result<String> {
    let (_, rest) = page.split_once(before).with_context(|| format!("a page without {before}"))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}
