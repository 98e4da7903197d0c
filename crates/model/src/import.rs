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
    /// Every line was read.
    Finished,
    /// The lines stopped coming. What was counted as added is in the bank; send it all again to
    /// add the rest.
    Interrupted,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Running, Self::Finished, Self::Interrupted];

    /// The word in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A line that was not taken.
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
    /// The first [`Import::REJECTED_SHOWN_MAX`] of the lines that were not taken.
    pub rejected_lines: Vec<RejectedLine>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last came further.
    pub changed_at: Timestamp,
}

impl Import {
    /// How many rejected lines are kept and shown; the count goes on.
    pub const REJECTED_SHOWN_MAX: usize = 100;
}
