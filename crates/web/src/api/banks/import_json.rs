//! Imports in JSON.

use jiff::Timestamp;
use mamori_model::import::{Import, ImportState, RejectedLine};
use mamori_model::{BankId, ImportId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::json::text;

/// One import of a list into a bank, also while it runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportJson {
    /// Id of this import.
    #[schema(value_type = text::ImportId)]
    pub id: ImportId,
    /// The bank that the entries are added to.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// Current state.
    pub state: ImportState,
    /// Lines read so far, without blank ones and the header.
    #[schema(minimum = 0)]
    pub lines: u64,
    /// Entries added so far.
    #[schema(minimum = 0)]
    pub added: u64,
    /// Existing entries that a line changed.
    #[schema(minimum = 0)]
    pub updated: u64,
    /// Lines whose hash the bank already had, and that brought nothing new.
    #[schema(minimum = 0)]
    pub duplicates: u64,
    /// Lines that were rejected.
    #[schema(minimum = 0)]
    pub rejected: u64,
    /// The first 100 of the rejected lines.
    #[schema(max_items = 100)]
    pub rejected_lines: Vec<RejectedLine>,
    /// Lines that were accepted without an invalid part: a label, a source id or an end.
    #[schema(minimum = 0)]
    pub warnings: u64,
    /// The first 100 of these lines.
    #[schema(max_items = 100)]
    pub warned_lines: Vec<RejectedLine>,
    /// Lines left out because their hash was withdrawn from the bank before.
    #[schema(minimum = 0)]
    pub withdrawn: u64,
    /// The first 100 of these lines.
    #[schema(max_items = 100)]
    pub withdrawn_lines: Vec<RejectedLine>,
    /// Why the list was refused as a whole, if its state is `refused`.
    pub refusal: Option<String>,
    /// Time at which the import began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Time of its last progress.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

impl From<Import> for ImportJson {
    fn from(import: Import) -> Self {
        Self {
            id: import.id,
            bank_id: import.bank,
            state: import.state,
            lines: import.lines,
            added: import.added,
            updated: import.updated,
            duplicates: import.duplicates,
            rejected: import.rejected,
            rejected_lines: import.rejected_lines,
            warnings: import.warnings,
            warned_lines: import.warned_lines,
            withdrawn: import.withdrawn,
            withdrawn_lines: import.withdrawn_lines,
            refusal: import.refusal,
            created_at: import.created_at,
            changed_at: import.changed_at,
        }
    }
}
