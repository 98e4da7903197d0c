//! Why the bytes of an item were not stored, in JSON.

use mamori_model::NotStored;
use serde::Serialize;
use utoipa::ToSchema;

/// Why the bytes of an item were not stored although its policy keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NotStoredReason)]
pub struct NotStoredJson {
    /// A code for programs.
    pub code: NotStored,
    /// A sentence for people, always the same for one `code`.
    pub explanation: &'static str,
}

impl From<NotStored> for NotStoredJson {
    fn from(reason: NotStored) -> Self {
        Self { code: reason, explanation: reason.explain() }
    }
}
