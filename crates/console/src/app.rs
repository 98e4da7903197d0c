//! State and settings that all handlers of the console share.

use std::sync::Arc;

use axum::extract::FromRef;
use mamori_desk::Desk;

/// Settings of the console: its origin, a limit, and notes from the operator.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Origin under which browsers reach the console, without a path: `https://mamori.example`.
    /// Forms from any other origin are refused.
    pub origin: String,
    /// Maximum size of a form's body, in bytes.
    pub form_bytes_max: usize,
    /// The operator's text on whom to call when a child is in danger now. Shown on urgent cases and
    /// in the form that escalates a case. Mamori itself does not call or notify an authority.
    pub danger_note: Option<String>,
    /// The operator's text on whom reviewers can talk to. Shown on a reviewer's own page.
    pub care_note: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origin: "http://localhost:8080".to_owned(),
            form_bytes_max: 64 << 10,
            danger_note: None,
            care_note: None,
        }
    }
}

/// State of the router, cloned into each handler.
#[derive(Clone)]
pub struct Console {
    /// The desk, whose verbs the handlers call.
    pub desk: Desk,
    /// Settings of the console.
    pub settings: Arc<Settings>,
}

impl FromRef<Console> for Desk {
    fn from_ref(console: &Console) -> Self {
        console.desk.clone()
    }
}
