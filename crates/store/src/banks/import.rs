//! Queries for imports of lists into banks.

use mamori_model::import::{Import, ImportState, RejectedLine};
use mamori_model::page::{Page, PageSize};
use mamori_model::{BankId, ImportId};
use uuid::Uuid;

use crate::call::{Call, Value};
use crate::error::{Error, Fault, OrCorrupt};
use crate::open::Store;
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, bank_id, state, lines, added, updated, duplicates, rejected, rejected_lines, created_at,
               changed_at, warnings, warned_lines, withdrawn, withdrawn_lines, refusal
          FROM import
         WHERE ",
            $rest
        )
    };
}

queries! {
    IMPORT_BY_ID = select!("import_by_id", "bank_id = $1 AND id = $2");
    IMPORTS_PAGE = select!("imports_page", "bank_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    INSERT_IMPORT = "-- insert_import
        INSERT INTO import (id, bank_id, state, lines, added, duplicates, rejected,
                            rejected_lines, changed_at, changed_by, updated, warnings, warned_lines,
                            withdrawn, withdrawn_lines, refusal, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    UPDATE_IMPORT = "-- update_import
        UPDATE import
           SET state = $3, lines = $4, added = $5, duplicates = $6, rejected = $7,
               rejected_lines = $8, changed_at = $9, changed_by = $10, updated = $11, warnings = $12,
               warned_lines = $13, withdrawn = $14, withdrawn_lines = $15, refusal = $16
         WHERE id = $1 AND bank_id = $2";
}

row! {
    struct ImportRow {
        id: Uuid,
        bank_id: Uuid,
        state: String,
        lines: i64,
        added: i64,
        updated: i64,
        duplicates: i64,
        rejected: i64,
        rejected_lines: String,
        created_at: i64,
        changed_at: i64,
        warnings: i64,
        warned_lines: String,
        withdrawn: i64,
        withdrawn_lines: String,
        refusal: Option<String>,
    }
}

impl ImportRow {
    fn read(self) -> Result<Import, Error> {
        let rejected_lines = serde_json::from_str(&self.rejected_lines);
        let warned_lines = serde_json::from_str(&self.warned_lines);
        let withdrawn_lines = serde_json::from_str(&self.withdrawn_lines);
        Ok(Import {
            id: self.id.into(),
            bank: self.bank_id.into(),
            state: ImportState::parse(&self.state).or_corrupt("import.state")?,
            lines: u64::try_from(self.lines).or_corrupt("import.lines")?,
            added: u64::try_from(self.added).or_corrupt("import.added")?,
            updated: u64::try_from(self.updated).or_corrupt("import.updated")?,
            duplicates: u64::try_from(self.duplicates).or_corrupt("import.duplicates")?,
            rejected: u64::try_from(self.rejected).or_corrupt("import.rejected")?,
            rejected_lines: rejected_lines.or_corrupt("import.rejected_lines")?,
            warnings: u64::try_from(self.warnings).or_corrupt("import.warnings")?,
            warned_lines: warned_lines.or_corrupt("import.warned_lines")?,
            withdrawn: u64::try_from(self.withdrawn).or_corrupt("import.withdrawn")?,
            withdrawn_lines: withdrawn_lines.or_corrupt("import.withdrawn_lines")?,
            refusal: self.refusal,
            created_at: from_micros(self.created_at, "import.created_at")?,
            changed_at: from_micros(self.changed_at, "import.changed_at")?,
        })
    }
}

/// Binds `$1` to `$16`, which inserting and updating share.
fn write(query: Query, import: &Import, name: &'static str) -> Result<Call, Error> {
    let lines = |lines: &[RejectedLine]| {
        serde_json::to_string(lines).map_err(|error| Error::Other(Fault::of_value(&error)))
    };
    Ok(query
        .bind(import.id)
        .bind(import.bank)
        .bind(import.state.as_str())
        .bind(count(import.lines))
        .bind(count(import.added))
        .bind(count(import.duplicates))
        .bind(count(import.rejected))
        .bind(lines(&import.rejected_lines)?)
        .bind(import.changed_at)
        .bind(name)
        .bind(count(import.updated))
        .bind(count(import.warnings))
        .bind(lines(&import.warned_lines)?)
        .bind(count(import.withdrawn))
        .bind(lines(&import.withdrawn_lines)?)
        .bind(import.refusal.as_deref()))
}

fn count(number: u64) -> Value {
    Value::from(i64::try_from(number).unwrap_or(i64::MAX))
}

impl Store {
    /// Returns the import, if it is into `bank`.
    pub async fn import(&self, bank: BankId, import: ImportId) -> Result<Option<Import>, Error> {
        let row: Option<ImportRow> = self.row(IMPORT_BY_ID.bind(bank).bind(import)).await?;
        row.map(ImportRow::read).transpose()
    }

    /// Returns a page of the imports into `bank`, the newest first.
    pub async fn imports(
        &self,
        bank: BankId,
        after: Option<ImportId>,
        size: PageSize,
    ) -> Result<Page<Import, ImportId>, Error> {
        let before = after.map_or(Uuid::max(), Uuid::from);
        let call = IMPORTS_PAGE.bind(bank).bind(before).bind(size.rows().saturating_add(1));
        let rows: Vec<ImportRow> = self.rows(call).await?;
        let imports = rows.into_iter().map(ImportRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(imports, size, |import: &Import| import.id))
    }
}

impl Tx {
    /// Adds an import. [`Error::NotFound`] if its bank does not exist.
    pub async fn insert_import(&mut self, import: &Import) -> Result<(), Error> {
        let call = write(INSERT_IMPORT, import, self.name())?.bind(import.created_at);
        self.run(call).await.map_err(|error| error.or_taken("bank", "import"))?;
        Ok(())
    }

    /// Updates the progress of an import. [`Error::NotFound`] if it does not exist.
    pub async fn update_import(&mut self, import: &Import) -> Result<(), Error> {
        let call = write(UPDATE_IMPORT, import, self.name())?;
        if self.run(call).await? == 0 { Err(Error::NotFound("import")) } else { Ok(()) }
    }
}
