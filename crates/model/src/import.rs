//! Bulk imports: how far one has come, and what it refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BankId, ImportId};

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Lines are coming in, or its node died a moment ago.
    Running,
    /// Every line was read, and at least one was accepted.
    Finished,
    /// Every line was read, or there was none, and nothing was added, changed or there already.
    NothingAccepted,
    /// The list is not what it was said to be: [`Import::refusal`] says why.
    Refused,
    /// The lines stopped coming. What was counted as added is in the bank; send it all again to
    /// add the rest.
    Interrupted,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Running, Self::Finished, Self::NothingAccepted, Self::Refused, Self::Interrupted];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::NothingAccepted => "nothing_accepted",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A line that was not taken, or not as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedLine {
    /// Its number, from 1; a CSV header is line 1.
    pub line: u64,
    /// What is wrong with it and what was expected.
    pub reason: String,
}

/// One bulk import into a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Where the entries go.
    pub bank: BankId,
    /// How far it has come.
    pub state: ImportState,
    /// Lines read so far, without blank ones and the header.
    pub lines: u64,
    /// Entries added so far.
    pub added: u64,
    /// Entries that the bank had and that a line changed.
    pub updated: u64,
    /// Lines that said nothing new of a hash that the bank had already.
    pub duplicates: u64,
    /// Lines that were not taken.
    pub rejected: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] of the lines that were not taken.
    pub rejected_lines: Vec<RejectedLine>,
    /// Lines that were taken without something that is wrong in them, such as a label or an end.
    pub warnings: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] of them.
    pub warned_lines: Vec<RejectedLine>,
    /// Lines that were not taken because their hash was withdrawn from the bank.
    pub withdrawn: u64,
    /// The first [`Import::LINES_SHOWN_MAX`] of them.
    pub withdrawn_lines: Vec<RejectedLine>,
    /// Why the list was refused as a whole.
    pub refusal: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last came further.
    pub changed_at: Timestamp,
}

impl Import {
    /// How many lines of each list are kept and shown; the counts go on.
    pub const LINES_SHOWN_MAX: usize = 100;

    /// An import of which no line was read.
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
