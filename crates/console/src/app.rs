//! What every page may use, and the limits of the console.

use std::sync::Arc;

use axum::extract::FromRef;
use mamori_desk::Desk;

/// The limits of the console, and where it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers find the console, without a path: `https://mamori.example`. A form that
    /// comes from elsewhere does nothing.
    pub origin: String,
    /// The largest form, in bytes.
    pub form_bytes_max: usize,
    /// Whom to call when a child is in danger now: shown where somebody says so. Nobody is called.
    pub danger_note: Option<String>,
    /// Who listens to reviewers here: shown on their own page.
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

/// What every page may use.
#[derive(Clone)]
pub struct Console {
    /// Where the verbs are done.
    pub desk: Desk,
    /// The limits.
    pub settings: Arc<Settings>,
}

impl FromRef<Console> for Desk {
    fn from_ref(console: &Console) -> Self {
        console.desk.clone()
    }
}
