//! Queries for saved reasons. There is one row for each policy and language whose list was changed.

use mamori_model::staff::Language;
use mamori_model::{Line, Purpose, SavedReasons};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    SAVED_REASONS = "-- saved_reasons
        SELECT version, reasons, staff_id, changed_at
          FROM saved_reasons
         WHERE purpose = $1 AND language = $2";
    INSERT_SAVED_REASONS = "-- insert_saved_reasons
        INSERT INTO saved_reasons (purpose, language, version, reasons, staff_id, changed_at,
                                   changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (purpose, language) DO NOTHING";
    UPDATE_SAVED_REASONS = "-- update_saved_reasons
        UPDATE saved_reasons
           SET version = $3, reasons = $4, staff_id = $5, changed_at = $6, changed_by = $7
         WHERE purpose = $1 AND language = $2 AND version = $3 - 1";
}

row! {
    struct SavedReasonsRow {
        version: i64,
        reasons: String,
        staff_id: Uuid,
        changed_at: i64,
    }
}

impl SavedReasonsRow {
    fn read(self, purpose: Purpose, language: Language) -> Result<SavedReasons, Error> {
        let reasons: Vec<Line> =
            serde_json::from_str(&self.reasons).or_corrupt("saved_reasons.reasons")?;
        let changed_at = from_micros(self.changed_at, "saved_reasons.changed_at")?;
        Ok(SavedReasons {
            purpose,
            language,
            version: u32::try_from(self.version).or_corrupt("saved_reasons.version")?,
            reasons,
            changed: Some((self.staff_id.into(), changed_at)),
        })
    }
}

impl Store {
    /// Returns the saved reasons of a policy in a language; an empty list if it was never changed.
    pub async fn saved_reasons(
        &self,
        purpose: Purpose,
        language: Language,
    ) -> Result<SavedReasons, Error> {
        let call = SAVED_REASONS.bind(purpose.as_str()).bind(language.as_str());
        let row: Option<SavedReasonsRow> = self.row(call).await?;
        row.map_or_else(
            || Ok(SavedReasons::none(purpose, language)),
            |row| row.read(purpose, language),
        )
    }
}

impl Tx {
    /// Returns the saved reasons of a policy in a language, as this transaction sees them.
    pub async fn saved_reasons(
        &mut self,
        purpose: Purpose,
        language: Language,
    ) -> Result<SavedReasons, Error> {
        let call = SAVED_REASONS.bind(purpose.as_str()).bind(language.as_str());
        let row: Option<SavedReasonsRow> = self.row(call).await?;
        row.map_or_else(
            || Ok(SavedReasons::none(purpose, language)),
            |row| row.read(purpose, language),
        )
    }

    /// Stores a list that was changed; returns `false` if its version is not the one after the stored
    /// version.
    pub async fn set_saved_reasons(&mut self, list: &SavedReasons) -> Result<bool, Error> {
        let Some((by, at)) = list.changed else { return Ok(false) };
        let query = if list.version == 1 { INSERT_SAVED_REASONS } else { UPDATE_SAVED_REASONS };
        let call = query
            .bind(list.purpose.as_str())
            .bind(list.language.as_str())
            .bind(list.version)
            .bind(json::write(&list.reasons)?)
            .bind(by)
            .bind(at)
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }
}
