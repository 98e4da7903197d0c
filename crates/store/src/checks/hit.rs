//! Queries for hits: the entries that a match came near to.

use std::collections::{BTreeMap, HashMap};

use mamori_model::matched::Match;
use mamori_model::{Backdrop, Distance, EntryId, Hit, MatchId, Sha256, Transform, Variant};
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::tx::Tx;

queries! {
    HAS_HIT = "-- has_hit
        SELECT count(*) FROM hit WHERE match_id = $1 AND entry_id = $2";
    HITS_OF_MATCHES = "-- hits_of_matches
        SELECT match_id, entry_id, frame, frame_count, bank_id, purpose, action, kind, distance,
               transform, backdrop
          FROM hit
         WHERE match_id IN (SELECT unhex(value) FROM json_each($1))
         ORDER BY match_id, distance, entry_id, frame",
        postgres: "-- hits_of_matches
        SELECT match_id, entry_id, frame, frame_count, bank_id, purpose, action, kind, distance,
               transform, backdrop
          FROM hit
         WHERE match_id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($1 AS json)) AS uuid)))
         ORDER BY match_id, distance, entry_id, frame";
    HIT_KEYS = "-- hit_keys
        SELECT entry_id, frame, distance, transform, backdrop, place FROM hit WHERE match_id = $1";
    HITS_OF_BYTES = "-- hits_of_bytes
        SELECT match_id, entry_id, frame, frame_count, bank_id, purpose, action, kind, distance,
               transform, backdrop
          FROM hit
         WHERE match_id = $1
           AND place = (SELECT place FROM match_hashes WHERE match_id = $1 AND sha256 = $2)
         ORDER BY distance, entry_id, frame";
    PUT_HITS = "-- put_hits
        INSERT INTO hit (match_id, entry_id, frame, frame_count, bank_id, purpose, action, kind,
                         distance, transform, backdrop, place, changed_by)
        SELECT $1, value ->> 'entry', value ->> 'frame', value ->> 'frame_count',
               unhex(value ->> 'bank'), value ->> 'purpose', value ->> 'action', value ->> 'kind',
               value ->> 'distance', value ->> 'transform', value ->> 'backdrop', $4, $3
          FROM json_each($2)
         WHERE TRUE
        ON CONFLICT (match_id, entry_id, frame)
        DO UPDATE SET distance = excluded.distance, transform = excluded.transform,
                      backdrop = excluded.backdrop, frame_count = excluded.frame_count,
                      place = excluded.place, changed_by = excluded.changed_by",
        postgres: "-- put_hits
        INSERT INTO hit (match_id, entry_id, frame, frame_count, bank_id, purpose, action, kind,
                         distance, transform, backdrop, place, changed_by)
        SELECT $1, entry, frame, frame_count, CAST(bank AS uuid), purpose, action, kind, distance,
               transform, backdrop, $4, $3
          FROM json_to_recordset(CAST($2 AS json))
               AS given (entry bigint, frame bigint, frame_count bigint, bank text, purpose text,
                         action text, kind text, distance bigint, transform text, backdrop text)
        ON CONFLICT (match_id, entry_id, frame)
        DO UPDATE SET distance = excluded.distance, transform = excluded.transform,
                      backdrop = excluded.backdrop, frame_count = excluded.frame_count,
                      place = excluded.place, changed_by = excluded.changed_by";
}

row! {
    struct HitRow {
        match_id: Uuid,
        entry_id: i64,
        frame: i64,
        frame_count: i64,
        bank_id: Uuid,
        purpose: String,
        action: String,
        kind: String,
        distance: i64,
        transform: String,
        backdrop: String,
    }
}

impl HitRow {
    fn read(&self) -> Result<Hit, Error> {
        Ok(Hit {
            bank: self.bank_id.into(),
            purpose: self.purpose.parse().or_corrupt("hit.purpose")?,
            action: self.action.parse().or_corrupt("hit.action")?,
            entry: EntryId::new(self.entry_id).or_corrupt("hit.entry_id")?,
            kind: self.kind.parse().or_corrupt("hit.kind")?,
            distance: Distance(u32::try_from(self.distance).or_corrupt("hit.distance")?),
            frame: u32::try_from(self.frame).or_corrupt("hit.frame")?,
            frame_count: u32::try_from(self.frame_count).or_corrupt("hit.frame_count")?,
            variant: variant(&self.transform, &self.backdrop)?,
        })
    }
}

fn variant(transform: &str, backdrop: &str) -> Result<Variant, Error> {
    Ok(Variant {
        transform: transform.parse().or_corrupt("hit.transform")?,
        backdrop: backdrop.parse().or_corrupt("hit.backdrop")?,
    })
}

/// Ranks two hits of one entry and frame; the lower is kept: the nearer, then the one that was
/// turned less, then the one without a backdrop.
fn rank(distance: i64, variant: Variant) -> (i64, Transform, Backdrop) {
    (distance, variant.transform, variant.backdrop)
}

#[derive(Serialize)]
struct NewRow {
    entry: i64,
    frame: u32,
    frame_count: u32,
    bank: String,
    purpose: &'static str,
    action: &'static str,
    kind: &'static str,
    distance: u32,
    transform: &'static str,
    backdrop: &'static str,
}

impl From<&Hit> for NewRow {
    fn from(hit: &Hit) -> Self {
        Self {
            entry: hit.entry.number(),
            frame: hit.frame,
            frame_count: hit.frame_count,
            bank: json::hex(hit.bank),
            purpose: hit.purpose.as_str(),
            action: hit.action.as_str(),
            kind: hit.kind.as_str(),
            distance: hit.distance.0,
            transform: hit.variant.transform.as_str(),
            backdrop: hit.variant.backdrop.as_str(),
        }
    }
}

impl Store {
    /// Returns the hits of the item with the bytes `sha256`, the nearest first. A hit that several
    /// sets of bytes have in common belongs to the newest of them.
    pub async fn hits_of_bytes(&self, id: MatchId, sha256: &Sha256) -> Result<Vec<Hit>, Error> {
        let call = HITS_OF_BYTES.bind(id).bind(sha256.as_bytes().as_slice());
        let rows: Vec<HitRow> = self.rows(call).await?;
        rows.iter().map(HitRow::read).collect()
    }

    /// Reads the hits of every match in `matches`, the nearest first.
    pub(super) async fn fill_hits(&self, matches: &mut [Match]) -> Result<(), Error> {
        if matches.is_empty() {
            return Ok(());
        }
        let ids = json::ids(matches.iter().map(|found| found.id));
        let rows: Vec<HitRow> = self.rows(HITS_OF_MATCHES.bind(ids)).await?;
        let mut hits: HashMap<Uuid, Vec<Hit>> = HashMap::new();
        for row in rows {
            hits.entry(row.match_id).or_default().push(row.read()?);
        }
        for found in matches {
            found.hits = hits.remove(&Uuid::from(found.id)).unwrap_or_default();
        }
        Ok(())
    }
}

impl Tx {
    /// Checks whether a match has a hit on an entry.
    pub async fn has_hit(&mut self, id: MatchId, entry: EntryId) -> Result<bool, Error> {
        let row: Option<(i64,)> = self.row(HAS_HIT.bind(id).bind(entry)).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }

    /// Adds new hits to a match, which is locked or new. For an entry and frame that it has
    /// already, keeps the better hit. `set` is the place of the item's hashes among those of the
    /// match. Returns how many hits were new.
    pub(super) async fn add_hits(
        &mut self,
        id: MatchId,
        hits: &[Hit],
        set: i64,
    ) -> Result<u32, Error> {
        let rows: Vec<(i64, i64, i64, String, String, i64)> = self.rows(HIT_KEYS.bind(id)).await?;
        let mut had = HashMap::new();
        for (entry, frame, distance, transform, backdrop, set) in rows {
            had.insert((entry, frame), (rank(distance, variant(&transform, &backdrop)?), set));
        }
        let rank_of = |hit: &Hit| rank(i64::from(hit.distance.0), hit.variant);
        let mut best: BTreeMap<(i64, i64), &Hit> = BTreeMap::new();
        for hit in hits {
            let place = (hit.entry.number(), i64::from(hit.frame));
            let kept = best.entry(place).or_insert(hit);
            if rank_of(hit) < rank_of(kept) {
                *kept = hit;
            }
        }
        let added = best.keys().filter(|place| !had.contains_key(place)).count();
        let rows: Vec<NewRow> = best
            .iter()
            .filter(|(place, hit)| {
                had.get(place)
                    .is_none_or(|(rank, of)| *of < set || (*of == set && rank_of(hit) < *rank))
            })
            .map(|(_, hit)| NewRow::from(*hit))
            .collect();
        if !rows.is_empty() {
            let call = PUT_HITS.bind(id).bind(json::write(&rows)?);
            self.run(call.bind(self.name()).bind(set)).await?;
        }
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }
}
