//! Saved reasons: texts that leads offer to reviewers for the reason of a decision.

use jiff::Timestamp;

use crate::staff::Language;
use crate::{Line, Purpose, StaffId};

/// The saved reasons of one policy in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedReasons {
    /// The purpose whose policy they are for.
    pub purpose: Purpose,
    /// The language in which they are written.
    pub language: Language,
    /// How often the list was changed; 0 if it never was.
    pub version: u32,
    /// The reasons in the order in which reviewers see them, none twice.
    pub reasons: Vec<Line>,
    /// The lead who changed the list last, and when.
    pub changed: Option<(StaffId, Timestamp)>,
}

impl SavedReasons {
    /// Returns the list before its first change.
    pub fn none(purpose: Purpose, language: Language) -> Self {
        Self { purpose, language, version: 0, reasons: Vec::new(), changed: None }
    }
}
