//! Queries for evidence: facts about sealed bytes. The bytes themselves are in the vault.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use mamori_model::{
    CaseId, Evidence, EvidenceId, ItemName, MatchId, Purpose, Sensitive, ServiceId, Sha256,
};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, match_id, sha256, purpose, size, wrapped_key, key_name, stored_at,
               expires_at, render_failed_at
          FROM evidence
         WHERE ",
            $rest
        )
    };
}

/// The place of the bytes among the sets of hashes of their match; the greatest is the newest.
macro_rules! place {
    () => {
        "COALESCE((SELECT place
                            FROM match_hashes
                           WHERE match_hashes.match_id = evidence.match_id
                             AND match_hashes.sha256 = evidence.sha256), 0)"
    };
}

queries! {
    EVIDENCE_BY_ID = select!("evidence_by_id", "id = $1");
    EVIDENCE_OF_ITEM = concat!(
        select!("evidence_of_item", "match_id = $1
         ORDER BY "),
        place!(),
        " DESC, id DESC
         LIMIT 1"
    );
    EVIDENCE_OF_CASE = concat!(
        select!("evidence_of_case", "match_id IN (SELECT match_id FROM case_item WHERE case_id = $1)
         ORDER BY "),
        place!(),
        ", id"
    );
    INSERT_EVIDENCE = "-- insert_evidence
        INSERT INTO evidence (id, match_id, purpose, size, wrapped_key, key_name, stored_at,
                              expires_at, changed_by, sha256)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (match_id, sha256) DO NOTHING";
    EVIDENCE_OF_BYTES = select!("evidence_of_bytes",
        "match_id IN (SELECT id FROM item_match WHERE service_id = $1 AND item_name = $2)
           AND sha256 = $3
         ORDER BY id DESC
         LIMIT 1");
    COUNT_EVIDENCE = "-- count_evidence
        SELECT count(*) FROM evidence WHERE wrapped_key IS NOT NULL";
    READABLE_OF = "-- readable_of
        SELECT id
          FROM evidence
         WHERE wrapped_key IS NOT NULL AND id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "-- readable_of
        SELECT id
          FROM evidence
         WHERE wrapped_key IS NOT NULL
           AND id = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))";
    EVIDENCE_BY_OTHER_KEYS = select!("evidence_by_other_keys",
        "wrapped_key IS NOT NULL AND key_name <> $1 AND id > $2 ORDER BY id LIMIT $3");
    REWRAP_EVIDENCE = "-- rewrap_evidence
        UPDATE evidence
           SET wrapped_key = $2, key_name = $3, changed_by = $4
         WHERE id = $1 AND wrapped_key IS NOT NULL";
    EXPIRE_EVIDENCE = "-- expire_evidence
        UPDATE evidence
           SET wrapped_key = NULL, changed_by = $3
         WHERE id IN (SELECT id FROM evidence
                       WHERE wrapped_key IS NOT NULL AND expires_at <= $1
                       ORDER BY expires_at LIMIT $2)
        RETURNING id",
        postgres: "-- expire_evidence
        UPDATE evidence
           SET wrapped_key = NULL, changed_by = $3
         WHERE id IN (SELECT id FROM evidence
                       WHERE wrapped_key IS NOT NULL AND expires_at <= $1
                       ORDER BY expires_at LIMIT $2
                         FOR UPDATE SKIP LOCKED)
        RETURNING id";
    SET_RENDER_FAILED = "-- set_render_failed
        UPDATE evidence SET render_failed_at = $2, changed_by = $3 WHERE id = $1";
    SHORTEN_OF_CASE = "-- shorten_of_case
        UPDATE evidence
           SET expires_at = $2, changed_by = $3
         WHERE wrapped_key IS NOT NULL AND expires_at > $2
           AND match_id IN (SELECT match_id FROM case_item WHERE case_id = $1)";
    SHORTEN_OF_POLICY = "-- shorten_of_policy
        UPDATE evidence
           SET expires_at = CASE WHEN stored_at + $2 > $3 THEN stored_at + $2 ELSE $3 END,
               changed_by = $4
         WHERE wrapped_key IS NOT NULL AND expires_at > stored_at + $2 AND expires_at > $3
           AND purpose = $1";
}

row! {
    struct EvidenceRow {
        id: Uuid,
        match_id: Uuid,
        sha256: Option<Vec<u8>>,
        purpose: String,
        size: i64,
        wrapped_key: Option<Vec<u8>>,
        key_name: String,
        stored_at: i64,
        expires_at: i64,
        render_failed_at: Option<i64>,
    }
}

impl EvidenceRow {
    fn read(self) -> Result<Evidence, Error> {
        let sha256 = self.sha256.as_deref().map(Sha256::try_from).transpose();
        Ok(Evidence {
            id: self.id.into(),
            sha256: sha256.or_corrupt("evidence.sha256")?,
            item: self.match_id.into(),
            purpose: self.purpose.parse().or_corrupt("evidence.purpose")?,
            size: u64::try_from(self.size).or_corrupt("evidence.size")?,
            wrapped_key: self.wrapped_key.map(Sensitive::new),
            key_name: self.key_name,
            stored_at: from_micros(self.stored_at, "evidence.stored_at")?,
            expires_at: from_micros(self.expires_at, "evidence.expires_at")?,
            render_failed_at: maybe_from_micros(
                self.render_failed_at,
                "evidence.render_failed_at",
            )?,
        })
    }
}

fn read(row: Option<EvidenceRow>) -> Result<Option<Evidence>, Error> {
    row.map(EvidenceRow::read).transpose()
}

/// Returns the newest evidence of each item: rows are in the order in which they were stored.
fn by_item(rows: Vec<EvidenceRow>) -> Result<HashMap<MatchId, Evidence>, Error> {
    let read = |row: EvidenceRow| row.read().map(|evidence| (evidence.item, evidence));
    rows.into_iter().map(read).collect()
}

impl Store {
    /// Returns the facts about sealed bytes.
    pub async fn evidence(&self, evidence: EvidenceId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_BY_ID.bind(evidence)).await?)
    }

    /// Returns the evidence of the newest bytes of an item.
    pub async fn evidence_of_item(&self, item: MatchId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_OF_ITEM.bind(item)).await?)
    }

    /// Returns the evidence of these bytes of this item, also if its term has ended.
    pub async fn evidence_of_bytes(
        &self,
        service: ServiceId,
        item: &ItemName,
        sha256: Sha256,
    ) -> Result<Option<Evidence>, Error> {
        let call = EVIDENCE_OF_BYTES.bind(service).bind(item.as_str());
        read(self.row(call.bind(sha256.as_bytes().as_slice())).await?)
    }

    /// Returns how many sealed objects can still be read.
    pub async fn count_evidence(&self) -> Result<u64, Error> {
        let row: Option<(i64,)> = self.row(COUNT_EVIDENCE.call()).await?;
        u64::try_from(row.map_or(0, |(count,)| count)).or_corrupt("count")
    }

    /// Returns which of these can still be read.
    pub async fn readable_of(&self, ids: &[EvidenceId]) -> Result<HashSet<EvidenceId>, Error> {
        let call = READABLE_OF.bind(json::ids(ids.iter().copied()));
        let rows: Vec<(Uuid,)> = self.rows(call).await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    /// Returns the evidence of the newest bytes of each of a case's items.
    pub async fn evidence_of_case(
        &self,
        case: CaseId,
    ) -> Result<HashMap<MatchId, Evidence>, Error> {
        by_item(self.rows(EVIDENCE_OF_CASE.bind(case)).await?)
    }
}

impl Tx {
    /// Returns the evidence of the newest bytes of an item.
    pub async fn evidence_of_item(&mut self, item: MatchId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_OF_ITEM.bind(item)).await?)
    }

    /// Returns the evidence of the newest bytes of each of a case's items.
    pub async fn evidence_of_case(
        &mut self,
        case: CaseId,
    ) -> Result<HashMap<MatchId, Evidence>, Error> {
        by_item(self.rows(EVIDENCE_OF_CASE.bind(case)).await?)
    }

    /// Records that an item's bytes are in the vault; returns `false` if the same bytes of it are
    /// recorded already.
    pub async fn insert_evidence(&mut self, evidence: &Evidence) -> Result<bool, Error> {
        let key = evidence.wrapped_key.as_ref().map(|key| key.reveal().as_slice());
        let call = INSERT_EVIDENCE
            .bind(evidence.id)
            .bind(evidence.item)
            .bind(evidence.purpose.as_str())
            .bind(i64::try_from(evidence.size).or_corrupt("evidence.size")?)
            .bind(key)
            .bind(evidence.key_name.as_str())
            .bind(evidence.stored_at)
            .bind(evidence.expires_at)
            .bind(self.name())
            .bind(evidence.sha256.as_ref().map(|sha256| sha256.as_bytes().as_slice()));
        Ok(self.run(call).await.map_err(|error| error.or_taken("match", "evidence"))? == 1)
    }

    /// Returns readable evidence whose key is wrapped by another key than `key_name`, by id, at
    /// most `limit`.
    pub async fn evidence_by_other_keys(
        &mut self,
        key_name: &str,
        after: Option<EvidenceId>,
        limit: u32,
    ) -> Result<Vec<Evidence>, Error> {
        let after = after.map_or(Uuid::nil(), Uuid::from);
        let call = EVIDENCE_BY_OTHER_KEYS.bind(key_name).bind(after).bind(limit);
        let rows: Vec<EvidenceRow> = self.rows(call).await?;
        rows.into_iter().map(EvidenceRow::read).collect()
    }

    /// Stores the same key, wrapped by another key of the vault. Unreadable evidence stays
    /// unreadable.
    pub async fn rewrap_evidence(
        &mut self,
        evidence: EvidenceId,
        wrapped_key: &Sensitive<Vec<u8>>,
        key_name: &str,
    ) -> Result<(), Error> {
        let call = REWRAP_EVIDENCE
            .bind(evidence)
            .bind(wrapped_key.reveal().as_slice())
            .bind(key_name)
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Makes evidence that has reached the end of its retention term permanently unreadable, at
    /// most `limit`; returns which.
    pub async fn expire_evidence(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<EvidenceId>, Error> {
        let call = EXPIRE_EVIDENCE.bind(now).bind(limit).bind(self.name());
        let rows: Vec<(Uuid,)> = self.rows(call).await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    /// Records that the picture of these bytes could not be rendered at `failed_at`, or with `None`
    /// that it could.
    pub async fn set_render_failed(
        &mut self,
        evidence: EvidenceId,
        failed_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.run(SET_RENDER_FAILED.bind(evidence).bind(failed_at).bind(self.name())).await.map(drop)
    }

    /// Ends the retention term of the evidence of a case's items at `until` at the latest.
    pub async fn shorten_evidence_of_case(
        &mut self,
        case: CaseId,
        until: Timestamp,
    ) -> Result<(), Error> {
        self.run(SHORTEN_OF_CASE.bind(case).bind(until).bind(self.name())).await.map(drop)
    }

    /// Shortens the retention term of the evidence under a policy to `term` from its storage, but
    /// to no time before `until`.
    pub async fn shorten_evidence_of_policy(
        &mut self,
        purpose: Purpose,
        term: SignedDuration,
        until: Timestamp,
    ) -> Result<(), Error> {
        let term = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
        let call = SHORTEN_OF_POLICY.bind(purpose.as_str()).bind(term).bind(until);
        self.run(call.bind(self.name())).await.map(drop)
    }
}
