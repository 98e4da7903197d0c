//! Queries that change the metadata of entries: of one by its id, of many by their hashes.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::text::Labels;
use mamori_model::{BankId, Entry, EntryChange, EntryId, Hash, Line};
use serde::Serialize;

use super::read::read_hash;
use super::{NewEntry, ROWS_MAX};
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::pending_change::{Change, PendingChange};
use crate::query::queries;
use crate::tx::Tx;

// Many by their hashes: first the ids, by one look-up for each hash, so that the cost does not grow
// with the bank. In a single query, SQLite read the whole bank for each thousand lines.
queries! {
    UPDATE_ENTRY = "-- update_entry
        UPDATE entry
           SET source_id = $2, labels = $3, expires_at = $4, expired_at = $5, changed_by = $6,
               shortened_at = CASE WHEN CAST($7 AS BIGINT) IS NOT NULL
                                        AND (expires_at IS NULL OR expires_at > $4)
                                   THEN CAST($7 AS BIGINT) ELSE shortened_at END
         WHERE id = $1 AND withdrawn_at IS NULL AND expired_at IS NULL";
    UPDATE_ENTRIES = "-- update_entries
        WITH given AS MATERIALIZED (
            SELECT entry.id AS known, value ->> 'sets_source_id' AS sets_source_id,
                   value ->> 'source_id' AS new_source_id, value ->> 'labels' AS new_labels,
                   value ->> 'sets_expires_at' AS sets_expires_at,
                   value ->> 'expires_at' AS new_expires_at
              FROM json_each($2)
             CROSS JOIN entry
             WHERE bank_id = $1 AND kind = value ->> 'kind' AND hash = unhex(value ->> 'hash')
               AND withdrawn_at IS NULL AND expired_at IS NULL)
        UPDATE entry
           SET source_id = CASE WHEN sets_source_id THEN new_source_id ELSE source_id END,
               labels = coalesce(new_labels, labels),
               expires_at = CASE WHEN sets_expires_at THEN new_expires_at ELSE expires_at END,
               shortened_at = CASE WHEN sets_expires_at AND new_expires_at IS NOT NULL
                                        AND (expires_at IS NULL OR expires_at > new_expires_at)
                                   THEN CAST($4 AS BIGINT) ELSE shortened_at END,
               changed_by = $3
          FROM given
         WHERE id = known AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (labels <> coalesce(new_labels, labels)
                OR (sets_source_id AND source_id IS DISTINCT FROM new_source_id)
                OR (sets_expires_at AND expires_at IS DISTINCT FROM new_expires_at))
        RETURNING id, kind, hash",
        postgres: "-- update_entries
        WITH given AS MATERIALIZED (
            SELECT entry.id AS known, sets_source_id, input.source_id AS new_source_id,
                   input.labels AS new_labels, sets_expires_at, input.expires_at AS new_expires_at
              FROM json_to_recordset(CAST($2 AS json))
                   AS input (kind text, hash text, sets_source_id boolean, source_id text,
                            labels text, sets_expires_at boolean, expires_at bigint)
              JOIN entry ON bank_id = $1 AND entry.kind = input.kind
                        AND entry.hash = decode(input.hash, 'hex')
                        AND withdrawn_at IS NULL AND expired_at IS NULL)
        UPDATE entry
           SET source_id = CASE WHEN sets_source_id THEN new_source_id ELSE source_id END,
               labels = coalesce(new_labels, labels),
               expires_at = CASE WHEN sets_expires_at THEN new_expires_at ELSE expires_at END,
               shortened_at = CASE WHEN sets_expires_at AND new_expires_at IS NOT NULL
                                        AND (expires_at IS NULL OR expires_at > new_expires_at)
                                   THEN CAST($4 AS BIGINT) ELSE shortened_at END,
               changed_by = $3
          FROM given
         WHERE id = known AND withdrawn_at IS NULL AND expired_at IS NULL
           AND (labels <> coalesce(new_labels, labels)
                OR (sets_source_id AND source_id IS DISTINCT FROM new_source_id)
                OR (sets_expires_at AND expires_at IS DISTINCT FROM new_expires_at))
        RETURNING id, kind, hash";
}

#[derive(Serialize)]
struct ChangeRow<'a> {
    kind: &'static str,
    hash: String,
    sets_source_id: bool,
    source_id: Option<&'a str>,
    labels: Option<&'a Labels>,
    sets_expires_at: bool,
    expires_at: Option<i64>,
}

impl<'a> ChangeRow<'a> {
    fn new(hash: &Hash, metadata: &'a EntryChange, none: &'a Labels) -> Self {
        let labels = metadata.labels.value().unwrap_or(none);
        Self {
            kind: hash.kind().as_str(),
            hash: hash.to_string(),
            sets_source_id: metadata.source_id.is_set(),
            source_id: metadata.source_id.value().map(Line::as_str),
            labels: metadata.labels.is_set().then_some(labels),
            sets_expires_at: metadata.expires_at.is_set(),
            expires_at: metadata.expires_at.value().map(|end| end.as_microsecond()),
        }
    }
}

impl Tx {
    /// Updates source id, labels and end of an entry that has not ended; returns `false` if it has.
    ///
    /// If its end is not after `now`, it ends at once and the change log records its removal. A
    /// later end is not recorded: an index holds an entry until the log says that it was removed.
    /// An end that is brought forward counts as a removal: see [`Self::count_removed_since`].
    pub async fn update_entry(&mut self, entry: &Entry, now: Timestamp) -> Result<bool, Error> {
        let has_ended = entry.expires_at.is_some_and(|end| end <= now);
        let call = UPDATE_ENTRY
            .bind(entry.id)
            .bind(entry.source_id.as_ref().map(Line::as_str))
            .bind(json::write(&entry.labels)?)
            .bind(entry.expires_at)
            .bind(has_ended.then_some(now))
            .bind(self.name())
            .bind(entry.expires_at.map(|_| now));
        let is_updated = self.run(call).await? == 1;
        if is_updated && has_ended {
            let change = Change::Removed { bank: entry.bank, first: entry.id, last: entry.id };
            self.record_change(PendingChange { change, at: now });
        }
        Ok(is_updated)
    }

    /// Updates existing entries with the metadata of those of `entries` that have no id in `ids`,
    /// and puts the ids of changed entries there; returns how many.
    pub(super) async fn update_known(
        &mut self,
        bank: BankId,
        entries: &[NewEntry],
        ids: &mut [Option<EntryId>],
        now: Timestamp,
    ) -> Result<u64, Error> {
        // A hash may occur several times: all its changes are merged, and the last place is
        // reported.
        let mut changes: HashMap<Hash, (usize, EntryChange)> = HashMap::new();
        let known = entries.iter().zip(ids.iter()).enumerate();
        for (nth, (entry, _)) in
            known.filter(|(_, (entry, id))| id.is_none() && entry.metadata.is_set())
        {
            let (last, earlier) = changes.remove(&entry.hash).unwrap_or_default();
            let change = entry.metadata.clone().after(earlier);
            changes.insert(entry.hash, (nth.max(last), change));
        }
        let none = Labels::default();
        let rows: Vec<ChangeRow<'_>> =
            changes.iter().map(|(hash, (_, change))| ChangeRow::new(hash, change, &none)).collect();
        let mut updated = 0_u64;
        for some in rows.chunks(ROWS_MAX) {
            let call =
                UPDATE_ENTRIES.bind(bank).bind(json::write(&some)?).bind(self.name()).bind(now);
            let updated_rows: Vec<(i64, String, Vec<u8>)> = self.rows(call).await?;
            for (id, kind, hash) in updated_rows {
                updated = updated.saturating_add(1);
                let place = changes.get(&read_hash(&kind, &hash)?).map(|(nth, _)| *nth);
                if let Some(place) = place.and_then(|nth| ids.get_mut(nth)) {
                    *place = Some(EntryId::new(id).or_corrupt("entry.id")?);
                }
            }
        }
        Ok(updated)
    }
}
