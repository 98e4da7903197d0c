//! The clients that do not flood, and whose requests are timed: a service, and a reviewer with a case.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use mamori_testkit::pictures::{draw, encode};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{Session, Site, after, text};

/// The seed of the picture that the bank has.
const KNOWN: u64 = 0;
/// Width and height of the pictures, like those that services send.
const SIZE: (u32, u32) = (1_024, 768);

pub struct Bystanders<'a> {
    site: &'a Site,
    /// The key of the service.
    key: String,
    reviewer: Session<'a>,
    /// The CSRF token of the reviewer's forms.
    csrf: String,
    /// The path of the case, the claim, and its item.
    case: String,
    claim: String,
    item: String,
    checked: AtomicU64,
}

impl<'a> Bystanders<'a> {
    /// Changes the policy so that items are kept, checks an item that opens a case, and claims the case
    /// as the reviewer.
    pub async fn prepare(
        site: &'a Site,
        admin: &str,
        key: &str,
        (editor, reviewer): (&str, &str),
    ) -> Result<Self> {
        keep_items(&site.sign_in(editor).await?).await?;
        let bank = json!({
            "name": "bench", "purpose": "rehearsal", "source": "drawn by code",
            "legal_basis": "none is needed", "owner": "bench", "jurisdictions": ["*"],
            "action": "hold",
        });
        let bank = site.post("/v1/banks", admin, &bank).await?;
        let bank = text(&bank, "id")?;
        let hash = site.hash(admin, picture(KNOWN)).await?;
        let entries = json!({ "entries": [{ "hash": hash }] });
        site.post(&format!("/v1/banks/{bank}/entries"), admin, &entries).await?;
        let (status, answer) = site.check(key, "known", picture(KNOWN)).await?;
        let is_held = status == StatusCode::OK && text(&answer, "verdict")? == "hold";
        ensure!(is_held && answer.get("not_stored").is_none(), "{status} {answer}");

        let reviewer = site.sign_in(reviewer).await?;
        let queue = reviewer.page("/console/queue").await?;
        let csrf = after(&queue, "name=\"csrf\" value=\"")?;
        let case = reviewer.go("/console/queue/next", format!("csrf={csrf}")).await?;
        let page = reviewer.page(&case).await?;
        Ok(Self {
            site,
            key: key.to_owned(),
            reviewer,
            csrf,
            case,
            claim: after(&page, "name=\"claim\" value=\"")?,
            item: after(&page, "data-item=\"")?,
            checked: AtomicU64::new(0),
        })
    }

    /// Lets the service check an ordinary picture, which must succeed.
    pub async fn check(&self) -> Result<()> {
        let number = self.checked.fetch_add(1, Ordering::Relaxed);
        let file = picture(1_000 + number);
        let (status, answer) = self.site.check(&self.key, &format!("usual-{number}"), file).await?;
        ensure!(status == StatusCode::OK, "the check of another service: {status} {answer}");
        Ok(())
    }

    /// Lets the reviewer view the item; returns the id of the view.
    pub async fn view(&self) -> Result<String> {
        let form = format!("csrf={}&claim={}&item={}", self.csrf, self.claim, self.item);
        let begun = self.reviewer.send(&format!("{}/views", self.case), form).await?;
        let begun: Value = serde_json::from_str(&begun)?;
        self.reviewer.get(&text(&begun, "picture")?).await?;
        text(&begun, "view")
    }

    /// Closes a view, so that the reviewer's limit on views is not reached.
    pub async fn close(&self, view: &str) -> Result<()> {
        let form = format!("csrf={}", self.csrf);
        self.reviewer.send(&format!("/console/views/{view}/close"), form).await.map(drop)
    }
}

/// Changes the policy for rehearsals so that the bytes of items are kept, and a view adds little to the
/// reviewer's exposure.
async fn keep_items(editor: &Session<'_>) -> Result<()> {
    let path = "/console/policies/rehearsal";
    let page = editor.page(path).await?;
    let csrf = after(&page, "name=\"csrf\" value=\"")?;
    let version = after(&page, "name=\"after\" value=\"")?;
    let form = format!(
        "csrf={csrf}&after={version}&language=en&wording=Drawn+by+code.&severity=1&evidence_days=30"
    );
    editor.go(path, form).await.map(drop)
}

fn picture(seed: u64) -> Vec<u8> {
    let (width, height) = SIZE;
    encode::jpeg(&draw(seed, width, height), 90)
}
