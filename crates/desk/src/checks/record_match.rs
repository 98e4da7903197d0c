//! Records a match, with its case, its webhook deliveries and its sealed bytes.

use bytes::Bytes;
use mamori_model::matched::Match;
use mamori_model::webhook::EventKind;
use mamori_model::{Evidence, HashKind, Hit, Item, ItemContext, MatchId, NotStored, Pdq, Verdict};
use mamori_store::{Recorded, Tx};

use crate::checks::fingerprints::{Fingerprints, FramePrint};
use crate::webhooks::payload;
use crate::{Caller, Desk, Directory, Error};

/// A match that was recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordedMatch {
    /// The id of the item's match, which may be older than this check.
    pub id: MatchId,
    /// Why the bytes of the item were not stored although its policy keeps them.
    pub not_stored: Option<NotStored>,
}

impl Desk {
    /// Builds the match to be recorded, with a new id and without its list of hashes.
    pub(super) fn candidate(
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
            pdq: best_frame(prints, &hits),
            hits,
            sha256: prints.sha256,
            hashes: Vec::new(),
            created_at: now,
            changed_at: now,
        })
    }

    /// Records `candidate`, or adds it to the item's match. The service is sent a webhook if the match
    /// is new, has other hashes or new hits, was sent again with earlier hashes that have no decision,
    /// or has a stricter verdict. Its case is opened, joined or touched if the verdict is `hold` or
    /// `block`; not for new hits on hashes about which a standing decision says `allowed` or
    /// `not_a_match`. `context` is stored with the item where that happens.
    pub(crate) async fn record(
        &self,
        (candidate, context): (Match, &ItemContext),
        bytes: Option<&Bytes>,
        directory: &Directory,
    ) -> Result<RecordedMatch, Error> {
        let (now, candidate_service) = (candidate.created_at, candidate.service);
        let sealed = match bytes {
            Some(bytes) => self.seal_item(&candidate, bytes, now).await?,
            None => Ok(None),
        };
        let (sealed, not_stored) = match sealed {
            Ok(sealed) => (sealed, None),
            Err(reason) => (None, Some(reason)),
        };

        let mut tx = self.store().begin("check").await?;
        let mut recorded = tx.record_match(&candidate).await?;
        if is_back_uncleared(&mut tx, &recorded).await? {
            tx.make_newest(recorded.id, recorded.place, &candidate.hits, now).await?;
            recorded.has_new_hashes = true;
        }
        let mut is_notified = false;
        if let Some(event) = event(&recorded, candidate.verdict) {
            let matched = Match { id: recorded.id, ..candidate };
            if needs_review(&mut tx, &recorded, matched.verdict).await? {
                let is_in_case = self.open_case(&mut tx, &matched, now).await?;
                if is_in_case && !context.is_empty() {
                    tx.set_item_context(matched.id, context).await?;
                }
            }
            is_notified = self.notify(&mut tx, event, &matched, directory).await?;
        }
        // The item's match may be an older one than the candidate.
        let sealed = sealed.map(|sealed| Evidence { item: recorded.id, ..sealed });
        let is_kept = match &sealed {
            Some(sealed) => tx.insert_evidence(sealed).await?,
            None => false,
        };
        if recorded.has_new_hashes {
            tx.trim_hashes(recorded.id, self.settings().hash_sets_max).await?;
        }
        // The service may have been deleted since its key was shown. Its row is locked by now, unless
        // all that this transaction changed belongs to a case that is open anyway.
        tx.service(candidate_service).await?.ok_or(Error::NotFound("service"))?;
        // After an error the file stays, as the commit may have succeeded. The sweep removes it
        // later if no row names it.
        tx.commit().await?;

        if let Some(sealed) = sealed.filter(|_| !is_kept) {
            self.drop_object(sealed.id).await;
        }
        if is_notified {
            self.inner.enqueued.notify_one();
        }
        Ok(RecordedMatch { id: recorded.id, not_stored })
    }

    /// Enqueues a webhook delivery to each endpoint of the service, in the transaction of its
    /// cause. Returns false if the service has no endpoint.
    async fn notify(
        &self,
        tx: &mut Tx,
        event: EventKind,
        matched: &Match,
        directory: &Directory,
    ) -> Result<bool, Error> {
        let now = matched.created_at;
        let endpoints = tx.live_endpoints(matched.service).await?;
        for endpoint in &endpoints {
            let shown = (directory, self.settings().hit_view());
            let body = payload::of_match(event, matched, shown, now);
            self.enqueue_delivery(tx, endpoint, event, body, now).await?;
        }
        Ok(!endpoints.is_empty())
    }
}

/// Returns the webhook event for the service; `None` if nothing changed that it must know.
fn event(recorded: &Recorded, verdict: Verdict) -> Option<EventKind> {
    let Some(before) = recorded.verdict_before else { return Some(EventKind::MatchCreated) };
    let is_changed = before < verdict || recorded.has_new_hashes || recorded.added_hits > 0;
    is_changed.then_some(EventKind::MatchChanged)
}

/// Checks whether the item was sent again with a set of hashes that it had before others, and no
/// standing decision `allowed` or `not_a_match` was made while it had that set. Reviewers are shown
/// the newest set, so this one must become the newest.
async fn is_back_uncleared(tx: &mut Tx, recorded: &Recorded) -> Result<bool, Error> {
    if recorded.has_newest_hashes {
        return Ok(false);
    }
    Ok(!tx.is_cleared_since(recorded.id, recorded.hashes_became_current_at).await?)
}

/// Checks whether a reviewer must review the change. A decision that the item does not violate is
/// valid for the bytes that it was made on, also against later hits; not for other bytes, and not
/// for a stricter verdict.
async fn needs_review(tx: &mut Tx, recorded: &Recorded, verdict: Verdict) -> Result<bool, Error> {
    let is_stricter = recorded.verdict_before.is_none_or(|before| before < verdict);
    if is_stricter || recorded.has_new_hashes {
        return Ok(true);
    }
    Ok(!tx.is_cleared_since(recorded.id, recorded.hashes_became_current_at).await?)
}

/// Returns the hash of the pixels as stored, of the frame of the first of `hits`, which are sorted by
/// what their service is shown; without a PDQ hit, of the first frame. The service is shown this
/// hash, so the choice must not depend on exact distances.
fn best_frame(prints: &Fingerprints, hits: &[Hit]) -> Option<Pdq> {
    let best = hits.iter().find(|hit| hit.kind == HashKind::Pdq);
    let frame = best.and_then(|hit| prints.frames.iter().find(|frame| frame.number == hit.frame));
    frame.or(prints.frames.first()).and_then(FramePrint::stored)
}
