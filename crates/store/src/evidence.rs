//! Evidence: what is known of sealed bytes. The bytes lie in the vault.

use std::collections::HashMap;

use mamori_model::{CaseId, Evidence, EvidenceId, MatchId, Sensitive};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, match_id, size, wrapped_key, key_name, stored_at, expires_at
          FROM evidence
         WHERE ",
            $rest
        )
    };
}

queries! {
    EVIDENCE_BY_ID = select!("evidence_by_id", "id = $1");
    EVIDENCE_OF_ITEM = select!("evidence_of_item", "match_id = $1");
    EVIDENCE_OF_CASE = select!("evidence_of_case",
        "match_id IN (SELECT match_id FROM case_item WHERE case_id = $1)");
    INSERT_EVIDENCE = "-- insert_evidence
        INSERT INTO evidence (id, match_id, size, wrapped_key, key_name, stored_at, expires_at,
                              changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (match_id) DO NOTHING";
}

#[derive(sqlx::FromRow)]
struct EvidenceRow {
    id: Uuid,
    match_id: Uuid,
    size: i64,
    wrapped_key: Option<Vec<u8>>,
    key_name: String,
    stored_at: i64,
    expires_at: i64,
}

impl EvidenceRow {
    fn read(self) -> Result<Evidence, Error> {
        Ok(Evidence {
            id: self.id.into(),
            item: self.match_id.into(),
            size: u64::try_from(self.size).or_corrupt("evidence.size")?,
            wrapped_key: self.wrapped_key.map(Sensitive::new),
            key_name: self.key_name,
            stored_at: from_micros(self.stored_at, "evidence.stored_at")?,
            expires_at: from_micros(self.expires_at, "evidence.expires_at")?,
        })
    }
}

fn read(row: Option<EvidenceRow>) -> Result<Option<Evidence>, Error> {
    row.map(EvidenceRow::read).transpose()
}

fn by_item(rows: Vec<EvidenceRow>) -> Result<HashMap<MatchId, Evidence>, Error> {
    let read = |row: EvidenceRow| row.read().map(|evidence| (evidence.item, evidence));
    rows.into_iter().map(read).collect()
}

impl Store {
    /// What is known of sealed bytes.
    pub async fn evidence(&self, evidence: EvidenceId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_BY_ID.bind(evidence)).await?)
    }

    /// What was kept of an item.
    pub async fn evidence_of_item(&self, item: MatchId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_OF_ITEM.bind(item)).await?)
    }

    /// What was kept of a case's items.
    pub async fn evidence_of_case(
        &self,
        case: CaseId,
    ) -> Result<HashMap<MatchId, Evidence>, Error> {
        by_item(self.rows(EVIDENCE_OF_CASE.bind(case)).await?)
    }
}

impl Tx {
    /// What was kept of an item.
    pub async fn evidence_of_item(&mut self, item: MatchId) -> Result<Option<Evidence>, Error> {
        read(self.row(EVIDENCE_OF_ITEM.bind(item)).await?)
    }

    /// What was kept of a case's items.
    pub async fn evidence_of_case(
        &mut self,
        case: CaseId,
    ) -> Result<HashMap<MatchId, Evidence>, Error> {
        by_item(self.rows(EVIDENCE_OF_CASE.bind(case)).await?)
    }

    /// Says that an item's bytes lie in the vault; false if others of it do already.
    pub async fn insert_evidence(&mut self, evidence: &Evidence) -> Result<bool, Error> {
        let key = evidence.wrapped_key.as_ref().map(|key| key.reveal().as_slice());
        let call = INSERT_EVIDENCE
            .bind(evidence.id)
            .bind(evidence.item)
            .bind(i64::try_from(evidence.size).or_corrupt("evidence.size")?)
            .bind(key)
            .bind(evidence.key_name.as_str())
            .bind(evidence.stored_at)
            .bind(evidence.expires_at)
            .bind(self.name());
        Ok(self.run(call).await.map_err(|error| error.or_taken("match", "evidence"))? == 1)
    }
}
