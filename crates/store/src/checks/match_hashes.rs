//! Queries for the sets of hashes with which an item was sent and matched.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::matched::{Match, SeenHashes};
use mamori_model::{Hit, MatchId, Pdq, Sha256};
use uuid::Uuid;

use crate::call::Call;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    HASHES_OF_MATCHES = "-- hashes_of_matches
        SELECT match_id, place, sha256, pdq, first_seen_at, became_current_at
          FROM match_hashes
         WHERE match_id IN (SELECT unhex(value) FROM json_each($1))
         ORDER BY match_id, place DESC",
        postgres: "-- hashes_of_matches
        SELECT match_id, place, sha256, pdq, first_seen_at, became_current_at
          FROM match_hashes
         WHERE match_id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($1 AS json)) AS uuid)))
         ORDER BY match_id, place DESC";
    HASHES_OF_MATCH = "-- hashes_of_match
        SELECT match_id, place, sha256, pdq, first_seen_at, became_current_at
          FROM match_hashes
         WHERE match_id = $1
         ORDER BY place DESC";
    INSERT_HASHES = "-- insert_hashes
        INSERT INTO match_hashes (match_id, place, sha256, pdq, first_seen_at, became_current_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $5, $6)";
    COMPLETE_HASHES = "-- complete_hashes
        UPDATE match_hashes
           SET sha256 = $3, pdq = $4, changed_by = $5
         WHERE match_id = $1 AND place = $2";
    CLEARED_AFTER = "-- cleared_after
        SELECT count(*)
          FROM decision
         WHERE state = 'standing' AND outcome <> 'violates' AND made_at >= $2
           AND case_id IN (SELECT case_id FROM case_item WHERE match_id = $1)
           AND NOT EXISTS (SELECT 1
                             FROM match_hashes
                            WHERE match_id = $1 AND became_current_at > $2
                              AND became_current_at <= decision.made_at)";
    MOVE_HASHES = "-- move_hashes
        UPDATE match_hashes
           SET place = $3, became_current_at = $4, changed_by = $5
         WHERE match_id = $1 AND place = $2";
    MOVE_HITS = "-- move_hits
        UPDATE hit SET place = $3, changed_by = $4 WHERE match_id = $1 AND place = $2";
    COUNT_HASHES = "-- count_hashes
        SELECT count(*) FROM match_hashes WHERE match_id = $1";
    DELETE_HASHES = "-- delete_hashes
        DELETE FROM match_hashes
         WHERE match_id = $1
           AND place IN (
               SELECT place
                 FROM match_hashes AS old
                WHERE match_id = $1
                  AND place < (SELECT max(place) FROM match_hashes WHERE match_id = $1)
                  AND first_seen_at > (SELECT min(first_seen_at)
                                         FROM match_hashes
                                        WHERE match_id = $1)
                  AND place NOT IN (SELECT place FROM hit WHERE match_id = $1)
                  AND NOT EXISTS (SELECT 1
                                    FROM evidence
                                   WHERE match_id = $1 AND evidence.sha256 = old.sha256)
                  AND NOT EXISTS (
                      SELECT 1
                        FROM decision
                       WHERE case_id IN (SELECT case_id FROM case_item WHERE match_id = $1)
                         AND made_at >= old.became_current_at
                         AND NOT EXISTS (SELECT 1
                                           FROM match_hashes AS later
                                          WHERE later.match_id = $1
                                            AND later.became_current_at > old.became_current_at
                                            AND later.became_current_at <= decision.made_at))
                ORDER BY place
                LIMIT $2)";
    SHOW_HASHES = "-- show_hashes
        UPDATE item_match
           SET sha256 = $2, pdq = $3, changed_at = $4, changed_by = $5
         WHERE id = $1";
}

row! {
    struct HashesRow {
        match_id: Uuid,
        place: i64,
        sha256: Option<Vec<u8>>,
        pdq: Option<Vec<u8>>,
        first_seen_at: i64,
        became_current_at: i64,
    }
}

impl HashesRow {
    fn read(&self) -> Result<SeenHashes, Error> {
        let sha256 = self.sha256.as_deref().map(Sha256::try_from).transpose();
        let pdq = self.pdq.as_deref().map(Pdq::try_from).transpose();
        Ok(SeenHashes {
            sha256: sha256.or_corrupt("match_hashes.sha256")?,
            pdq: pdq.or_corrupt("match_hashes.pdq")?,
            seen_at: from_micros(self.first_seen_at, "match_hashes.first_seen_at")?,
        })
    }
}

/// The place of a match's first set.
const FIRST: i64 = 1;

/// The result of recording the hashes of a match.
pub(super) struct AddedHashes {
    /// Time at which the item last changed to these hashes.
    pub became_current_at: Timestamp,
    /// Whether the item was never sent with these hashes before.
    pub are_new: bool,
    /// Their place among the sets of the match.
    pub place: i64,
    /// Whether no other set of the match is newer.
    pub are_newest: bool,
}

/// Checks whether the hashes of `found` are those of `seen`: by the SHA-256 digests if both are
/// known, otherwise by the PDQ hashes.
fn is_same(seen: &SeenHashes, found: &Match) -> bool {
    match (seen.sha256, found.sha256) {
        (Some(seen), Some(found)) => seen == found,
        _ => seen.pdq.is_some() && seen.pdq == found.pdq,
    }
}

fn bound(call: Call, sha256: Option<Sha256>, pdq: Option<Pdq>) -> Call {
    call.bind(sha256.as_ref().map(|sha256| sha256.as_bytes().as_slice()))
        .bind(pdq.as_ref().map(|pdq| pdq.as_bytes().as_slice()))
}

impl Store {
    /// Reads the sets of hashes of every match in `matches`, the newest first.
    pub(super) async fn fill_hashes(&self, matches: &mut [Match]) -> Result<(), Error> {
        if matches.is_empty() {
            return Ok(());
        }
        let ids = json::ids(matches.iter().map(|found| found.id));
        let rows: Vec<HashesRow> = self.rows(HASHES_OF_MATCHES.bind(ids)).await?;
        let mut hashes: HashMap<Uuid, Vec<SeenHashes>> = HashMap::new();
        for row in rows {
            hashes.entry(row.match_id).or_default().push(row.read()?);
        }
        for found in matches {
            found.hashes = hashes.remove(&Uuid::from(found.id)).unwrap_or_default();
        }
        Ok(())
    }
}

impl Tx {
    /// Adds the hashes of `found` to the match `id`, which is locked or new, unless a set has them.
    /// A set that lacks the SHA-256 digest or the PDQ hash gets it.
    pub(super) async fn add_hashes(
        &mut self,
        id: MatchId,
        found: &Match,
    ) -> Result<AddedHashes, Error> {
        let now = found.changed_at;
        if found.sha256.is_none() && found.pdq.is_none() {
            let (are_new, are_newest) = (false, true);
            return Ok(AddedHashes { became_current_at: now, are_new, place: FIRST, are_newest });
        }
        let rows: Vec<HashesRow> = self.rows(HASHES_OF_MATCH.bind(id)).await?;
        let mut same = None;
        for row in &rows {
            let seen = row.read()?;
            let is_exact = seen.sha256.is_some() && seen.sha256 == found.sha256;
            if is_exact || (same.is_none() && is_same(&seen, found)) {
                same = Some((row, seen));
            }
            if is_exact {
                break;
            }
        }
        let newest = rows.first().map(|newest| newest.place);
        if let Some((row, seen)) = same {
            let place = row.place;
            let sha256 = seen.sha256.or(found.sha256);
            let pdq = seen.pdq.or(found.pdq);
            if (sha256, pdq) != (seen.sha256, seen.pdq) {
                let call = bound(COMPLETE_HASHES.bind(id).bind(place), sha256, pdq);
                self.run(call.bind(self.name())).await?;
            }
            return Ok(AddedHashes {
                became_current_at: from_micros(
                    row.became_current_at,
                    "match_hashes.became_current_at",
                )?,
                are_new: false,
                place,
                are_newest: newest == Some(place),
            });
        }
        let place = newest.map_or(FIRST, |newest| newest.saturating_add(1));
        let call = bound(INSERT_HASHES.bind(id).bind(place), found.sha256, found.pdq);
        self.run(call.bind(now).bind(self.name())).await?;
        Ok(AddedHashes { became_current_at: now, are_new: true, place, are_newest: true })
    }

    /// Makes the set at `place` the newest of `item`, together with its hits, because the item was
    /// sent with it again at `now` after it was sent with others.
    pub async fn make_newest(
        &mut self,
        item: MatchId,
        place: i64,
        hits: &[Hit],
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows: Vec<HashesRow> = self.rows(HASHES_OF_MATCH.bind(item)).await?;
        let newest = rows.first().or_corrupt("match_hashes.place")?.place.saturating_add(1);
        let set = rows.iter().find(|row| row.place == place).or_corrupt("match_hashes.place")?;
        let seen = set.read()?;
        let call = MOVE_HASHES.bind(item).bind(place).bind(newest).bind(now);
        self.run(call.bind(self.name())).await?;
        self.run(MOVE_HITS.bind(item).bind(place).bind(newest).bind(self.name())).await?;
        // Hits that the sets between had too are of these bytes again.
        self.add_hits(item, hits, newest).await?;
        let call = bound(SHOW_HASHES.bind(item), seen.sha256, seen.pdq);
        self.run(call.bind(now).bind(self.name())).await?;
        Ok(())
    }

    /// Deletes the oldest sets of hashes of `item`, which is locked, until it has at most
    /// `sets_max`. Never deletes the first or the newest one, nor one that a hit, stored bytes or a
    /// decision refers to, so more may remain. Returns how many were deleted.
    pub async fn trim_hashes(&mut self, item: MatchId, sets_max: u32) -> Result<u64, Error> {
        let row: Option<(i64,)> = self.row(COUNT_HASHES.bind(item)).await?;
        let surplus = row.map_or(0, |(count,)| count.saturating_sub(i64::from(sets_max)));
        if surplus <= 0 {
            return Ok(0);
        }
        self.run(DELETE_HASHES.bind(item).bind(surplus)).await
    }

    /// Returns the newest SHA-256 digest and PDQ hash of a match.
    pub(super) async fn newest_hashes(
        &mut self,
        id: MatchId,
    ) -> Result<Option<(Option<Sha256>, Option<Pdq>)>, Error> {
        let rows: Vec<HashesRow> = self.rows(HASHES_OF_MATCH.bind(id)).await?;
        let newest = rows.first().map(HashesRow::read).transpose()?;
        Ok(newest.map(|newest| (newest.sha256, newest.pdq)))
    }

    /// Checks whether a decision in effect other than `violates` was made after
    /// `became_current_at` and before the item changed to other hashes: reviewers view the newest
    /// ones.
    pub async fn is_cleared_since(
        &mut self,
        item: MatchId,
        became_current_at: Timestamp,
    ) -> Result<bool, Error> {
        let row: Option<(i64,)> =
            self.row(CLEARED_AFTER.bind(item).bind(became_current_at)).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }
}
