//! Checks an upload against the banks: the operation that everything else serves.

use std::sync::Arc;

use bytes::Bytes;
use mamori_media::{Error as Media, Picture, Remaining};
use mamori_model::key::Scope;
use mamori_model::{
    Gap, Hit, Item, ItemContext, Looked, MatchId, Md5, NotCompared, NotLooked, NotStored, Sha1,
    Sha256, Subject, Verdict,
};

use crate::checks::fingerprints::Fingerprints;
use crate::checks::hash_item::ItemHashes;
use crate::checks::search_banks::{ItemOrigin, SearchResult};
use crate::settings::PartlyLooked;
use crate::{Caller, Desk, Directory, Error};

/// The content of an item to be checked, as its service sends it.
#[derive(Clone, Debug)]
pub enum CheckInput {
    /// The bytes of the item.
    Bytes(Bytes),
    /// Only the hashes of the item; its bytes stay at the service.
    Hashes(Fingerprints),
}

/// The answer to a check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The automatic answer: allow, hold or block.
    pub verdict: Verdict,
    /// How much of the item was compared. An item on which no bank may be used is not decoded.
    pub looked: Looked,
    /// The nearest entries, the nearest first: per bank at most
    /// [`crate::Settings::hits_per_bank_max`], and as many that are disputed.
    pub hits: Vec<Hit>,
    /// The recorded match; `None` for a clean item.
    pub recorded: Option<MatchId>,
    /// Why the bytes of the item were not stored although its policy keeps them; `None` if they are
    /// stored, or if no policy keeps them.
    pub not_stored: Option<NotStored>,
    /// The sha-256 digest of an item that was sent as bytes.
    pub sha256: Option<Sha256>,
    /// The SHA-1 digest of an item that was sent as bytes, if this node holds an entry of that
    /// kind.
    pub sha1: Option<Sha1>,
    /// The MD5 digest of an item that was sent as bytes, if this node holds an entry of that kind.
    pub md5: Option<Md5>,
    /// Format, size and frame hashes of an item that was sent as bytes and could be decoded.
    pub picture: Option<Picture>,
    /// The banks as they were when the check began: what the hits and the webhook name.
    pub directory: Arc<Directory>,
}

impl Desk {
    /// Checks an item against the banks that may be used on it.
    ///
    /// A clean item is not stored; a check of an item that no entry is near or equal to touches
    /// neither disk nor database. A match is committed, with its case and its webhook deliveries,
    /// before this returns; checking the same item again never creates a second match. If the
    /// policy keeps the item's bytes, they are sealed in the vault by then, unless it is full or fails.
    ///
    /// The digests of an item's bytes are compared whether or not it can be decoded. Unless the
    /// hits decide about the whole item
    /// ([`crate::checks::search_banks::SearchResult::is_answered`]), the answer is
    /// [`Error::Media`] if the item cannot be decoded or its data are damaged, and
    /// [`Error::PartlyLooked`] if frames were left out and [`crate::Settings::partly_looked`] does
    /// not say otherwise. [`Error::NearHits`] if only hashes were sent and the API key came near
    /// entries too often; then nothing is recorded.
    pub async fn check(
        &self,
        caller: &Caller,
        item: Item,
        evidence: CheckInput,
    ) -> Result<Checked, Error> {
        self.check_in_context(caller, (item, &ItemContext::default()), evidence).await
    }

    /// Checks an item as [`Self::check`] does. If the item opens or joins a case, `context` is
    /// stored with it; otherwise it is dropped.
    pub async fn check_in_context(
        &self,
        caller: &Caller,
        (item, context): (Item, &ItemContext),
        evidence: CheckInput,
    ) -> Result<Checked, Error> {
        caller.require(&[Scope::Checks])?;
        self.require_current()?;
        let directory = self.directory();
        let banks = match self.applicable_banks(&directory, item.surface, item.country) {
            Ok(banks) => banks,
            Err(reason) => return Ok(count(Checked::not_looked(reason, Arc::clone(&directory)))),
        };
        let subject = Subject::of(&item);
        let origin = ItemOrigin { service: caller.service(), subject: &subject };
        let (prints, picture, bytes) = match evidence {
            CheckInput::Hashes(prints) => (prints, None, None),
            CheckInput::Bytes(bytes) => {
                let read = self.hash_for_check(bytes.clone(), origin, &banks);
                let ItemHashes { prints, picture } = read.await?;
                (prints, Some(picture), Some(bytes))
            }
        };

        let found = match bytes {
            Some(_) => self.search_for(Some(origin), &prints, &banks).await?,
            None => {
                self.search_by_hashes(Some(caller.key()), Some(origin), &prints, &banks).await?
            }
        };
        let looked = looked(picture.as_ref(), &found);
        let is_read_whole = picture.as_ref().is_none_or(is_read_whole);
        self.count_cleared(&found, is_read_whole);
        let is_answered = found.is_answered();
        let SearchResult { hits, judgement, .. } = found;
        let by_hits = judgement.verdict;
        let (picture, answer) = match picture {
            Some(Ok(picture)) if is_answered => (Some(picture), Ok(by_hits)),
            Some(Ok(picture)) => {
                let answer = self.verdict_without_hit(&picture.remaining);
                (Some(picture), answer)
            }
            Some(Err(error)) if !is_answered => (None, Err(error.into())),
            None | Some(Err(_)) => (None, Ok(by_hits)),
        };
        // A match is recorded even if the answer about the rest of the item is an error.
        let recorded = if judgement.effective_hits.is_empty() {
            None
        } else {
            let found =
                self.candidate(caller, item, &prints, (by_hits, judgement.effective_hits))?;
            Some(self.record((found, context), bytes.as_ref(), &directory).await?)
        };
        let verdict = answer?;

        let has_bytes = bytes.is_some();
        Ok(count(Checked {
            verdict,
            looked,
            hits,
            recorded: recorded.map(|recorded| recorded.id),
            not_stored: recorded.and_then(|recorded| recorded.not_stored),
            sha256: prints.sha256.filter(|_| has_bytes),
            sha1: prints.sha1.filter(|_| has_bytes),
            md5: prints.md5.filter(|_| has_bytes),
            picture,
            directory,
        }))
    }

    /// Returns the answer about an item of which `remaining` was not read and whose hits do not
    /// decide about the whole. Damaged data are always an error, because any verdict would be a
    /// guess.
    fn verdict_without_hit(&self, remaining: &Remaining) -> Result<Verdict, Error> {
        match remaining {
            Remaining::Nothing => Ok(Verdict::Allow),
            Remaining::Damaged { reason } => {
                Err(Media::Unreadable { reason: reason.clone() }.into())
            }
            Remaining::LeftOut => match self.settings().partly_looked {
                PartlyLooked::Error => Err(Error::PartlyLooked),
                PartlyLooked::Hold => Ok(Verdict::Hold),
                PartlyLooked::Allow => Ok(Verdict::Allow),
            },
        }
    }
}

fn is_read_whole(picture: &Result<Picture, Media>) -> bool {
    picture.as_ref().is_ok_and(|picture| picture.remaining == Remaining::Nothing)
}

/// Returns how much of the item was compared. `picture` is `None` if only hashes were sent.
fn looked(picture: Option<&Result<Picture, Media>>, found: &SearchResult) -> Looked {
    let mut gaps: Vec<Gap> = picture.and_then(crate::checks::hash_item::gap).into_iter().collect();
    if !found.low_quality.is_empty() {
        let frames = found.low_quality.iter().copied().take(Gap::FRAMES_MAX).collect();
        gaps.push(Gap { frames, ..Gap::of(NotCompared::LowQuality) });
    }
    Looked::with(gaps)
}

impl Checked {
    fn not_looked(reason: NotLooked, directory: Arc<Directory>) -> Self {
        Self {
            verdict: Verdict::Allow,
            looked: Looked::None(reason),
            hits: Vec::new(),
            recorded: None,
            not_stored: None,
            sha256: None,
            sha1: None,
            md5: None,
            picture: None,
            directory,
        }
    }
}

/// Counts the check in the metrics; such totals are all that is kept of a clean item.
fn count(checked: Checked) -> Checked {
    let looked = checked.looked.as_str();
    metrics::counter!("mamori_checks_total", "verdict" => checked.verdict.as_str(), "looked" => looked)
        .increment(1);
    checked
}
