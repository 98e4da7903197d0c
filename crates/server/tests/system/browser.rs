//! A browser that runs no script and opens a one-time link of the console.

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::form_urlencoded;

/// A browser with a one-time link.
pub struct Browser {
    client: Client,
    link: String,
    origin: String,
}

impl Browser {
    /// `link`: `http://localhost:…/console/enroll/…`.
    pub fn new(link: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
        let client = client.redirect(Policy::none()).build().unwrap();
        let (origin, _) = link.split_once("/console").unwrap();
        Self { client, link: link.to_owned(), origin: origin.to_owned() }
    }

    /// Opens the link and presses its button; returns the session cookie, or nothing.
    pub async fn open_link(&self) -> String {
        self.client.get(&self.link).send().await.unwrap();
        let form = self.client.post(&self.link).header(ORIGIN, &self.origin);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = form.send().await.unwrap();
        let cookie = header(&answer, SET_COOKIE.as_str());
        if !cookie.is_empty() {
            assert_eq!(header(&answer, LOCATION.as_str()), "/console");
        }
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// Presses a button on `page` in the session of `cookie`; returns the address that follows.
    pub async fn press(
        &self,
        (page, path): (&str, &str),
        cookie: &str,
        fields: &[(&str, &str)],
    ) -> String {
        let csrf = field(page, "csrf");
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", &*csrf)]).collect();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = self.client.post(format!("{}{path}", self.origin)).body(body);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = form.header(ORIGIN, &self.origin).header(COOKIE, cookie).send().await.unwrap();
        let (status, to) = (answer.status(), header(&answer, LOCATION.as_str()));
        assert_eq!(status, 303, "{path}: {}", answer.text().await.unwrap());
        to
    }

    /// Views an item of `case` clear in the session of `cookie`, as the script of its page does.
    pub async fn view(&self, (page, case): (&str, &str), item: &str, cookie: &str) {
        let (csrf, claim) = (field(page, "csrf"), field(page, "claim"));
        let fields = [("csrf", &*csrf), ("claim", &*claim), ("item", item)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = self.client.post(format!("{}{case}/views", self.origin)).body(body);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = form.header(ORIGIN, &self.origin).header(COOKIE, cookie).send().await.unwrap();
        let begun: serde_json::Value = answer.json().await.unwrap();
        self.get(begun["picture"].as_str().unwrap(), cookie).await;
    }

    /// Returns a page in the session of `cookie`.
    pub async fn get(&self, path: &str, cookie: &str) -> String {
        let page = self.client.get(format!("{}{path}", self.origin)).header(COOKIE, cookie);
        let answer = page.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

/// Returns the value of a form's field.
pub fn field(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    value.unwrap_or_default()
}
