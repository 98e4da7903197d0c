//! Bulk imports: the progress of an import, and the lines that it rejected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{BankId, ImportId};

/// State of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ImportState {
    /// In progress. An import whose node died stays in this state until it is found to be stalled.
    Running,
    /// Every line was read, and at least one was accepted.
    Finished,
    /// The list was read to its end, and no line was added, changed or a duplicate of an existing
    /// entry.
    NothingAccepted,
    /// The list as a whole was refused: [`Import::refusal`] says why.
    Refused,
    /// The lines stopped coming. Entries that were counted as added are in the bank; send the whole
    /// list again to add the rest.
    Interrupted,
}

impl ImportState {
    /// Every state, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A line that was rejected, left out, or accepted with a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedLine {
    /// Line number, from 1; a CSV header is line 1.
    pub line: u64,
    /// What is wrong with the line, and what was expected.
    pub reason: String,
}

/// One import of a list into a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Id of this import; text form `imp_…`.
    pub id: ImportId,
    /// The bank that the entries are added to.
    pub bank: BankId,
    /// Current state.
    pub state: ImportState,
    /// Number of lines read so far, without blank lines and the header.
    pub lines: u64,
    /// Number of entries added so far.
    pub added: u64,
    /// Number of existing entries that a line changed.
    pub updated: u64,
    /// Number of lines whose hash was in the bank already and that changed nothing.
    pub duplicates: u64,
    /// Number of lines that were rejected.
    pub rejected: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] rejected lines.
    pub rejected_lines: Vec<RejectedLine>,
    /// Number of lines that were accepted without an invalid part, such as a label or an end.
    pub warnings: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] lines with a warning.
    pub warned_lines: Vec<RejectedLine>,
    /// Number of lines that were left out because their hash was withdrawn from the bank.
    pub withdrawn: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] lines that were left out for this reason.
    pub withdrawn_lines: Vec<RejectedLine>,
    /// The reason why the list as a whole was refused.
    pub refusal: Option<String>,
    /// Time at which the import began.
    pub created_at: Timestamp,
    /// Time of the last progress.
    pub changed_at: Timestamp,
}

impl Import {
    /// The most lines of each kind that are stored and shown; the counts have no limit.
    pub const LINES_SHOWN_MAX: usize = 100;

    /// Returns an import of which no line has been read.
    pub fn begun(id: ImportId, bank: BankId, now: Timestamp) -> Self {
        Self {
            id,
            bank,
            state: ImportState::Running,
            lines: 0,
            added: 0,
            updated: 0,
            duplicates: 0,
            rejected: 0,
            rejected_lines: Vec::new(),
            warnings: 0,
            warned_lines: Vec::new(),
            withdrawn: 0,
            withdrawn_lines: Vec::new(),
            refusal: None,
            created_at: now,
            changed_at: now,
        }
    }
}
