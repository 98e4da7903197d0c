//! An upload is checked: the verb that everything else serves.

use bytes::Bytes;
use jiff::Timestamp;
use mamori_media::Picture;
use mamori_model::matched::Match;
use mamori_model::webhook::EventKind;
use mamori_model::{Evidence as KeptBytes, Hit, Item, Judgement, MatchId, NotLooked, Verdict};

use crate::hash_item::Hashed;
use crate::look_up::{Fingerprints, Found};
use crate::{Caller, Desk, Error, payload};

/// What a service sends of an item.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// The item itself.
    Bytes(Bytes),
    /// Only its hashes; the item stays at the service.
    Hashes(Fingerprints),
}

/// The answer to a check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The machine's answer.
    pub verdict: Verdict,
    /// Why no bank looked, where none did; then nothing was decoded either.
    pub not_looked: Option<NotLooked>,
    /// Every entry that the item came near to, the nearest first.
    pub hits: Vec<Hit>,
    /// The record, if there is one. A clean item has none.
    pub recorded: Option<MatchId>,
    /// The hashes of an item that came as bytes.
    pub hashed: Option<Hashed>,
}

impl Desk {
    /// Says what the banks know of an item.
    ///
    /// A clean item leaves no trace: it touches neither disk nor database. A match is committed,
    /// with its case and its webhooks, before this returns; the same item again never makes a
    /// second one. Where its policy keeps them, its bytes lie sealed in the vault by then.
    pub async fn check(
        &self,
        caller: &Caller,
        item: Item,
        evidence: Evidence,
    ) -> Result<Checked, Error> {
        self.require_current()?;
        let directory = self.directory();
        let banks = match self.looking(&directory, item.surface, item.country) {
            Ok(banks) => banks,
            Err(reason) => return Ok(count(Checked::not_looked(reason))),
        };
        let (prints, hashed, bytes) = match evidence {
            Evidence::Hashes(prints) => (prints, None, None),
            Evidence::Bytes(bytes) => {
                let hashed = self.hash_to_look_up(bytes.clone()).await?;
                (Fingerprints::from(&hashed), Some(hashed), Some(bytes))
            }
        };

        let Found { hits, judgement } =
            self.search_for(Some(caller.service()), &prints, &banks).await?;
        let Judgement { verdict, standing } = judgement;
        let recorded = if standing.is_empty() {
            None
        } else {
            let found = self.candidate(caller, item, &prints, (verdict, standing))?;
            Some(self.record(found, bytes.as_ref()).await?)
        };

        Ok(count(Checked { verdict, not_looked: None, hits, recorded, hashed }))
    }

    /// What is to be recorded.
    fn candidate(
        &self,
        caller: &Caller,
        item: Item,
        prints: &Fingerprints,
        (verdict, hits): (Verdict, Vec<Hit>),
    ) -> Result<Match, Error> {
        let now = self.clock().now();
        Ok(Match {
            id: self.clock().mint()?.into(),
            service: caller.service(),
            item,
            verdict,
            pdq: nearest_frame(prints, &hits),
            hits,
            sha256: prints.sha256,
            created_at: now,
            changed_at: now,
        })
    }

    async fn record(&self, candidate: Match, bytes: Option<&Bytes>) -> Result<MatchId, Error> {
        let now = candidate.created_at;
        let sealed = match bytes {
            Some(bytes) => self.seal_item(&candidate, bytes, now).await?,
            None => None,
        };

        let mut tx = self.store().begin("check").await?;
        let recorded = tx.record_match(&candidate).await?;
        let event = match recorded.verdict_before {
            None => Some(EventKind::MatchCreated),
            Some(before) if before < candidate.verdict => Some(EventKind::MatchChanged),
            Some(_) => None,
        };
        let mut is_told = false;
        if let Some(event) = event {
            let told = Match { id: recorded.id, ..candidate };
            self.open_case(&mut tx, &told, now).await?;
            is_told = self.tell(&mut tx, event, &told, now).await?;
        }
        // The item's match may be an older one than the candidate.
        let sealed = sealed.map(|sealed| KeptBytes { item: recorded.id, ..sealed });
        let is_kept = match &sealed {
            Some(sealed) => tx.insert_evidence(sealed).await?,
            None => false,
        };
        // After an error the file stays: the commit may have happened. The sweep knows.
        tx.commit().await?;

        if let Some(sealed) = sealed.filter(|_| !is_kept) {
            self.drop_object(sealed.id).await;
        }
        if is_told {
            self.inner.enqueued.notify_one();
        }
        Ok(recorded.id)
    }

    /// Promises a webhook to each endpoint of the service, in the transaction of its cause.
    async fn tell(
        &self,
        tx: &mut mamori_store::Tx,
        event: EventKind,
        told: &Match,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let endpoints = tx.live_endpoints(told.service).await?;
        for endpoint in &endpoints {
            let body = payload::of_match(event, told, &self.directory(), now);
            self.promise(tx, (told.service, endpoint.id), event, body, now).await?;
        }
        Ok(!endpoints.is_empty())
    }
}

impl Checked {
    fn not_looked(reason: NotLooked) -> Self {
        Self {
            verdict: Verdict::Allow,
            not_looked: Some(reason),
            hits: Vec::new(),
            recorded: None,
            hashed: None,
        }
    }
}

impl From<&Hashed> for Fingerprints {
    fn from(hashed: &Hashed) -> Self {
        let Picture { frames, frames_left_out, .. } = &hashed.picture;
        Self {
            frames_left_out: *frames_left_out,
            frames: frames.iter().map(|frame| (frame.pdq, Some(frame.quality))).collect(),
            sha256: Some(hashed.sha256),
            sha1: hashed.sha1,
            md5: hashed.md5,
        }
    }
}

/// The frame that matched best, or the first.
fn nearest_frame(prints: &Fingerprints, hits: &[Hit]) -> Option<mamori_model::Pdq> {
    let frame = hits.first().map_or(0, |hit| hit.frame);
    let nth = usize::try_from(frame).ok()?;
    prints.frames.get(nth).or(prints.frames.first()).map(|(pdq, _)| *pdq)
}

/// Totals are all that is kept of what was clean.
fn count(checked: Checked) -> Checked {
    let looked = if checked.not_looked.is_some() { "no" } else { "yes" };
    metrics::counter!("mamori_checks_total", "verdict" => checked.verdict.as_str(), "looked" => looked)
        .increment(1);
    checked
}
