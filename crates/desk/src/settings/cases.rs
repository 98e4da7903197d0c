//! The limits of cases, claims and actions.

use jiff::SignedDuration;

/// How cases are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseSettings {
    /// How long somebody has a case in hand without a word from their page.
    pub lease: SignedDuration,
    /// The most items of a case; the next one of the same subject opens another.
    pub items_max: u32,
    /// How long whoever made a decision may take it back by themselves.
    pub undo_window: SignedDuration,
    /// How long a service that says nothing is asked again.
    pub remind_max: SignedDuration,
    /// The most cases of a bulk decision: what one person can look over before saying yes.
    pub bulk_cases_max: u32,
    /// The most actions of one: what a transaction asks for without others waiting long.
    pub bulk_actions_max: u32,
    /// How long a bulk decision waits to be confirmed; its cases wait with it.
    pub bulk_wait: SignedDuration,
}

impl Default for CaseSettings {
    fn default() -> Self {
        Self {
            lease: SignedDuration::from_mins(10),
            items_max: 500,
            undo_window: SignedDuration::from_hours(24),
            remind_max: SignedDuration::from_hours(14 * 24),
            bulk_cases_max: 500,
            bulk_actions_max: 2_000,
            bulk_wait: SignedDuration::from_hours(1),
        }
    }
}
